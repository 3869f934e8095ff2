"""Every bench can be begun; what it prints is for whoever runs it."""

from __future__ import annotations

from importlib import import_module

import pytest

from bench.__main__ import BENCHES, main


@pytest.mark.parametrize("name", sorted(BENCHES))
def test_it_is_there(name: str) -> None:
    assert callable(import_module(BENCHES[name]).main)


def test_a_bench_of_another_name_is_refused() -> None:
    with pytest.raises(SystemExit, match="No bench is named speed; there are audio"):
        main(["speed"])
