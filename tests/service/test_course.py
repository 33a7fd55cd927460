from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.course import STEPS, Course, Step, Taken, course_of

START = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def after(*steps: Step, letters: tuple[float, ...] = (0,)) -> Course:
    """Return the course after steps that were taken one a day."""
    taken = [Taken(step, day(number), number) for number, step in enumerate(steps, start=1)]
    return course_of([day(one) for one in letters], taken)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((), "received"),
        (("routed",), "routed"),
        (("routed", "routed"), "routed"),
        (("routed", "arrived", "returned"), "returned"),
        (("routed", "arrived", "accepted", "extended"), "accepted"),
        (("accepted", "paused"), "paused"),
        (("accepted", "paused", "resumed"), "accepted"),
        (("accepted", "paused", "answered"), "answered"),
        (("answered", "satisfaction", "closed", "satisfaction"), "closed"),
        (("not_accepted", "review_requested"), "in_review"),
        (("answered", "review_requested", "answered", "review_requested", "closed"), "closed"),
    ],
)
def test_steps_lead_on(steps: tuple[Step, ...], status: str) -> None:
    course = after(*steps)
    assert course.misfits == {}
    assert course.stretches[-1].status == status


@pytest.mark.parametrize(
    "steps",
    [
        ("extended",),
        ("paused",),
        ("accepted", "resumed"),
        ("accepted", "accepted"),
        ("accepted", "not_accepted"),
        ("accepted", "routed"),
        ("accepted", "extended", "extended"),
        ("accepted", "paused", "extended"),
        ("accepted", "paused", "paused"),
        ("returned",),
        ("accepted", "review_requested"),
        ("accepted", "satisfaction"),
        ("answered", "answered"),
        ("closed", "closed"),
        ("answered", "arrived"),
        ("answered", "review_requested", "review_requested"),
        ("answered", "review_requested", "answered", "review_requested", "answered", "review_requested"),
    ],
)
def test_what_makes_no_sense_does_not_fit(steps: tuple[Step, ...]) -> None:
    course = after(*steps)
    assert list(course.misfits) == [len(steps)]
    assert steps[-1] not in course.misfits[len(steps)]


def test_a_letter_after_the_answer_opens_a_stretch_of_its_own() -> None:
    course = after("routed", "answered", letters=(0, 1.5, 5))
    assert [stretch.opened_at for stretch in course.stretches] == [day(0), day(5)]
    assert course.stretches[-1].status == "received"


def test_what_the_petitioner_says_of_an_answer_reaches_it_over_a_later_letter() -> None:
    taken = [Taken("answered", day(2), 1), Taken("satisfaction", day(6), 2), Taken("routed", day(7), 3)]
    course = course_of([day(0), day(5)], taken)
    assert course.misfits == {}
    assert [len(stretch.steps) for stretch in course.stretches] == [2, 1]
    asked = course_of([day(0), day(5)], [taken[0], Taken("review_requested", day(6), 2)])
    assert [stretch.status for stretch in asked.stretches] == ["in_review"]


def test_a_step_before_the_first_letter_fits_nowhere() -> None:
    assert course_of([day(3)], [Taken("routed", day(2), 1)]).misfits == {1: ()}


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 20)), max_size=12), st.integers(1, 20))
def test_what_is_said_to_be_possible_fits(wanted: list[tuple[Step, int]], letter: int) -> None:
    taken = [Taken(step, day(at), number) for number, (step, at) in enumerate(wanted)]
    course = course_of([day(0), day(letter)], taken)
    for step in course.stretches[-1].possible:
        more = course_of([day(0), day(letter)], [*taken, Taken(step, day(30), 99)])
        assert 99 not in more.misfits
    for step in set(STEPS) - set(course.stretches[-1].possible):
        more = course_of([day(0), day(letter)], [*taken, Taken(step, day(30), 99)])
        assert 99 in more.misfits
