"""The handling of a matter: what the office did in it, where it stands, and which duties are still owed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from service.clocks import Clock, Receipt, clocks_of
from service.course import ENDS, STEPS, Course, Status, Step, Taken, course_of
from service.matters import Duty

TAKEN_BACK = "taken_back"
TOLD = (*STEPS, TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class Life:
    """Where a matter stands: its clocks, which steps are possible now, and the unit it was routed to."""

    status: Status
    clocks: tuple[Clock, ...]
    possible: tuple[Step, ...]
    unit: str | None = None

    @property
    def duties(self) -> list[Duty]:
        """Return what is still owed."""
        return [Duty(one.name, one.article, one.due_at) for one in self.clocks if one.open and one.due_at]


NOTHING = Life("received", (), ())


@dataclass(frozen=True, slots=True)
class Handling:
    """What was done in a matter, in the order of the times, and where it was routed; without what was taken back."""

    steps: tuple[Taken, ...]
    unit: str | None = None

    @classmethod
    def of(cls, events: Sequence[Row[Any]]) -> "Handling":
        """Read the steps out of the events of a matter."""
        void = {event.cause for event in events if event.kind == TAKEN_BACK}
        steps = [
            Taken(event.kind, datetime.fromisoformat(event.at), event.number)
            for event in events
            if event.kind in STEPS and event.number not in void
        ]
        units = {event.number: event.detail.get("unit") for event in events if event.kind in STEPS}
        in_order = sorted(steps, key=lambda one: (one.at, one.number))
        routed = [units[one.number] for one in in_order if one.step == "routed" and units[one.number]]
        return cls(tuple(in_order), routed[-1] if routed else None)

    @property
    def answered_at(self) -> datetime | None:
        """Return when the matter was last answered or closed, unless a review was asked for since."""
        ended = [one.at for one in self.steps if one.step in ENDS]
        asked = [one.at for one in self.steps if one.step == "review_requested"]
        return None if not ended or any(at > ended[-1] for at in asked) else ended[-1]

    def course(self, received: Iterable[datetime]) -> Course:
        """Return the course of the matter if its letters came at these times."""
        return course_of(received, self.steps)

    def life(self, receipts: Sequence[Receipt], now: datetime) -> Life:
        """Return where the matter stands, of whose letters all are given.

        A notice is owed if one letter gives name and address, and handling is due if one is ordinary: a later letter
        that the model takes for something else must not end a duty.
        """
        if not receipts:
            return NOTHING
        stretch = self.course(receipt.at for receipt in receipts).stretches[-1]
        together = Receipt(
            stretch.opened_at,
            any(receipt.named for receipt in receipts),
            any(receipt.ordinary for receipt in receipts if receipt.at >= stretch.opened_at),
        )
        return Life(stretch.status, tuple(clocks_of(stretch, together, now)), stretch.possible, self.unit)


def opened_at(row: Row[Any]) -> datetime:
    """Return when a letter began to be owed an answer: no later than it was stored, whatever date it bears."""
    return datetime.fromisoformat(min(row.received_at, row.stored_at))


def receipt_of(row: Row[Any]) -> Receipt:
    """Return what the deadlines of a stored letter depend on; one without a known route is taken for ordinary."""
    return Receipt(opened_at(row), row.named, row.analysis.get("route") in (None, "ordinary"))
