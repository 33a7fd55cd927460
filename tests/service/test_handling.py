from datetime import UTC, datetime, timedelta

import pytest

from service.handling import Handling

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return DAY + timedelta(days=number)


def owed(*steps: tuple[str, int], received: tuple[int, ...] = (0,), named: bool = True) -> list[tuple[str, datetime]]:
    handling = Handling(tuple((name, day(at)) for name, at in steps))
    return [(duty.name, duty.due_at) for duty in handling.duties([day(one) for one in received], named)]


def test_a_letter_is_to_be_routed_within_15_days() -> None:
    assert owed() == [("route", day(15))]


def test_the_clock_of_routing_starts_with_the_first_letter() -> None:
    assert owed(received=(4, 2, 9)) == [("route", day(17))]


def test_notice_is_owed_from_arrival_to_who_gave_a_name() -> None:
    assert owed(("routed", 3), ("arrived", 5)) == [("notice", day(20))]
    assert owed(("routed", 3), ("arrived", 5), named=False) == []


@pytest.mark.parametrize(("steps", "due"), [((), 70), ((("extended", 40),), 100)])
def test_handling_takes_60_days_from_acceptance_and_90_if_extended(
    steps: tuple[tuple[str, int], ...], due: int
) -> None:
    assert owed(("routed", 3), ("accepted", 10), *steps) == [("handling", day(due))]


def test_an_answer_ends_every_duty() -> None:
    assert owed(("routed", 3), ("accepted", 10), ("answered", 30)) == []


def test_a_letter_after_the_answer_is_to_be_routed_again() -> None:
    assert owed(("routed", 3), ("answered", 30), received=(0, 50)) == [("route", day(65))]


def test_a_matter_counts_as_answered_until_a_review_is_asked_for() -> None:
    answered = Handling((("answered", day(3)),))
    assert answered.answered_at == day(3)
    assert Handling((*answered.steps, ("review_requested", day(9)))).answered_at is None
    assert Handling(()).answered_at is None
