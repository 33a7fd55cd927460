"""How much of the marked passages is masked: floors, below which nothing may fall again."""

import pytest

from bench.personal import Measured, measure, passages

NUMBERS = ("card", "id", "landline", "local", "mobile", "old")


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(passages())


def test_there_are_enough_passages_of_every_kind(measured: Measured) -> None:
    assert len(list(passages())) >= 250
    assert all(measured.masked[kind] >= 4 for kind in (*NUMBERS, "name or address"))


def test_no_number_is_missed(measured: Measured) -> None:
    assert [text for _, text in measured.missed if any(sign.isdigit() for sign in text)] == []


def test_few_names_are_missed_though_most_are_words_too(measured: Measured) -> None:
    assert measured.recall >= 0.985


def test_numbers_that_are_none_of_a_person_stay(measured: Measured) -> None:
    assert [text for _, text in measured.needless if any(sign.isdigit() for sign in text)] == []


def test_what_is_masked_for_nothing_are_names_that_are_words(measured: Measured) -> None:
    assert measured.precision >= 0.78
