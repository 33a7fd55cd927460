"""Rates of duties that were met in time, and of answers that satisfied, in what a caller may see."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.clocks import EXTENDED_BY, HANDLE_WITHIN, Receipt
from service.course import STEPS
from service.handling import opened_at
from service.periods import Period
from service.queries import statistics as queries
from service.queries.statistics import Counted
from service.schemas.statistics import RateName, RateOut
from service.succession import heirs_of, steps_told
from service.timeliness import Tally, Timeliness, Told

# A duty that falls due in a period began, went on or was extended no longer ago.
LONGEST_DUTY = HANDLE_WITHIN + EXTENDED_BY + timedelta(days=1)
MOST_MISSED = 50
PIECE = 500


class Duties:
    """Tell of duties for one caller, as they stand at a time, `now`."""

    def __init__(self, connection: Connection, counted: Counted, now: datetime) -> None:
        self.connection = connection
        self.counted = counted
        self.now = now

    def rates(self, period: Period) -> list[RateOut]:
        """Return the rates of a period; that of satisfaction only if any was recorded."""
        found = self._timeliness(period, STEPS, period.since - LONGEST_DUTY)
        tallies: list[tuple[RateName, Tally]] = [
            ("accepted_in_time", found.duties["notice"]),
            ("handled_in_time", found.duties["handling"]),
        ]
        if found.satisfaction.all:
            tallies.append(("satisfied", found.satisfaction))
        return [RateOut.of(name, one.good, one.all, missed=one.missed[:MOST_MISSED]) for name, one in tallies]

    def satisfaction(self, period: Period) -> RateOut | None:
        """Return the rate of satisfaction alone, None if none was recorded."""
        found = self._timeliness(period, ("satisfaction",), period.since).satisfaction
        return RateOut.of("satisfied", found.good, found.all, missed=found.missed) if found.all else None

    def _timeliness(self, period: Period, kinds: Sequence[str], since: datetime) -> Timeliness:
        """Count what matters tell in which a step of some kinds was taken since a time."""
        found = Timeliness(period.since, period.until, self.now)
        ids = self._with_steps(kinds, since, period.until)
        for start in range(0, len(ids), PIECE):
            found.add(self._told(ids[start : start + PIECE]))
        return found

    def _with_steps(self, kinds: Sequence[str], since: datetime, until: datetime) -> list[str]:
        """Return the matters in which a step was taken in a time, there or where their letters were before."""
        own = queries.matters_with_steps(self.connection, self.counted, kinds, since, until)
        emptied = queries.emptied_with_steps(self.connection, kinds, since, until)
        heirs: set[str] = set()
        for start in range(0, len(emptied), PIECE):
            taken = heirs_of(self.connection, emptied[start : start + PIECE])
            heirs |= queries.seen_matters(self.connection, self.counted, taken)
        return sorted({*own, *heirs})

    def _told(self, matter_ids: Sequence[str]) -> list[Told]:
        receipts: dict[str, list[Receipt]] = {matter_id: [] for matter_id in matter_ids}
        for row in queries.receipts_of_matters(self.connection, self.counted, matter_ids):
            receipts[row.matter_id].append(Receipt(opened_at(row), row.named, row.route in (None, "ordinary")))
        events = steps_told(self.connection, matter_ids)
        return [Told(one, receipts[one], events[one]) for one in matter_ids]
