"""Rates of duties that were met in time, and of answers that satisfied, in what a caller may see."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from service.clocks import EXTENDED_BY, HANDLE_WITHIN, Receipt
from service.course import STEPS
from service.handling import TOLD, opened_at
from service.periods import Period
from service.queries import statistics as queries
from service.queries.flags import events_of_kinds
from service.queries.statistics import Counted
from service.schemas.statistics import RateName, RateOut
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
        ids = queries.matters_with_steps(self.connection, self.counted, kinds, since, period.until)
        for start in range(0, len(ids), PIECE):
            found.add(self._told(ids[start : start + PIECE]))
        return found

    def _told(self, matter_ids: Sequence[str]) -> list[Told]:
        receipts: dict[str, list[Receipt]] = {matter_id: [] for matter_id in matter_ids}
        events: dict[str, list[Any]] = {matter_id: [] for matter_id in matter_ids}
        for row in queries.receipts_of_matters(self.connection, self.counted, matter_ids):
            receipts[row.matter_id].append(Receipt(opened_at(row), row.named, row.route in (None, "ordinary")))
        for event in events_of_kinds(self.connection, matter_ids, TOLD):
            events[event.matter_id].append(event)
        return [Told(one, receipts[one], events[one]) for one in matter_ids]
