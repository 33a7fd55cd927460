"""What waits for a clerk: letters that nobody has judged, and matters whose deadline is near or over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Row

from service.paging import cursor_of, position_of
from service.queries.deadlines import DueFilter, count_due, first_duties, page_of_due
from service.queries.letters import letters_of_matters
from service.queries.lists import MOST_COUNTED, page_of_letters, place_of
from service.reading import Reader
from service.schemas.queues import OF_DEADLINES, QueueName, QueueQuery
from service.schemas.requests import Due, due_filter
from service.schemas.views import LetterOut

# So many matters with deadlines are looked through for the one that follows.
NEAR = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A letter that waits, or the newest one of a matter that does, and which duty in the matter is due first, when."""

    letter: LetterOut
    clock: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of a queue."""

    entries: list[Entry]
    next: str | None


class Waiting:
    """Read the queues of one caller."""

    def __init__(self, reader: Reader, soon_days: int) -> None:
        self.reader = reader
        self.soon_days = soon_days

    @property
    def names(self) -> list[QueueName]:
        """Return the queues that the caller may see."""
        names: tuple[QueueName, ...] = get_args(QueueName)
        return [name for name in names if name != "restricted" or self.reader.caller.reads(restricted=True)]

    def page(self, query: QueueQuery, limit: int) -> QueuePage:
        """Return a page of a queue: letters in the order asked for, deadlines in the order of their times."""
        if not query.of_deadlines:
            page = self.reader.letters(query.filter(), limit, query.cursor)
            duties = first_duties(self.reader.connection, [one.matter.id for one in page.items if one.matter])
            return QueuePage([_entry(letter, duties) for letter in page.items], page.next)
        after = position_of(query.cursor) if query.cursor else None
        due = self._due(query, limit + 1, after)
        more = cursor_of(due[limit - 1].due_at, due[limit - 1].matter_id) if len(due) > limit else None
        rows = self._newest(due[:limit])
        views = {view.id: view for view in self.reader.views(list(rows.values()))}
        entries = [
            Entry(views[rows[one.matter_id].id], one.clock, datetime.fromisoformat(one.due_at))
            for one in due[:limit]
            if one.matter_id in rows
        ]
        return QueuePage(entries, more)

    def counts(self, query: QueueQuery) -> dict[QueueName, int]:
        """Return how many wait in each queue under the same filters; 1,001 for more than 1,000."""
        return {name: self._count(query.model_copy(update={"queue": name})) for name in self.names}

    def following(self, query: QueueQuery, row: Row[Any]) -> str | None:
        """Return the letter that follows one in its queue, or the first of those left; None without any."""
        if query.queue is None:
            return None
        if query.of_deadlines:
            due = self._due(query, NEAR, None)
            place = next((number for number, one in enumerate(due) if one.matter_id == row.matter_id), -1)
            others = [one for one in (*due[place + 1 :], *due[: max(place, 0)]) if one.matter_id != row.matter_id]
            rows = self._newest(others[:1])
            return next((str(one.id) for one in rows.values()), None)
        narrow = query.filter()
        for after in (place_of(self.reader.connection, row, narrow.order), None):
            found = page_of_letters(self.reader.connection, self.reader.caller.sight, narrow, 2, after)
            left = [str(one.id) for _, one in found if one.id != row.id]
            if left:
                return left[0]
        return None

    def _due(self, query: QueueQuery, limit: int, after: tuple[str, str] | None) -> list[Row[Any]]:
        return page_of_due(self.reader.connection, self.reader.caller.insight, self._narrow(query), limit, after)

    def _narrow(self, query: QueueQuery) -> DueFilter:
        level = query.level if self.reader.flagger.on else None
        wanted: Due = "overdue" if query.queue == "overdue" else "soon"
        return replace(due_filter(wanted, self.reader.now, self.soon_days), level=level)

    def _count(self, query: QueueQuery) -> int:
        if query.queue in OF_DEADLINES:
            return count_due(self.reader.connection, self.reader.caller.insight, self._narrow(query), MOST_COUNTED)
        return self.reader.count_letters(query.filter())

    def _newest(self, due: Sequence[Row[Any]]) -> dict[str, Row[Any]]:
        """Return the newest letter of each matter that the caller may read."""
        ids = [one.matter_id for one in due]
        rows = letters_of_matters(self.reader.connection, ids, self.reader.caller.insight)
        return {row.matter_id: row for row in rows}


def _entry(letter: LetterOut, duties: Mapping[str, Row[Any]]) -> Entry:
    duty = duties.get(letter.matter.id) if letter.matter else None
    return Entry(letter, duty.clock, datetime.fromisoformat(duty.due_at)) if duty else Entry(letter)
