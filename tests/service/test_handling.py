from datetime import UTC, datetime, timedelta

import pytest

from service.clocks import Receipt, clocks_of
from service.course import Step, Taken
from service.handling import Handling

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return DAY + timedelta(days=number)


def handling(*steps: tuple[Step, int]) -> Handling:
    return Handling(tuple(Taken(name, day(at), number) for number, (name, at) in enumerate(steps)))


def owed(
    *steps: tuple[Step, int], received: tuple[int, ...] = (0,), named: bool = True, ordinary: bool = True
) -> list[tuple[str, datetime]]:
    receipts = [Receipt(day(one), named, ordinary) for one in received]
    return [(duty.name, duty.due_at) for duty in handling(*steps).life(receipts, day(0)).duties]


def test_a_letter_is_to_be_routed_within_15_days() -> None:
    assert owed() == [("route", day(15))]


def test_the_clock_of_routing_starts_with_the_first_letter() -> None:
    assert owed(received=(4, 2, 9)) == [("route", day(17))]


def test_notice_is_owed_from_arrival_to_who_gave_a_name() -> None:
    assert owed(("routed", 3), ("arrived", 5)) == [("notice", day(20))]
    assert owed(("routed", 3), ("arrived", 5), named=False) == []


@pytest.mark.parametrize(("steps", "due"), [((), 70), ((("extended", 40),), 100)])
def test_handling_takes_60_days_from_acceptance_and_90_if_extended(
    steps: tuple[tuple[Step, int], ...], due: int
) -> None:
    assert owed(("routed", 3), ("accepted", 10), *steps) == [("handling", day(due))]


def test_what_belongs_to_courts_has_no_deadline_of_handling() -> None:
    assert owed(("routed", 3), ("accepted", 10), ordinary=False) == []


def test_a_later_letter_of_another_route_ends_no_duty() -> None:
    receipts = [Receipt(day(0)), Receipt(day(5), ordinary=False)]
    assert [duty.name for duty in handling(("accepted", 10)).life(receipts, day(11)).duties] == ["handling"]


def test_an_answer_ends_every_duty() -> None:
    assert owed(("routed", 3), ("accepted", 10), ("answered", 30)) == []


def test_a_letter_after_the_answer_is_to_be_routed_again() -> None:
    assert owed(("routed", 3), ("answered", 30), received=(0, 50)) == [("route", day(65))]


def test_a_letter_that_asks_for_review_goes_on_with_what_was_answered() -> None:
    steps: tuple[tuple[Step, int], ...] = (("routed", 3), ("answered", 30), ("review_requested", 51))
    assert owed(*steps, received=(0, 50)) == [("review", day(81))]
    assert owed(*steps, ("answered", 60), received=(0, 50)) == []


def test_a_letter_shows_its_own_clocks() -> None:
    done = handling(("routed", 3), ("answered", 30), ("routed", 52))
    received = [day(0), day(10), day(50)]
    course = done.course(received)
    route = [clocks_of(course.stretch_at(at), Receipt(at), day(60))[0] for at in received]
    assert [(clock.due_at, clock.met_at) for clock in route] == [
        (day(15), day(3)),
        (day(25), day(10)),
        (day(65), day(52)),
    ]


def test_a_matter_counts_as_answered_until_a_review_is_asked_for() -> None:
    assert handling(("answered", 3)).answered_at == day(3)
    assert handling(("answered", 3), ("review_requested", 9)).answered_at is None
    assert Handling(()).answered_at is None
