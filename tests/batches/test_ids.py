from __future__ import annotations

import pytest

from chalicelib.batches import ids


def test_an_id_leads_back_to_its_item() -> None:
    token = ids.new_token()
    assert ids.parse(ids.job_id(token, 1)) == (token, 1)
    assert ids.parse(ids.job_id(token, ids.MAX_JOBS)) == (token, 4095)
    assert ids.parse(ids.batch_id(token)) == (token, 0)


def test_ids_have_sixteen_hex_digits() -> None:
    assert len(ids.job_id(ids.new_token(), 7)) == len("job_") + 16
    assert len(ids.batch_id(ids.new_token())) == len("batch_") + 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "job_",
        "job_1a2b3c4d5e6f7g8h",
        "job_0000000000000000",
        "batch_0000000000000001",
        "job_00000000000000011",
    ],
)
def test_other_texts_are_no_address(text: str) -> None:
    assert ids.parse(text) is None


def test_the_form_of_the_documented_examples_is_accepted() -> None:
    assert ids.well_formed("job", "job_1a2b3c4d5e6f7g8h")
    assert not ids.well_formed("job", "batch_1a2b3c4d5e6f7g8h")
    assert not ids.well_formed("job", "job_1A2b3c4d5e6f7g8h")


def test_a_derived_token_is_the_same_for_the_same_parts_only() -> None:
    assert ids.derived_token("a", "b") == ids.derived_token("a", "b")
    assert ids.derived_token("a", "b") != ids.derived_token("ab", "")
