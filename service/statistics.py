"""Counts of a period, of what a caller may see: letters, visits, people and repeats, as a whole and divided."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from model.taxonomy import Taxonomy
from service.counting import NOTHING, Counts, Cube, by_day
from service.duties import Duties
from service.periods import Period
from service.queries import statistics as queries
from service.queries.statistics import Counted
from service.schemas.statistics import (
    By,
    FigureOut,
    Formula,
    PeriodOut,
    QualityLineOut,
    RateName,
    RateOut,
    StatLineOut,
    StatsOut,
)
from service.suggestions import quality_of
from service.texts import text

SIDES: Mapping[By, str] = {"category": "category", "class": "class_code", "region": "region", "channel": "channel"}
# The parameter of GET /letters that names a value of a side.
FILTERS: Mapping[By, str] = {"category": "category", "class": "level2", "region": "region", "channel": "channel"}
CHANNELS = ("letter", "visit", "web", "phone")
_FOUND = Sequence[Mapping[str | None, Counts]]


class Statistics:
    """Count for one caller at a time, `now`; `between` is called after each part of a period that was read."""

    def __init__(
        self,
        connection: Connection,
        counted: Counted,
        taxonomy: Taxonomy | None,
        now: datetime,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        self.connection = connection
        self.counted = counted
        self.taxonomy = taxonomy
        self.now = now
        self.between = between
        self._cubes: dict[tuple[Period, bool], Cube] = {}

    def stats(self, period: Period, by: By, formula: Formula) -> StatsOut:
        """Return all that is told of a period."""
        lines = self.lines(period, by)
        quality = self.quality(period)
        return StatsOut(
            period=self.shown(period),
            previous=self.shown(period.previous),
            year_before=self.shown(period.year_before),
            by=by,
            total=self.total(period),
            items=lines,
            matters=self.matters(period),
            rates=[self.repeats(period, formula), *Duties(self.connection, self.counted, self.now).rates(period)],
            quality=quality[0],
            quality_by_category=quality[1:],
        )

    def shown(self, period: Period) -> PeriodOut:
        """Show a period."""
        return PeriodOut(
            name=period.name,
            kind=period.kind,
            since=period.since,
            until=period.until,
            complete=period.until <= self.now,
        )

    def total(self, period: Period) -> StatLineOut:
        """Return the counts of a period as a whole."""
        counts = [self.cube(one).total() for one in (period, period.previous, period.year_before)]
        return self._line(period, None, text("stats.total"), counts, {})

    def lines(self, period: Period, by: By) -> list[StatLineOut]:
        """Return the counts of a period for each category, class, region, channel or day."""
        if by == "day":
            return self._days(period)
        if by == "month":
            return self._months(period)
        found = [
            self.cube(one, below=by == "class").by(SIDES[by]) for one in (period, period.previous, period.year_before)
        ]
        return [
            self._line(
                period, code, self.name(by, code), [one.get(code, NOTHING) for one in found], {FILTERS[by]: code}
            )
            for code in self._groups(by, found)
        ]

    def _days(self, period: Period) -> list[StatLineOut]:
        """Return the counts of each day beside those of the same day of the year before; of 29 February none."""
        now, then = (self._by_day(one) for one in (period, period.year_before))
        lines = []
        for day in period.days:
            same = period.same_day(day)
            earlier = then.get(same, NOTHING) if same else None
            only, name = Period("day", day, day + timedelta(days=1)), day.isoformat()
            lines.append(self._line(only, name, name, [now.get(day, NOTHING), None, earlier], {}))
        return lines

    def _months(self, period: Period) -> list[StatLineOut]:
        """Return the counts of each month beside those of the same month of the year before."""
        lines = []
        for month in period.months:
            now, then = month.within(period), month.year_before.within(period.year_before)
            counts = [self.cube(now).total(), None, self.cube(then).total()]
            lines.append(self._line(now, month.name, month.name, counts, {}))
        return lines

    def _by_day(self, period: Period) -> dict[date, Counts]:
        asked = (self.connection, self.counted, period.since, period.until)
        return by_day(queries.hours_between(*asked), queries.visits_between(*asked))

    def cube(self, period: Period, below: bool = False) -> Cube:
        """Return the counts of a period by all sides, of a year by months; those with classes tell of all else too."""
        known = self._cubes.get((period, True)) or self._cubes.get((period, below))
        if known is None:
            known = self._year(period, below) if period.kind == "year" else self._read(period, below)
            self._cubes[period, below] = known
        return known

    def _year(self, period: Period, below: bool) -> Cube:
        whole = Cube()
        for month in period.months:
            whole.include(self.cube(month, below))
        return whole

    def _read(self, period: Period, below: bool) -> Cube:
        asked = (self.connection, self.counted, period.since, period.until, below)
        found = Cube(queries.counts_between(*asked), queries.visits_between(*asked))
        self.between()
        return found

    def _groups(self, by: By, found: _FOUND) -> Iterator[str | None]:
        """Yield the codes of groups in the order in which offices write them, what is not known last."""
        present = {code for one in found for code in one}
        order: list[str] = []
        if by == "region":
            named = [code for code in present if code]
            order = sorted(named, key=lambda code: (-found[0].get(code, NOTHING).letters, code))
        elif by == "channel":
            order = [*CHANNELS]
        elif self.taxonomy and by == "category":
            order = [*self.taxonomy.by_code]
        elif self.taxonomy:
            order = [code for code in self.taxonomy.classes_by_code if code in present]
        yield from order
        yield from sorted(code for code in present if code and code not in order)
        yield from [None] if None in present else []

    def name(self, by: By, code: str | None) -> str:
        """Return the name of a group; a code that is not known stands for itself."""
        if code is None:
            return text(f"stats.no_{by}")
        if by == "channel" and code in CHANNELS:
            return text(f"channel.{code}")
        named: Mapping[str, Any] = {}
        if self.taxonomy and by in ("category", "class"):
            named = self.taxonomy.by_code if by == "category" else self.taxonomy.classes_by_code
        return str(named[code].name) if code in named else code

    def _line(
        self,
        period: Period,
        code: str | None,
        name: str,
        counts: Sequence[Counts | None],
        values: Mapping[str, str | None],
    ) -> StatLineOut:
        """Show the counts of now, before, and a year before; no query names what is not known."""
        known = {key: value for key, value in values.items() if value is not None}

        def figure(count: str, **more: str) -> FigureOut:
            now, previous, year_before = (None if one is None else int(getattr(one, count)) for one in counts)
            return FigureOut(
                value=now or 0,
                previous=previous,
                year_before=year_before,
                change=changed(now or 0, previous),
                change_year=changed(now or 0, year_before),
                query=self.query(period, **{**known, **more}) if len(known) == len(values) else None,
            )

        return StatLineOut(
            code=code,
            name=name,
            parent=self.taxonomy.parents.get(code or "") if self.taxonomy else None,
            letters=figure("letters"),
            visits=figure("visits", channel=queries.VISIT),
            people=figure("people"),
            repeats=figure("repeats", verdict="repeat"),
        )

    def query(self, period: Period, **values: str) -> str:
        """Return the query of GET /letters for the letters of a period with some values."""
        told = {"since": period.first.isoformat(), "until": period.after.isoformat(), **values}
        if self.counted.restricted is not None:
            told["restricted"] = str(self.counted.restricted).lower()
        return urlencode(told)

    def matters(self, period: Period) -> int:
        """Return how many matters received letters."""
        return queries.matters_between(self.connection, self.counted, period.since, period.until)

    def repeats(self, period: Period, formula: Formula) -> RateOut:
        """Return the rate of repeats, by letters or by matters."""
        total = self.cube(period).total()
        whole = total.letters if formula == "letters" else self.matters(period)
        name: RateName = "repeats_letters" if formula == "letters" else "repeats_matters"
        return RateOut.of(name, total.repeats, whole, query=self.query(period, verdict="repeat"))

    def quality(self, period: Period) -> list[QualityLineOut]:
        """Return what people made of the suggestions: of all, then of each category as it was suggested."""
        corrected = queries.corrected_between(self.connection, self.counted, period.since, period.until)
        return quality_of(self.cube(period).reviews, corrected, lambda code: self.name("category", code))


def changed(now: int, before: int | None) -> float | None:
    """Return by which share of what was before a count changed; None where nothing was."""
    return round((now - before) / before, 4) if before else None
