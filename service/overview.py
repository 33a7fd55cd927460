"""What needs whoever leads an office today, and what came in of late, as far as a caller may see."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from model.records import VisitLevel
from service.caller import OFFICE
from service.counting import REPEAT
from service.duties import Duties
from service.issue_board import IssueBoards
from service.matters import MatterFlag
from service.periods import Period
from service.queries import daily_counts as counters
from service.queries import flags as flag_queries
from service.queries.deadlines import DueFilter
from service.queries.lists import MOST_COUNTED, Filter
from service.queries.outcomes import Outcomes, outcomes_of
from service.queries.statistics import Counted
from service.reading import Reader
from service.schemas.hot_issues import HotIssueList
from service.schemas.statistics import Formula, QualityLineOut, RateOut
from service.schemas.views import MatterLineOut
from service.statistics import Statistics
from service.suggestions import quality_of

FIRST = 10
# Whoever sees but a part of the office learns of so many flags whether they hold for that part, too.
MOST_JUDGED = 100
FLAGGED: tuple[VisitLevel, ...] = ("watch", "warning")
GROUPED: tuple[counters.By, ...] = ("channel", "category", "region")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many matters wait, 1,001 if there are more than 1,000, and the first of them; none for whom reads none."""

    matters: int
    first: list[MatterLineOut]


@dataclass(frozen=True, slots=True)
class Day:
    """How many letters came on a day, and on the same day of the week a year before."""

    day: date
    letters: int
    year_before: int


@dataclass(frozen=True, slots=True)
class Group:
    """How many letters of a category, region or channel came in a period, and in the one before; None is not known."""

    code: str | None
    name: str
    letters: int
    before: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the dashboard shows.

    `restricted` counts accusations that nobody looked at, None for whom has none; `more_flagged` says that `levels`
    counts but a part of what is flagged.
    """

    period: Period
    overdue: Waiting
    soon: Waiting
    levels: Mapping[str, int]
    more_flagged: bool
    flagged: list[MatterLineOut]
    restricted: int | None
    letters: int
    before: int
    year_before: int
    days: list[Day]
    groups: Mapping[counters.By, list[Group]]
    matters: int
    repeats: RateOut
    satisfaction: RateOut | None
    quality: list[QualityLineOut]
    issues: HotIssueList


class Overseer:
    """Look for one caller, through that caller's reader, with as many statements for many letters as for few."""

    def __init__(self, reader: Reader, statistics: Statistics, boards: IssueBoards, soon_days: int) -> None:
        self.reader = reader
        self.statistics = statistics
        self.boards = boards
        self.connection = reader.connection
        self.sight = reader.caller.insight
        self.counted = Counted(self.sight)
        self.daily = counters.DailyCounts(self.connection, self.sight)
        now = reader.now
        self.due = {"overdue": DueFilter(None, now), "soon": DueFilter(now, now + timedelta(days=soon_days))}

    def overview(self, period: Period, formula: Formula) -> Overview:
        """Return what there is to see today, and of a period that ends today."""
        reads = self.reader.caller.role in OFFICE
        due = {name: self.reader.due_ids(narrow, FIRST) if reads else [] for name, narrow in self.due.items()}
        flagged = self._flagged(reads)
        self.reader.matter_lines.learn([*due["overdue"], *due["soon"], *flagged])
        raised = self._raised(flagged)
        first = list(raised)[:FIRST] if reads else []
        lines = {line.id: line for line in self.reader.matter_lines.of([*due["overdue"], *due["soon"], *first])}
        waiting = {
            name: Waiting(self.reader.count_matters(narrow) or 0, [lines[one] for one in due[name] if one in lines])
            for name, narrow in self.due.items()
        }
        self.daily.learn(period.first, period.after)
        groups, days = {by: self._groups(period, by) for by in GROUPED}, self._days(period)
        outcomes = outcomes_of(self.connection, self.sight, period.first, period.after)
        return Overview(
            period=period,
            overdue=waiting["overdue"],
            soon=waiting["soon"],
            levels=self._levels(raised.values()),
            more_flagged=self.sight.partial and len(flagged) == MOST_JUDGED,
            flagged=[lines[one] for one in first if one in lines],
            restricted=self._restricted(),
            letters=outcomes.verdicts.total(),
            before=sum(group.before for group in groups["channel"]),
            year_before=sum(day.year_before for day in days),
            days=days,
            groups=groups,
            matters=outcomes.matters,
            repeats=self._repeats(outcomes, formula),
            satisfaction=Duties(self.connection, self.counted, self.reader.now).satisfaction(period),
            quality=quality_of(outcomes.reviews, outcomes.corrected, self._named),
            issues=self.boards.read(self.connection, self.sight, self.reader.now),
        )

    def _named(self, code: str | None) -> str:
        return self.statistics.name("category", code)

    def _flagged(self, reads: bool) -> list[str]:
        """Return the first matters with a stored flag of which the caller may see a letter."""
        if not self.reader.flagger.on or not (reads or self.sight.partial):
            return []
        limit = MOST_JUDGED if self.sight.partial else FIRST
        return flag_queries.flagged_matters(self.connection, self.sight, limit)

    def _raised(self, matter_ids: Sequence[str]) -> dict[str, MatterFlag]:
        """Return those of the flags that hold for what the caller sees, those with most points first."""
        flags = self.reader.matter_lines.flags(matter_ids)
        raised = {one: flag for one, flag in flags.items() if flag.level != "none"}
        return dict(sorted(raised.items(), key=lambda one: (-one[1].points, one[0])))

    def _levels(self, raised: Iterable[MatterFlag]) -> Mapping[str, int]:
        """Return how many matters are flagged, by level, 1,001 if there are more than 1,000.

        What is stored speaks of all letters of a matter.
        """
        if not self.reader.flagger.on or self.sight.partial:
            return Counter(flag.level for flag in raised)
        return {
            level: flag_queries.count_flagged(self.connection, self.sight, level, MOST_COUNTED) for level in FLAGGED
        }

    def _restricted(self) -> int | None:
        if not self.sight.restricted:
            return None
        return self.reader.count_letters(Filter(restricted=True, review="pending"))

    def _days(self, period: Period) -> list[Day]:
        now, then = (
            {one.day: one.letters for one in self.daily.between(one.first, one.after)}
            for one in (period, period.year_before)
        )
        days = [(day, period.same_day(day)) for day in period.days]
        return [Day(day, now.get(day, 0), then.get(same, 0) if same else 0) for day, same in days]

    def _groups(self, period: Period, by: counters.By) -> list[Group]:
        """Return the groups that had letters now or before, the largest first."""
        now = self.daily.totals(period.first, period.after, by)
        before = self.daily.totals(period.previous.first, period.first, by)
        found = [
            Group(code, self.statistics.name(by, code), now[code], before[code]) for code in now.keys() | before.keys()
        ]
        return sorted(found, key=lambda group: (-group.letters, -group.before, group.name))

    def _repeats(self, outcomes: Outcomes, formula: Formula) -> RateOut:
        repeats = outcomes.verdicts[REPEAT]
        if formula == "letters":
            return RateOut.of("repeats_letters", repeats, outcomes.verdicts.total())
        return RateOut.of("repeats_matters", repeats, outcomes.matters)
