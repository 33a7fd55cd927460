from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clocks import Clock, Receipt, clocks_of
from service.course import STEPS, Step, Taken, course_of
from tests.service.desk import LIFT, ZHAO, Desk

RECEIVED = datetime(2026, 2, 20, 23, 30, tzinfo=UTC)
LATER = RECEIVED + timedelta(days=400)
NAMES = ["route", "notice", "dispute", "handling", "review", "re_review"]


def day(number: float) -> datetime:
    return RECEIVED + timedelta(days=number)


def clocks(*steps: tuple[Step, float], at: float = 400, named: bool = True, ordinary: bool = True) -> dict[str, Clock]:
    """Return the clocks after steps, each with the day on which it was taken, as they stand on a day."""
    taken = [Taken(step, day(days), number) for number, (step, days) in enumerate(steps)]
    course = course_of([RECEIVED], taken)
    assert course.misfits == {}
    found = clocks_of(course.stretches[-1], Receipt(RECEIVED, named, ordinary), day(at))
    assert [clock.name for clock in found] == NAMES
    return {clock.name: clock for clock in found}


def test_every_clock_names_its_article_and_what_starts_it() -> None:
    assert [(clock.name, clock.article, clock.start_event) for clock in clocks().values()] == [
        ("route", "22", "received"),
        ("notice", "23", "arrived"),
        ("dispute", "23", "arrived"),
        ("handling", "34", "accepted"),
        ("review", "35", "review_requested"),
        ("re_review", "36", "review_requested"),
    ]


def test_routing_is_due_fifteen_days_later_at_the_same_minute() -> None:
    route = clocks(at=1)["route"]
    assert (route.starts_at, route.state) == (RECEIVED, "running")
    assert route.due_at == datetime(2026, 3, 7, 23, 30, tzinfo=UTC)


def test_a_leap_day_counts_as_a_day() -> None:
    received = datetime(2028, 2, 20, tzinfo=UTC)
    stretch = course_of([received], []).stretches[0]
    assert clocks_of(stretch, Receipt(received), received)[0].due_at == datetime(2028, 3, 6, tzinfo=UTC)


@pytest.mark.parametrize(("at", "state"), [(14.9, "running"), (15, "running"), (15.1, "overdue")])
def test_a_deadline_is_missed_after_its_minute(at: float, state: str) -> None:
    assert clocks(at=at)["route"].state == state


@pytest.mark.parametrize("step", ["routed", "arrived", "accepted", "not_accepted", "answered", "closed"])
def test_whoever_goes_on_has_routed(step: Step) -> None:
    route = clocks((step, 3))["route"]
    assert (route.state, route.met_at) == ("met", day(3))
    assert clocks((step, 16))["route"].state == "met_late"


def test_notice_is_owed_from_arrival_to_who_gave_name_and_address() -> None:
    assert clocks(("routed", 2), at=3)["notice"].state == "not_started"
    notice = clocks(("routed", 2), ("arrived", 4), at=5)["notice"]
    assert (notice.starts_at, notice.due_at, notice.state) == (day(4), day(19), "running")
    assert clocks(("routed", 2), ("arrived", 4), ("not_accepted", 20))["notice"].state == "met_late"
    unclear = clocks(("routed", 2), ("arrived", 4), named=False)["notice"]
    assert (unclear.starts_at, unclear.due_at, unclear.state) == (None, None, "not_owed")


def test_notice_without_a_recorded_arrival_is_given_with_the_decision() -> None:
    assert clocks(("accepted", 4))["notice"].met_at == day(4)
    assert clocks(("answered", 4))["notice"].state == "not_owed"


def test_a_routing_can_be_disputed_for_five_working_days() -> None:
    dispute = clocks(("arrived", 2.5), at=3)["dispute"]
    # Arrived on Monday, 23 February 2026, still the festival; the Saturday after it is worked.
    assert (dispute.due_at, dispute.state) == (datetime(2026, 2, 28, 11, 30, tzinfo=UTC), "running")
    assert clocks(("arrived", 2.5), at=30)["dispute"].state == "not_owed"
    assert clocks(("arrived", 2.5), ("accepted", 3))["dispute"].state == "not_owed"
    returned = clocks(("arrived", 2.5), ("returned", 4))["dispute"]
    assert (returned.state, returned.met_at) == ("met", day(4))


def test_a_returned_matter_waits_for_its_arrival_at_the_right_unit() -> None:
    steps: list[tuple[Step, float]] = [("routed", 1), ("arrived", 2), ("returned", 4)]
    assert clocks(*steps)["notice"].state == "not_started"
    assert clocks(*steps, ("routed", 5), ("arrived", 6), at=7)["notice"].due_at == day(21)


@pytest.mark.parametrize(
    ("steps", "due"),
    [
        ([], 70),
        ([("extended", 40)], 100),
        ([("paused", 20), ("resumed", 25)], 75),
        ([("paused", 20), ("resumed", 25), ("extended", 72)], 105),
        ([("extended", 40), ("paused", 80), ("resumed", 100)], 120),
        ([("extended", 40), ("paused", 50), ("resumed", 51), ("paused", 60), ("resumed", 62)], 103),
    ],
)
def test_handling_takes_60_days_90_if_extended_and_pauses_do_not_count(
    steps: list[tuple[Step, float]], due: float
) -> None:
    handling = clocks(("routed", 1), ("accepted", 10), *steps, at=10)["handling"]
    assert (handling.starts_at, handling.due_at) == (day(10), day(due))
    for answered, state in ((due, "met"), (due + 0.1, "met_late")):
        assert clocks(("accepted", 10), *steps, ("answered", answered))["handling"].state == state


def test_a_paused_clock_has_no_deadline_until_it_goes_on_or_ends() -> None:
    paused = clocks(("accepted", 10), ("paused", 20))["handling"]
    assert (paused.state, paused.due_at) == ("paused", None)
    answered = clocks(("accepted", 10), ("paused", 20), ("answered", 200))["handling"]
    assert (answered.state, answered.due_at) == ("met", day(250))


def test_a_pause_after_the_deadline_saves_nothing() -> None:
    assert clocks(("accepted", 10), ("paused", 71))["handling"].state == "overdue"


def test_handling_is_owed_in_ordinary_matters_that_were_accepted() -> None:
    assert clocks(("accepted", 10), ordinary=False)["handling"].state == "not_owed"
    assert clocks(("not_accepted", 10))["handling"].state == "not_owed"
    assert clocks(("routed", 10))["handling"].state == "not_started"


def test_review_and_re_review_take_30_days_each() -> None:
    steps: list[tuple[Step, float]] = [("accepted", 1), ("answered", 9), ("review_requested", 20)]
    review = clocks(*steps, at=21)["review"]
    assert (review.starts_at, review.due_at, review.state) == (day(20), day(50), "running")
    again = clocks(*steps, ("answered", 30), ("review_requested", 40), at=80)
    assert (again["review"].met_at, again["handling"].met_at) == (day(30), day(9))
    assert (again["re_review"].due_at, again["re_review"].state) == (day(70), "overdue")


steps_of_any_kind = st.lists(st.tuples(st.sampled_from(STEPS), st.floats(0, 200)), max_size=12)


def accepted(wanted: list[tuple[Step, float]]) -> list[Taken]:
    """Return those of the steps that fit one after the other, as an office would record them."""
    taken: list[Taken] = []
    for number, (step, days) in enumerate(wanted):
        more = [*taken, Taken(step, day(days), number)]
        if not course_of([RECEIVED], more).misfits:
            taken = more
    return taken


@given(steps_of_any_kind, st.floats(0, 400), st.booleans(), st.booleans(), st.randoms())
def test_clocks_of_any_accepted_steps_are_consistent(
    wanted: list[tuple[Step, float]], at: float, named: bool, ordinary: bool, random: object
) -> None:
    taken = accepted(wanted)
    course = course_of([RECEIVED], taken)
    shuffled = list(taken)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert course_of([RECEIVED], shuffled) == course
    now = max([day(at), *(one.at for one in taken)])
    for clock in clocks_of(course.stretches[-1], Receipt(RECEIVED, named, ordinary), now):
        started = clock.starts_at is not None
        assert started == (clock.state not in ("not_started", "not_owed", "met")) or clock.state == "met"
        assert (clock.due_at is not None) == (started and clock.state != "paused")
        assert (clock.met_at is not None) == (clock.state in ("met", "met_late"))
        if clock.starts_at and clock.due_at:
            assert clock.starts_at < clock.due_at
            assert (clock.state == "overdue") <= (clock.due_at < now)
            assert clock.met_at is None or clock.met_at >= clock.starts_at
        if course.stretches[-1].ended:
            assert not clock.open


@pytest.mark.parametrize(
    ("petitioner", "notice"),
    [
        (ZHAO, "not_started"),
        ({"name": "赵铁柱", "address": "翠竹花园"}, "not_started"),
        ({"name": "赵铁柱"}, "not_owed"),
        ({"phone": "13812340000"}, "not_owed"),
        ("key", "not_owed"),
        (None, "not_owed"),
    ],
)
def test_a_letter_carries_its_clocks(clerk: Desk, petitioner: object, notice: str) -> None:
    stored = clerk.deliver(LIFT, petitioner=petitioner, received_at="2026-03-05")
    assert [clock["name"] for clock in stored["clocks"]] == NAMES
    for clock in stored["clocks"]:
        assert clock.keys() == {
            "name", "article", "start_event", "starts_at", "due_at", "state", "met_at", "provisional",
        }  # fmt: skip
    route, told = stored["clocks"][:2]
    assert (route["starts_at"], route["due_at"]) == ("2026-03-04T16:00:00Z", "2026-03-19T16:00:00Z")
    assert told["state"] == notice
