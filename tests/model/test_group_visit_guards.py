"""Who somebody is, where, and what they think of those who govern never makes a letter look more like a group visit."""

import pytest

from model.group_visit import GroupVisitReader
from model.reading import read
from model.records import LEVELS, GroupVisit
from tests.model.swaps import CONTROLS, LETTERS, criticised, fillings
from training.corpus import shipped_examples
from training.fit import fit_risk, read_corpus

MOST_MOVED = 0.01


@pytest.fixture(scope="module")
def reader() -> GroupVisitReader:
    """Return the reader that ships, learnt from the shipped letters."""
    judged = [example for example in shipped_examples() if example.level is not None]
    part = fit_risk(read_corpus(judged), seed=0).part
    assert isinstance(part, GroupVisitReader)
    return part


def visits(reader: GroupVisitReader, texts: list[str]) -> list[GroupVisit]:
    return reader.predict([read(text) for text in texts], texts)


def test_there_are_more_than_two_hundred_templates() -> None:
    assert len(LETTERS) * len(fillings(LETTERS[0])) + len(criticised()) > 200


@pytest.mark.parametrize("letter", LETTERS)
def test_names_places_offices_and_officials_change_nothing(reader: GroupVisitReader, letter: str) -> None:
    found = visits(reader, fillings(letter))
    scores = [visit.score for visit in found]
    assert len({visit.level for visit in found}) == 1
    assert max(scores) - min(scores) <= MOST_MOVED


def test_criticism_of_those_who_govern_changes_nothing(reader: GroupVisitReader) -> None:
    pairs = criticised()
    plain = visits(reader, [before for before, _ in pairs])
    for (_, text), before, after in zip(pairs, plain, visits(reader, [after for _, after in pairs]), strict=True):
        assert LEVELS.index(after.level) <= LEVELS.index(before.level), text
        assert abs(after.score - before.score) <= MOST_MOVED, text


@pytest.mark.parametrize("control", CONTROLS)
def test_what_a_group_says_of_acting_raises_the_score(reader: GroupVisitReader, control: str) -> None:
    """Without these controls a reader that hears nothing would pass."""
    texts = [letter for pattern in LETTERS[:9] for letter in fillings(pattern)[:2]]
    for before, after in zip(visits(reader, texts), visits(reader, [text + control for text in texts]), strict=True):
        assert after.level == "warning"
        assert after.score > before.score + MOST_MOVED
