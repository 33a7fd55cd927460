"""What thresholds would mean, worked out by hand."""

import pytest

from service.simulation import FEWEST_JUDGED, Outcome, Pair, Share, accept, join

# Ten letters of five days: two classes, one letter doubtful for another reason, five judged by persons.
LETTERS = [
    Outcome("labour", 0.99, False, True),
    Outcome("labour", 0.97, False, True),
    Outcome("labour", 0.95, False, False),
    Outcome("labour", 0.90, False, None),
    Outcome("labour", 0.60, False, False),
    Outcome("health", 0.99, False, None),
    Outcome("health", 0.98, True, None),
    Outcome("health", 0.96, False, True),
    Outcome("health", 0.80, False, None),
    Outcome("other", 0.99, False, None),
]


def test_letters_above_the_threshold_of_their_class_are_accepted_and_the_others_read() -> None:
    """Labour from 0.9: four; health from 0.97: one, as another is doubtful; other has no threshold: none."""
    found = accept(LETTERS, 5, 0.95, {"labour": 0.9, "health": 0.97})
    assert (found.accepted.count, found.accepted.of, found.to_read_a_day) == (5, 10, 1.0)


def test_wrong_letters_of_a_month_follow_from_those_that_persons_judged() -> None:
    """Of the five accepted three were judged, one wrong: a third of one accepted a day is ten a month."""
    found = accept(LETTERS, 5, 0.95, {"labour": 0.9, "health": 0.97})
    assert (found.right.count, found.right.of) == (2, 3)
    assert found.wrong_a_month == pytest.approx(10)


def test_a_letter_at_the_threshold_is_accepted() -> None:
    assert accept(LETTERS, 5, 0.95, {"labour": 0.99}).accepted.count == 1


def test_categories_that_no_confidence_reaches_are_counted() -> None:
    found = accept(LETTERS, 5, 0.999, {"labour": 1.1, "health": 1.1, "other": 0.9})
    assert (found.never, found.accepted.count) == (2, 1)


def test_without_judged_letters_nothing_is_said_of_errors() -> None:
    found = accept([Outcome("labour", 0.99, False, None)], 1, 0.9, {"labour": 0.9})
    assert (found.right.value, found.wrong_a_month, found.kept) == (None, None, None)


def test_without_letters_all_is_nothing() -> None:
    found = accept([], 1, 0.9, {"labour": 0.9})
    assert (found.accepted.value, found.to_read_a_day) == (None, 0)


@pytest.mark.parametrize(
    ("right", "judged", "kept"),
    [(FEWEST_JUDGED - 1, FEWEST_JUDGED - 1, None), (60, 60, True), (57, 60, True), (50, 60, False)],
)
def test_a_promise_counts_as_broken_only_where_chance_does_not_explain_it(
    right: int, judged: int, kept: bool | None
) -> None:
    """Of 60 letters 57 right may still be 98 % (up to 98.3 %); 50 right is at most 90.7 %."""
    letters = [Outcome("a", 0.99, False, number < right) for number in range(judged)]
    assert accept(letters, 1, 0.98, {"a": 0.5}).kept is kept


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(9, 10, 0.596, 0.982), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0), (81, 263, 0.255, 0.366)],
)
def test_intervals_are_those_of_wilson(count: int, of: int, low: float, high: float) -> None:
    """81 of 263 is the example of Newcombe (1998), method 3."""
    assert Share(count, of).interval == pytest.approx((low, high), abs=0.0006)


# Of 60 days: four pairs of one matter and three of different ones.
PAIRS = [
    Pair(0.95, True),
    Pair(0.80, True),
    Pair(0.70, False),
    Pair(0.65, True),
    Pair(0.60, False),
    Pair(0.30, True),
    Pair(0.20, False),
]


def test_pairs_below_the_threshold_are_missed_and_strangers_above_it_joined() -> None:
    """From 0.65: three of four found, so one in two months missed; one of four joined is wrong."""
    found = join(PAIRS, 60, 0.65)
    assert (found.found.count, found.found.of) == (3, 4)
    assert (found.right.count, found.right.of) == (3, 4)
    assert (found.missed_a_month, found.wrong_a_month) == (0.5, 0.5)


def test_a_lower_threshold_misses_less_and_errs_more() -> None:
    low, high = join(PAIRS, 30, 0.3), join(PAIRS, 30, 0.75)
    assert (low.missed_a_month, low.wrong_a_month) == (0, 2)
    assert (high.missed_a_month, high.wrong_a_month) == (2, 0)
