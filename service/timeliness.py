"""Whether duties were met in time, and what answers were worth: pure functions on the steps of matters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.clocks import OWED, ClockName, Receipt, clocks_of
from service.handling import Handling

# Duties that a rate tells of.
TOLD: tuple[ClockName, ...] = ("notice", "handling")
SATISFIED = ("satisfied", "fairly_satisfied")


@dataclass(slots=True)
class Tally:
    """How many of those counted were good, and the matters of those that were not."""

    good: int = 0
    all: int = 0
    missed: list[str] = field(default_factory=list)

    def count(self, good: bool, matter_id: str) -> None:
        """Count one."""
        self.good += good
        self.all += 1
        if not good and matter_id not in self.missed:
            self.missed.append(matter_id)


@dataclass(frozen=True, slots=True)
class Told:
    """A matter: its letters as deadlines see them, and its events."""

    matter_id: str
    receipts: Sequence[Receipt]
    events: Sequence[Any]


@dataclass(slots=True)
class Timeliness:
    """Counts duties and answers of a time, [since, until), as they stand at `now`.

    A duty counts in the period in which it was met or missed, whichever was first: each counts once, and one that may
    still be met in time counts nowhere yet.
    """

    since: datetime
    until: datetime
    now: datetime
    duties: dict[ClockName, Tally] = field(default_factory=lambda: {name: Tally() for name in TOLD})
    satisfaction: Tally = field(default_factory=Tally)

    def add(self, matters: Iterable[Told]) -> None:
        """Count what matters tell of the time."""
        for told in matters:
            handling = Handling.of(told.events)
            if told.receipts:
                self._duties(told, handling)
            standing = {one.number for one in handling.steps}
            for event in told.events:
                value = event.detail.get("value") if event.kind == "satisfaction" else None
                if value and event.number in standing and self._covers(datetime.fromisoformat(event.at)):
                    self.satisfaction.count(value in SATISFIED, told.matter_id)

    def _duties(self, told: Told, handling: Handling) -> None:
        stretches = handling.course(receipt.at for receipt in told.receipts).stretches
        named = any(receipt.named for receipt in told.receipts)
        for number, stretch in enumerate(stretches):
            end = stretches[number + 1].opened_at if number + 1 < len(stretches) else None
            inside = [one for one in told.receipts if one.at >= stretch.opened_at and (end is None or one.at < end)]
            together = Receipt(stretch.opened_at, named, any(one.ordinary for one in inside))
            for clock in clocks_of(stretch, together, self.now):
                if clock.name in TOLD and clock.name in OWED:
                    self._settled(clock.name, clock.state, clock.met_at, clock.due_at, told.matter_id)

    def _settled(
        self, name: ClockName, state: str, met_at: datetime | None, due_at: datetime | None, matter_id: str
    ) -> None:
        at = met_at if state == "met" else due_at if state in ("met_late", "overdue") else None
        if at is not None and self._covers(at):
            self.duties[name].count(state == "met", matter_id)

    def _covers(self, at: datetime) -> bool:
        return self.since <= at < self.until
