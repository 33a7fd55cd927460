"""The hot issues of an office, as much of them as a caller may see."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from model.surge import USUAL_DAYS
from service.hot_issues import RECENT_DAYS, Cell, Voice, hot_issues
from service.queries import hot_issues as queries
from service.queries.letters import Sight, seen_among
from service.schemas.hot_issues import HotIssueList, HotIssueOut

MOST_PERIODS = 6
# What rises moves by the day, and takes seconds to find out in a large office.
KEPT_FOR = timedelta(minutes=10)
MOST_KEPT = 100


@dataclass(frozen=True, slots=True)
class IssueBoards:
    """Keeps, for each sight, the hot issues that were found some minutes ago; one for each process."""

    _kept: dict[Sight, HotIssueList] = field(default_factory=dict)

    def read(self, connection: Connection, sight: Sight, now: datetime) -> HotIssueList:
        """Return what rises, found within the last ten minutes; nothing that is out of sight by now is shown."""
        kept = self._kept.get(sight)
        if kept is None or not timedelta(0) <= now - kept.until < KEPT_FOR or not _seen(connection, sight, kept):
            kept = read_issues(connection, sight, now)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[sight] = kept
        return kept


def _seen(connection: Connection, sight: Sight, board: HotIssueList) -> bool:
    ids = {letter.id for issue in board.items for letter in issue.newest}
    return seen_among(connection, ids, sight) == ids


def read_issues(connection: Connection, sight: Sight, now: datetime) -> HotIssueList:
    """Return what rises in the 14 days before a time, the most surprising first.

    Letters that the caller may not see count neither in an issue nor in what is usual.
    """
    since = now - timedelta(days=RECENT_DAYS)
    rows = {row.id: row for row in queries.letters_between(connection, sight, since, now)}
    people = queries.petitioners_between(connection, sight, since, now)
    voices = [
        Voice(row.id, row.matter_id, Cell(row.region, row.code), people.get(row.id, frozenset()))
        for row in rows.values()
    ]
    past = [_counted(connection, sight, *period) for period in _periods(connection, sight, since)]
    found = hot_issues(voices, queries.links_between(connection, sight, since, now), past)
    return HotIssueList(
        since=since,
        until=now,
        items=[HotIssueOut.of(issue, [rows[letter] for letter in issue.letters]) for issue in found],
    )


def _counted(connection: Connection, sight: Sight, since: datetime, until: datetime) -> dict[Cell, int]:
    counts = queries.count_petitioners(connection, sight, since, until)
    return {Cell(region, code): count for (region, code), count in counts.items()}


def _periods(connection: Connection, sight: Sight, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the whole 28 days before a time in which the office had letters, the latest first, at most six."""
    first = queries.first_received(connection, sight)
    for _ in range(MOST_PERIODS):
        since = until - timedelta(days=USUAL_DAYS)
        if first is None or first > since:
            return
        yield since, until
        until = since
