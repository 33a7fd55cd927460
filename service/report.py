"""The report of a month or a year: what its table and its analysis tell, of what a caller may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import cast

from sqlalchemy import Connection

from model.records import VisitLevel
from model.taxonomy import Taxonomy
from service.caller import Caller
from service.duties import Duties
from service.flag_card import names_of
from service.issue_board import read_issues
from service.keys import Keys
from service.periods import Period
from service.queries import statistics as queries
from service.queries.flags import stored_levels
from service.queries.matters import matters_by_id
from service.queries.statistics import Counted
from service.quotes import masked_quote
from service.schemas.reports import MainMatterOut, ReportOut, RisingOut
from service.statistics import Statistics
from service.texts import text

MOST_MATTERS = 10
MOST_RISING = 5
BEGINNING = 30


@dataclass(frozen=True)
class Reporter:
    """Make reports for one caller; `flags` says whether the office has flags.

    `tell` learns after each part how many parts of how many are done.
    """

    connection: Connection
    keys: Keys
    caller: Caller
    taxonomy: Taxonomy | None
    flags: bool
    now: datetime
    tell: Callable[[int, int], None] = lambda _done, _total: None

    def report(self, period: Period, restricted: bool | None = None) -> ReportOut:
        """Return the report of a period, of accusations only or without any if `restricted` says so."""
        counted = Counted(self.caller.insight, restricted)
        # The period and those before it, a year month by month; then all that is not counted by groups.
        number, parts = count(1), (2 * len(period.months) if period.kind == "year" else 3) + 1
        counts = Statistics(self.connection, counted, self.taxonomy, self.now, lambda: self.tell(next(number), parts))
        classes = counts.lines(period, "class")
        quality = counts.quality(period)
        return ReportOut(
            title=title_of(period),
            unit=self.caller.unit,
            accusations=counted.sight.restricted and restricted is not False,
            made_at=self.now,
            period=counts.shown(period),
            previous=counts.shown(period.previous),
            year_before=counts.shown(period.year_before),
            total=counts.total(period),
            categories=counts.lines(period, "category"),
            classes=classes,
            regions=counts.lines(period, "region"),
            channels=counts.lines(period, "channel"),
            course=counts.lines(period, "month" if period.kind == "year" else "day"),
            matters=counts.matters(period),
            rates=[
                *(counts.repeats(period, formula) for formula in ("letters", "matters")),
                *Duties(self.connection, counted, self.now).rates(period),
            ],
            quality=quality[0],
            quality_by_category=quality[1:],
            main_matters=self._main_matters(counts, period),
            rising=self._rising(counted, period),
        )

    def _main_matters(self, counts: Statistics, period: Period) -> list[MainMatterOut]:
        rows = queries.largest_matters(self.connection, counts.counted, period.since, period.until, MOST_MATTERS)
        ids = [row.matter_id for row in rows]
        overdue = queries.overdue_among(self.connection, ids, self.now)
        return [self._matter(counts, row.matter_id, row.letters, row.matter_id in overdue) for row in rows]

    def _matter(self, counts: Statistics, matter_id: str, letters: int, overdue: bool) -> MainMatterOut:
        first = queries.first_letter(self.connection, counts.counted, matter_id)
        level = stored_levels(self.connection, [matter_id]).get(matter_id, "none") if self.flags else "none"
        return MainMatterOut(
            id=matter_id,
            title=masked_quote(str(first.title or first.body[:BEGINNING]), names_of(first, self.keys)),
            category=counts.name("category", first.category),
            region=first.region or None,
            unit=matters_by_id(self.connection, [matter_id])[matter_id].unit,
            letters=letters,
            level=cast(VisitLevel, level),
            overdue=overdue,
        )

    def _rising(self, counted: Counted, period: Period) -> list[RisingOut]:
        """Return what rises at the end of the period, or now if it is not over."""
        sight = counted.sight if counted.restricted is None else replace(counted.sight, restricted=counted.restricted)
        if counted.restricted and not counted.sight.restricted:
            return []
        board = read_issues(self.connection, sight, min(self.now, period.until))
        return [
            RisingOut(region=issue.region, category=issue.category.name, matters=issue.matters, letters=issue.letters)
            for issue in board.items[:MOST_RISING]
        ]


def title_of(period: Period) -> str:
    """Return the title of a report's table."""
    return text(f"report.title_{period.kind}", year=period.first.year, month=period.first.month)


def flagged(matters: Sequence[MainMatterOut]) -> list[str]:
    """Return the matters whose flag a report shows."""
    return [matter.id for matter in matters if matter.level != "none"]
