"""The course of a matter: which step can follow which, from a letter until its answer, and on to review."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

Step = Literal[
    "routed",
    "arrived",
    "returned",
    "accepted",
    "not_accepted",
    "extended",
    "paused",
    "resumed",
    "answered",
    "closed",
    "review_requested",
    "satisfaction",
]
Status = Literal[
    "received",
    "registered",
    "routed",
    "arrived",
    "returned",
    "accepted",
    "not_accepted",
    "paused",
    "answered",
    "closed",
    "in_review",
]
STEPS: tuple[Step, ...] = get_args(Step)
ENDS: tuple[Step, ...] = ("answered", "closed")
# A review and a re-review; what the re-review says is final (Article 36).
MOST_REVIEWS = 2

_LEADS_TO: dict[Step, Status] = {
    "routed": "routed",
    "arrived": "arrived",
    "returned": "returned",
    "accepted": "accepted",
    "not_accepted": "not_accepted",
    "paused": "paused",
    "resumed": "accepted",
    "answered": "answered",
    "closed": "closed",
    "review_requested": "in_review",
}
# An office may answer at once, or handle by itself what it never routed; what it skips is not asked for.
_POSSIBLE: dict[Status, tuple[Step, ...]] = {
    "received": ("routed", "arrived", "accepted", "not_accepted", *ENDS),
    "registered": ("routed", "arrived", "accepted", "not_accepted", *ENDS),
    "routed": ("routed", "arrived", "returned", "accepted", "not_accepted", *ENDS),
    "arrived": ("routed", "returned", "accepted", "not_accepted", *ENDS),
    "returned": ("routed", "accepted", "not_accepted", *ENDS),
    "accepted": ("extended", "paused", *ENDS),
    "not_accepted": ("review_requested", *ENDS),
    "paused": ("resumed", *ENDS),
    "answered": ("closed", "review_requested", "satisfaction"),
    "closed": ("review_requested", "satisfaction"),
    "in_review": ENDS,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken; `number` tells steps apart and orders those of one moment."""

    step: Step
    at: datetime
    number: int = 0


@dataclass
class Stretch:
    """A part of the course: from a letter, with the steps that answer it, until a letter that comes after the answer.

    `before` is the stretch that was answered before, which a review may go on with.
    """

    opened_at: datetime
    before: "Stretch | None" = None
    steps: list[Taken] = field(default_factory=list)
    status: Status = "received"

    @property
    def ended(self) -> bool:
        """Say whether an answer or closing stands last."""
        return self.status in ENDS

    @property
    def possible(self) -> tuple[Step, ...]:
        """Return the steps that can follow now."""
        after_answer: tuple[Step, ...] = ("review_requested", "satisfaction") if self._fresh and self.before else ()
        reviewed = self.before if after_answer and self.before else self
        found = (*_POSSIBLE[self.status], *after_answer)
        spent = {"extended"} if any(one.step == "extended" for one in self.steps) else set()
        if sum(one.step == "review_requested" for one in reviewed.steps) >= MOST_REVIEWS:
            spent.add("review_requested")
        return tuple(step for step in found if step not in spent)

    @property
    def _fresh(self) -> bool:
        return not self.steps

    def take(self, taken: Taken) -> None:
        """Add a step, whether or not it fits: what was recorded is never left out."""
        self.steps.append(taken)
        self.status = _LEADS_TO.get(taken.step, self.status)


@dataclass
class Course:
    """The stretches of a matter, oldest first, and the steps that did not fit with what was possible instead.

    A step before the first letter belongs to no stretch: nothing was possible then.
    """

    stretches: list[Stretch] = field(default_factory=list)
    misfits: dict[int, tuple[Step, ...]] = field(default_factory=dict)

    def stretch_at(self, moment: datetime) -> Stretch:
        """Return the stretch to which a letter of a moment belongs."""
        return next((one for one in reversed(self.stretches) if one.opened_at <= moment), self.stretches[0])


def course_of(received: Iterable[datetime], steps: Iterable[Taken]) -> Course:
    """Return the course of a matter whose letters came at these times, in the order of the times."""
    course = Course()
    letters: list[tuple[datetime, int, Taken | None]] = [(at, -1, None) for at in received]
    taken: list[tuple[datetime, int, Taken | None]] = [(one.at, one.number, one) for one in steps]
    for at, number, step in sorted([*letters, *taken], key=lambda item: item[:2]):
        if step is None:
            _receive(course, at)
        elif not course.stretches:
            course.misfits[number] = ()
        else:
            _take(course, step)
    return course


def _receive(course: Course, at: datetime) -> None:
    """Open a stretch with a letter that nothing open takes up."""
    last = course.stretches[-1] if course.stretches else None
    if last is None or last.ended:
        course.stretches.append(Stretch(at, last))


def _take(course: Course, taken: Taken) -> None:
    stretch = course.stretches[-1]
    if taken.step not in stretch.possible:
        course.misfits[taken.number] = stretch.possible
    of_the_past = taken.step in ("review_requested", "satisfaction") and not stretch.steps
    if of_the_past and stretch.before is not None:
        # The letter that came after the answer asks for its review, or says what it was worth.
        stretch.before.take(taken)
        if taken.step == "review_requested":
            course.stretches.pop()
        return
    stretch.take(taken)
