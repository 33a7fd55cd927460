from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.records import LEVELS, People, VisitLevel
from model.surge import Usual
from service import matters
from service.matters import QUIET_AFTER, WARNING_FROM, WATCH_FROM, Duty, MatterFlag, flag_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)
USUAL = Usual(0.03, 1.5)
OVERDUE = Duty("route", "22", NOW - timedelta(days=1))


def letter(number: int, days: float = 1, petitioner: str | None = None, **facts: object) -> matters.Testimony:
    wrote = frozenset({petitioner or f"person {number}"})
    told = matters.Testimony(f"letter {number}", NOW - timedelta(days=days), wrote)
    return replace(told, **facts)  # type: ignore[arg-type] # each test names fields of a testimony


def flag(
    testimonies: list[matters.Testimony],
    duties: tuple[Duty, ...] = (),
    now: datetime = NOW,
    answered_at: datetime | None = None,
) -> MatterFlag:
    return flag_of(testimonies, duties, USUAL, now, answered_at)


def people(count: int, days: float = 20) -> list[matters.Testimony]:
    """Return testimonies of so many people, spread evenly over the last days."""
    return [letter(number, days * (number + 1) / (count + 1)) for number in range(count)]


many_letters = st.lists(
    st.builds(
        letter,
        st.integers(0, 40),
        st.floats(0, 200),
        level=st.sampled_from(LEVELS),
        score=st.floats(0, 1),
        people=st.none() | st.builds(People, st.integers(1, 3000), st.just("person")),
        present=st.integers(0, 30),
    ),
    min_size=1,
    max_size=25,
)


@given(many_letters, st.integers(0, 3))
def test_points_are_the_sum_of_parts_that_all_speak_for_it(told: list[matters.Testimony], overdue: int) -> None:
    found = flag(told, (OVERDUE,) * overdue)
    assert found.points == sum(part.points for part in found.parts)
    assert all(part.points > 0 for part in found.parts)


@given(many_letters, st.floats(0, 80))
def test_another_petitioner_never_lowers_the_points(told: list[matters.Testimony], days: float) -> None:
    newest = min((NOW - one.received_at).days for one in told)
    more = [*told, letter(99, min(days, newest))]
    assert flag(more).points >= flag(told).points


@given(many_letters, st.integers(1, 3000), st.integers(0, 3000))
def test_a_larger_number_never_lowers_the_points(told: list[matters.Testimony], count: int, more: int) -> None:
    first, *others = told
    small = replace(first, people=People(count, "person"))
    large = replace(first, people=People(count + more, "person"))
    assert flag([large, *others]).points >= flag([small, *others]).points


@given(many_letters)
def test_more_duties_not_met_never_lower_the_points(told: list[matters.Testimony]) -> None:
    points = [flag(told, (OVERDUE,) * number).points for number in range(5)]
    assert points == sorted(points)


@given(many_letters, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_level_or_score_never_lowers_the_points(
    told: list[matters.Testimony], one: float, other: float
) -> None:
    first, *others = told
    levels: list[tuple[VisitLevel, float]] = [(level, score) for level in LEVELS for score in sorted((one, other))]
    points = [flag([replace(first, level=level, score=score), *others]).points for level, score in levels]
    assert points == sorted(points)


@given(many_letters, st.integers(0, 30), st.integers(0, 30))
def test_a_larger_visit_never_lowers_the_points(told: list[matters.Testimony], present: int, more: int) -> None:
    first, *others = told
    small, large = replace(first, present=present), replace(first, present=present + more)
    assert flag([large, *others]).points >= flag([small, *others]).points


def test_faster_growth_brings_more_points() -> None:
    points = [flag(people(10, days)).points for days in (150, 80, 28, 14, 7)]
    assert points == sorted(points)
    assert points[-1] > points[0]


def test_many_who_each_speak_of_their_own_loss_are_warned_of() -> None:
    found = flag(people(12, 20))
    assert found.level == "warning"
    assert [part.name for part in found.parts] == ["people", "growth"]
    assert found.petitioners == 12


def test_slow_growth_shows_over_twelve_weeks() -> None:
    assert flag(people(12, 80)).level == "warning"
    assert flag(people(12, 170)).points < flag(people(12, 80)).points


def test_three_people_within_a_month_are_no_warning() -> None:
    assert flag(people(3, 28)).level == "none"


@pytest.mark.parametrize("score", [0.5, 0.7, 1.0])
def test_one_letter_that_clearly_warns_is_enough(score: float) -> None:
    found = flag([letter(1, level="warning", score=score)])
    assert found.level == "warning"
    assert found.points >= WARNING_FROM


def test_one_letter_that_may_warn_is_watched() -> None:
    assert flag([letter(1, level="warning", score=0.3)]).level == "watch"


def test_one_letter_that_watches_is_watched() -> None:
    found = flag([letter(1, level="watch")])
    assert found.points < WATCH_FROM
    assert found.level == "watch"


def test_repeats_of_one_person_change_nothing() -> None:
    alone = flag([letter(0, 30)])
    assert flag([letter(number, number, "person 0") for number in range(31)]).points == alone.points
    crowd = people(6)
    assert flag([*crowd, *(letter(50 + n, n, "person 3") for n in range(1, 15))]) == flag(crowd)


def test_letters_without_a_name_count_as_one_person_together() -> None:
    unnamed = [letter(number, number, petitioners=frozenset()) for number in range(1, 20)]
    assert flag(unnamed).petitioners == 1
    assert flag(unnamed).points == 0


@given(st.permutations(range(10)))
def test_who_a_petitioner_is_changes_nothing(order: list[int]) -> None:
    told = people(10)
    renamed = [replace(one, petitioners=frozenset({f"hash {name}"})) for one, name in zip(told, order, strict=True)]
    assert flag(renamed) == flag(told)


@given(st.permutations(range(10)))
def test_the_order_of_letters_changes_nothing(order: list[int]) -> None:
    told = people(10)
    assert flag([told[place] for place in order]) == flag(told)


def test_the_flag_ages() -> None:
    told = [*people(12), letter(20, level="warning", score=0.4)]
    points = [flag(told, now=NOW + timedelta(days=days)).points for days in (0, 10, 40, 90, 150, 182)]
    assert all(later <= sooner for sooner, later in pairwise(points))
    assert points[0] > points[3] > points[-1] == 0
    late = flag(told, now=NOW + QUIET_AFTER)
    assert late.quiet
    assert late.level == "none"


def test_an_answer_takes_the_flag_away() -> None:
    found = flag([*people(12), letter(20, level="warning", score=0.9)], answered_at=NOW)
    assert (found.level, found.points, found.quiet) == ("none", 0, True)


def test_only_what_came_after_the_answer_counts() -> None:
    told = people(12, 20)
    answered = NOW - timedelta(days=10)
    later = [one for one in told if one.received_at > answered]
    assert flag(told, answered_at=answered).petitioners == len(later)
    assert flag(told, answered_at=answered).points < flag(told).points


def test_who_wrote_before_the_answer_does_not_join_anew() -> None:
    told = people(10, 20)
    again = [letter(50 + number, 1, f"person {number}") for number in range(10)]
    found = flag([*told, *again], answered_at=NOW - timedelta(days=1.5))
    assert [part.name for part in found.parts] == ["people"]


def test_duties_come_first() -> None:
    told = [*people(12), letter(20, level="warning", score=0.9, present=6)]
    assert [part.name for part in flag(told, (OVERDUE,)).parts] == ["duties", "people", "growth", "letters", "visits"]


@pytest.mark.parametrize(("group_from", "visits"), [(5, 1), (20, 0)])
def test_from_how_many_on_a_visit_is_one_of_a_group_is_a_setting(group_from: int, visits: int) -> None:
    found = flag_of([letter(1, present=8)], [], USUAL, NOW, group_from=group_from)
    assert sum(part.number for part in found.parts if part.name == "visits") == visits
