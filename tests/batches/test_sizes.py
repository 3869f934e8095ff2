"""What DynamoDB counts of an item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.batches.sizes import size


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ({"S": "é"}, 2),
        ({"N": "-12345"}, 4),
        ({"B": b"123"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": [{"S": "ab"}]}, 6),
        ({"M": {"k": {"S": "ab"}}}, 7),
        ({"NS": ["1", "22"]}, 4),
    ],
)
def test_an_item_is_as_long_as_its_names_and_values(value: Mapping[str, Any], length: int) -> None:
    assert size({"name": value}) == 4 + length
