"""Records what an office did in a matter: steps that make sense in their order, and what takes a step back."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from model.when import OFFICE_ZONE, parse_time
from service import registration
from service.caller import Caller
from service.clocks import handling_clock
from service.course import Course, Step, Stretch, Taken
from service.errors import Invalid
from service.handling import TAKEN_BACK, Handling, opened_at
from service.keys import Keys
from service.queries.matters import insert_event, put_unit
from service.schemas.requests import StepIn
from service.sealing import masked_note
from service.succession import steps_told

# Clocks of two machines differ a little.
_AHEAD = timedelta(minutes=5)
# After all that was recorded of the same moment.
_NEWEST = 2**62
_NEEDS_RUNNING: tuple[Step, ...] = ("extended", "paused")


class Recorder:
    """Record the steps of one matter for one caller, inside one write transaction; `letters` are all of the matter."""

    def __init__(self, connection: Connection, caller: Caller, keys: Keys, letters: Sequence[Row[Any]]) -> None:
        self.connection = connection
        self.caller = caller
        self.keys = keys
        self.letters = letters
        self.matter_id: str = letters[0].matter_id
        self.received = [opened_at(row) for row in letters]
        self.events = self._told()
        self.handling = Handling.of(self.events)
        self.now = datetime.now(UTC)

    def record(self, given: StepIn) -> bool:
        """Record a step; returns False if it was recorded before, and raises Invalid if it makes no sense.

        The first step registers the matter. A note hides personal data of the letters.
        """
        given = given.model_copy(update={"note": masked_note(self.keys, given.note, self.letters)})
        if given.type == "registered":
            return registration.register(self.connection, self.matter_id, self.caller.name, self.now)
        new = self._take_back(given) if given.type == "taken_back" else self._take(given, given.type)
        if new:
            put_unit(self.connection, self.matter_id, Handling.of(self._told()).unit)
        return new

    def _told(self) -> list[Row[Any]]:
        return steps_told(self.connection, [self.matter_id])[self.matter_id]

    def _take(self, given: StepIn, step: Step) -> bool:
        at = self._time(given)
        if given.at and self._is_known(given, at):
            return False
        self._check(Taken(step, at, _NEWEST))
        registration.register(self.connection, self.matter_id, self.caller.name, self.now)
        detail = {"actor": self.caller.name, "unit": given.unit, "reason": given.note}
        insert_event(self.connection, self.matter_id, at, step, detail | _valued(given))
        return True

    def _time(self, given: StepIn) -> datetime:
        """Return when the step was taken; a date alone is the end of what is known of that day."""
        if given.at is None:
            return self.now
        at = parse_time(given.at)
        if at > self.now + _AHEAD:
            raise Invalid("The step lies in the future.", [("at", "give the time at which it was done, not a plan")])
        if not _is_date(at):
            return at
        known = [*self.received, *(one.at for one in self.handling.steps)]
        return max([at, *(one for one in known if _same_day(one, at))])

    def _is_known(self, given: StepIn, at: datetime) -> bool:
        """Say whether the same step of the same time, or of the same day if only that is given, is recorded."""
        whole_day = _is_date(parse_time(str(given.at)))
        standing = {one.number for one in self.handling.steps}
        said = {"unit": given.unit, "reason": given.note} | _valued(given)
        for event in self.events:
            then = datetime.fromisoformat(event.at)
            same = _same_day(then, at) if whole_day else then == at
            if event.number in standing and event.kind == given.type and same and said.items() <= event.detail.items():
                return True
        return False

    def _check(self, new: Taken) -> None:
        """Raise Invalid if the step is not possible at its time, or makes a later one impossible."""
        before = self.handling.course(self.received)
        steps = sorted((*self.handling.steps, new), key=lambda one: (one.at, one.number))
        after = Handling(tuple(steps)).course(self.received)
        if new.number in after.misfits:
            raise _impossible(new, after)
        for one in self.handling.steps:
            if one.number in after.misfits.keys() - before.misfits.keys():
                reason = f"stands before {one.step} of {_shown(one.at)}, which could not follow; take that back first"
                raise Invalid("The step does not fit in at this time.", [("at", reason)])
        if new.step in _NEEDS_RUNNING:
            _require_running(after, new)

    def _take_back(self, given: StepIn) -> bool:
        """Record that a step does not stand; later steps that rest on it must go first."""
        if any(event.kind == TAKEN_BACK and event.cause == given.event for event in self.events):
            return False
        step = next((one for one in self.handling.steps if one.number == given.event), None)
        if step is None:
            raise Invalid("Only a step of this matter can be taken back.", [("event", "name a step of this matter")])
        rest = Handling(tuple(one for one in self.handling.steps if one != step))
        left = rest.course(self.received).misfits.keys() - self.handling.course(self.received).misfits.keys()
        for one in rest.steps:
            if one.number in left:
                raise Invalid("A later step rests on it.", [("event", f"take back {one.step} ({one.number}) first")])
        detail = {"actor": self.caller.name, "reason": given.note, "event": step.number, "step": step.step}
        insert_event(self.connection, self.matter_id, self.now, TAKEN_BACK, detail, step.number)
        return True


def _valued(given: StepIn) -> dict[str, str]:
    return {"value": given.value} if given.value else {}


def _is_date(at: datetime) -> bool:
    """Take midnight for a date alone."""
    return at.astimezone(OFFICE_ZONE).time() == time.min


def _same_day(one: datetime, other: datetime) -> bool:
    return one.astimezone(OFFICE_ZONE).date() == other.astimezone(OFFICE_ZONE).date()


def _shown(at: datetime) -> str:
    return at.astimezone(OFFICE_ZONE).isoformat(timespec="minutes")


def _impossible(new: Taken, course: Course) -> Invalid:
    possible = course.misfits[new.number]
    if not possible:
        first = _shown(course.stretches[0].opened_at)
        return Invalid("The step lies before the first letter.", [("at", f"the matter was received on {first}")])
    reason = f"{new.step} is not possible at {_shown(new.at)}; possible then: {', '.join(possible)}"
    return Invalid("The step makes no sense here.", [("type", reason)])


def _require_running(course: Course, new: Taken) -> None:
    """Raise Invalid unless the clock of handling runs when it is to be extended or paused."""
    stretch = next(one for one in course.stretches if new in one.steps)
    until = Stretch(stretch.opened_at, steps=stretch.steps[: stretch.steps.index(new)])
    clock = handling_clock(until, new.at)
    if clock.state == "overdue" and clock.due_at is not None:
        reason = f"handling was due at {_shown(clock.due_at)}; it can be {new.step} only before"
        raise Invalid("The time for handling is over.", [("at", reason)])
