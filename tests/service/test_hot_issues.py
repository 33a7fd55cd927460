"""What rises beyond the usual, as pure functions see it."""

import itertools
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from service.hot_issues import Cell, HotIssue, Voice, hot_issues

WAGES = Cell("东湖区", "labour.wages")
WATER = Cell("东湖区", "construction.municipal")
QUIET: Sequence[Mapping[Cell, int]] = [{WAGES: 2}, {WAGES: 1, WATER: 3}] * 6


def voices(count: int, matters: int = 4, cell: Cell = WAGES, people: int | None = None) -> list[Voice]:
    """Return letters of so many people (one each unless told) spread over matters."""
    return [
        Voice(f"{cell.category}-{i}", f"{cell.category}-m{i % matters}", cell, frozenset({f"p{i % (people or count)}"}))
        for i in range(count)
    ]


def chained(found: Sequence[Voice]) -> list[frozenset[str]]:
    return [frozenset((a.letter, b.letter)) for a, b in itertools.pairwise(found)]


def issues(found: Sequence[Voice], past: Sequence[Mapping[Cell, int]] = QUIET) -> list[HotIssue]:
    return hot_issues(found, chained(found), past)


def test_alike_matters_about_which_far_more_people_write_than_usual_are_a_hot_issue() -> None:
    (issue,) = issues(voices(20))
    assert issue.cell == WAGES
    assert (len(issue.matters), len(issue.letters), issue.petitioners) == (4, 20, 20)
    assert issue.surprise >= 3
    assert 0 < issue.usual < 2


def test_many_letters_of_one_person_make_no_hot_issue() -> None:
    assert issues(voices(200, people=1)) == []


def test_many_letters_of_two_people_make_no_hot_issue() -> None:
    assert issues(voices(200, people=2)) == []


def test_letters_without_a_name_count_as_one_person_together() -> None:
    unnamed = [Voice(f"l{i}", f"m{i}", WAGES) for i in range(50)]
    assert issues(unnamed) == []
    assert issues([*voices(20), *unnamed])[0].petitioners == 21


def test_one_matter_alone_is_no_hot_issue_however_many_write() -> None:
    assert issues(voices(100, matters=1)) == []
    assert issues(voices(100, matters=2)) == []
    assert len(issues(voices(100, matters=3))) == 1


def test_matters_that_no_link_connects_are_no_issue_together() -> None:
    found = voices(20, matters=20)
    assert hot_issues(found, [], QUIET) == []
    near, far = found[:14], found[14:]
    (issue,) = hot_issues(found, chained(near), QUIET)
    assert issue.petitioners == 14
    assert not {voice.letter for voice in far} & set(issue.letters)


def test_links_to_other_regions_or_classes_do_not_carry_an_issue_there() -> None:
    wages, water = voices(20), voices(2, cell=WATER)
    (issue,) = issues([*wages, *water])
    assert issue.cell == WAGES
    assert issue.petitioners == 20


def test_as_many_people_as_usual_are_no_issue() -> None:
    busy = [{WAGES: 40}, {WAGES: 44}, {WAGES: 36}] * 4
    assert issues(voices(20), busy) == []
    assert len(issues(voices(60), busy)) == 1


def test_a_busy_class_of_one_region_does_not_hide_what_rises_in_a_quiet_one() -> None:
    past = [{WAGES: 40, WATER: 1}] * 12
    (issue,) = issues(voices(20, cell=WATER), past)
    assert issue.cell == WATER


def test_without_a_past_only_many_people_are_a_hot_issue() -> None:
    assert issues(voices(6), []) == []
    assert len(issues(voices(30), [])) == 1


def test_the_most_surprising_issue_comes_first() -> None:
    wages, water = voices(16), voices(30, cell=WATER)
    found = hot_issues([*wages, *water], [*chained(wages), *chained(water)], QUIET)
    assert [issue.cell for issue in found] == [WATER, WAGES]


@given(st.integers(3, 40), st.integers(0, 20))
def test_more_people_never_make_an_issue_less_surprising(count: int, more: int) -> None:
    before, after = (issues(voices(people, matters=3)) for people in (count, count + more))
    assert len(before) <= len(after)
    assert not before or before[0].surprise <= after[0].surprise


@given(st.randoms())
def test_the_order_of_letters_and_links_does_not_matter(random: object) -> None:
    found = [*voices(16), *voices(18, cell=WATER)]
    links = chained(found)
    expected = hot_issues(found, links, QUIET)
    shuffled, mixed = list(found), list(links)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    again = hot_issues(shuffled, mixed, QUIET)
    assert [(one.cell, one.matters, one.surprise) for one in again] == [
        (one.cell, one.matters, one.surprise) for one in expected
    ]
