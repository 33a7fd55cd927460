"""Stored letters and matters, as much of them as a caller may see."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from model.records import VisitLevel
from service.caller import Caller
from service.engine import Engine
from service.errors import NotFound, SettingError
from service.flag_card import card_of
from service.flagging import Flagger
from service.handling import TAKEN_BACK
from service.keys import Keys
from service.lives import Lives
from service.masking import masked_petitioner
from service.matter_lines import MatterLines, standing_of, title_of
from service.nearby import Nearby
from service.paging import cursor_of, position_of
from service.preconditions import tag_of
from service.queries import automatic as automatic_queries
from service.queries import deadlines as deadline_queries
from service.queries import letters as queries
from service.queries import matters as matter_queries
from service.queries.deadlines import DueFilter
from service.queries.letters import Sight
from service.queries.lists import MOST_COUNTED, Filter, count_up_to, page_of_letters
from service.queries.matters import EVERY_MATTER, MattersFilter
from service.schemas.records import DecisionOut
from service.schemas.results import RelationOut
from service.schemas.views import (
    ClockOut,
    EventOut,
    LetterOut,
    LetterPage,
    MatterOut,
    MatterPage,
    SimilarOut,
)
from service.stored import letter_of_row
from service.succession import steps_told

logger = logging.getLogger(__name__)

Narrow = DueFilter | MattersFilter


class Reader:
    """Read for one caller; the database connection decides what is seen at that moment."""

    def __init__(self, connection: Connection, keys: Keys, caller: Caller, flagger: Flagger) -> None:
        self.connection = connection
        self.keys = keys
        self.caller = caller
        self.flagger = flagger
        self.now = datetime.now(UTC)
        self.lives = Lives(connection, self.now)
        self.matter_lines = MatterLines(connection, keys, caller, flagger, self.now)

    def letter(self, letter_id: str) -> LetterOut:
        """Return a letter; raises NotFound if there is none that the caller may see."""
        return self.view(self.require_letter(letter_id))

    def require_letter(self, letter_id: str) -> Row[Any]:
        """Return the row of a letter; raises NotFound if there is none that the caller may see."""
        row = queries.find_letter(self.connection, letter_id, self.caller.sight)
        if row is None:
            raise NotFound
        return row

    def view(self, row: Row[Any]) -> LetterOut:
        """Show a row that the caller may see."""
        return self.views([row])[0]

    def views(self, rows: Sequence[Row[Any]]) -> list[LetterOut]:
        """Show rows that the caller may see, with as many statements for many as for one."""
        self.lives.learn({row.matter_id for row in rows})
        readable = self._readable_among(rows)
        nearby = Nearby(self.connection, self.caller, [row.id for row in rows if row.id in readable])
        return [self._shown(row, nearby) if row.id in readable else LetterOut.withheld(row) for row in rows]

    def _readable_among(self, rows: Sequence[Row[Any]]) -> set[str]:
        """Return the letters that the caller may read of those that it delivered, changed or found."""
        readable = {row.id for row in rows if self.caller.reads(row.restricted)}
        restricted = {row.id for row in rows if row.restricted} & readable
        if not restricted or not self.caller.marks:
            return readable
        unmarked = Sight(restricted=True, marks=self.caller.marks)
        return readable - restricted | queries.seen_among(self.connection, restricted, unmarked)

    def _shown(self, row: Row[Any], nearby: Nearby) -> LetterOut:
        view = LetterOut.of(row, self.lives.clocks(row), nearby.matter_of(row), masked_petitioner(self._people(row)))
        if self.flagger.on:
            return view
        automatic = view.automatic.model_copy(update={"group_visit": None}) if view.automatic else None
        return view.model_copy(update={"group_visit": None, "automatic": automatic})

    def _people(self, row: Row[Any]) -> list[Any]:
        """Return who wrote; nobody where another key has sealed it, so that one letter does not hide all others."""
        try:
            found: list[Any] = self.keys.decrypt(row.people)["petitioners"] if row.people else []
        except SettingError:
            logger.error("letter %s is sealed with a key that is not in the file of keys", row.id)
            return []
        return found

    def tag(self, row: Row[Any]) -> str:
        """Return the tag of a letter as the caller sees it now; what is withheld never changes."""
        if row.id not in self._readable_among([row]):
            return tag_of(0)
        return self.lives.tag(row)

    def matter_tag(self, view: MatterOut) -> str:
        """Return the tag of a matter as it is shown; clocks and growth change with time alone."""
        clocks = [*view.clocks, *(clock for letter in view.letters for clock in letter.clocks)]
        running = sum(clock.state == "running" for clock in clocks)
        return tag_of(matter_queries.revision_of(self.connection, view.id), view.flag.points, running)

    def decisions(self, letter_id: str) -> list[DecisionOut]:
        """Return what was decided automatically on a letter; raises NotFound if the caller may not read it."""
        if queries.find_letter(self.connection, letter_id, self.caller.insight) is None:
            raise NotFound
        rows = automatic_queries.decisions_on(self.connection, letter_id)
        matters = {row.outcome["matter"] for row in rows if row.kind == "link"}
        hidden = matter_queries.hidden_matters(self.connection, matters, self.caller.insight)
        return [
            DecisionOut.of(row, reads_notes=self.caller.reads(restricted=True))
            for row in rows
            if row.outcome.get("matter") not in hidden
        ]

    def letters(self, narrow: Filter, limit: int, cursor: str | None) -> LetterPage:
        """Return a page of letters, newest first."""
        after = position_of(cursor) if cursor else None
        rows = page_of_letters(self.connection, self.caller.sight, self._allowed(narrow), limit + 1, after)
        more = cursor_of(rows[limit - 1][0], rows[limit - 1][1].id) if len(rows) > limit else None
        return LetterPage(items=self.views([row for _, row in rows[:limit]]), next=more)

    def count_letters(self, narrow: Filter) -> int:
        """Return how many letters all pages have together; 1,001 if there are more than 1,000."""
        return count_up_to(self.connection, self.caller.sight, self._allowed(narrow))

    def _allowed(self, narrow: Filter) -> Filter:
        """Leave out what the caller must not ask for, and what the office does not have."""
        if self.caller.sight.owner is not None:
            withheld = (
                *("category", "level2", "suggested", "lacking", "verdict", "review", "needs_review"),
                *("visit_level", "restricted", "due"),
            )
            nothing: dict[str, Any] = dict.fromkeys(withheld)
            narrow = replace(narrow, **nothing)
        return narrow if self.flagger.on else replace(narrow, visit_level=None)

    def similar(self, engine: Engine, letter_id: str) -> list[SimilarOut]:
        """Return the letters linked to a letter, best first, with evidence from each (a) to this letter (b)."""
        view = self.letter(letter_id)
        candidates = view.matter.candidates if view.matter else []
        ids = [letter_id, *(candidate.id for candidate in candidates)]
        rows = queries.find_letters(self.connection, ids, self.caller.insight)
        views = dict(zip(rows, self.views(list(rows.values())), strict=True))
        found = []
        for candidate in candidates:
            relation = engine.analyser.compare(letter_of_row(rows[candidate.id]), letter_of_row(rows[letter_id]))
            if relation is not None:
                shown = RelationOut.of(relation)
                found.append(
                    SimilarOut(
                        letter=views[candidate.id],
                        score=candidate.score,
                        relation=candidate.relation,
                        reasons=shown.reasons,
                        evidence=shown.evidence,
                    )
                )
        return found

    def matter(self, matter_id: str) -> MatterOut:
        """Return a matter; raises NotFound if the caller may see none of its letters."""
        rows = self.require_matter(matter_id)
        events = self.told(self._events_of(matter_id))
        judged = self.flagger.judge(self.connection, {matter_id: rows}, self.now)[matter_id]
        flag = card_of(judged, rows, self.keys, self.now, self.flagger.on)
        void = {event.cause for event in events if event.kind == TAKEN_BACK}
        return MatterOut(
            id=matter_id,
            title=title_of(rows[0], flag, self.keys),
            **standing_of(matter_queries.find_matter(self.connection, matter_id), judged),
            possible=list(judged.life.possible),
            clocks=[ClockOut.of(clock) for clock in judged.life.clocks],
            letters=self.views(rows),
            flag=flag,
            events=[EventOut.of(event, event.number not in void) for event in events],
        )

    def _events_of(self, matter_id: str) -> list[Row[Any]]:
        """Return the events of a matter, with the steps of those that it took over, in the order of recording."""
        own = {event.number: event for event in matter_queries.events_of(self.connection, matter_id)}
        steps = {event.number: event for event in steps_told(self.connection, [matter_id])[matter_id]}
        return [event for _, event in sorted((own | steps).items())]

    def require_matter(self, matter_id: str) -> list[Row[Any]]:
        """Return the letters of a matter, oldest first; raises NotFound if the caller may see none of them."""
        rows = queries.letters_of_matters(self.connection, [matter_id], self.caller.insight)
        if not rows:
            raise NotFound
        return rows

    def told(self, events: Sequence[Row[Any]]) -> list[Row[Any]]:
        """Leave out events that name a letter or matter of which the caller must not know."""
        letters = {event.number: _named(event.detail, ("letter", "letters")) for event in events}
        matters = {event.number: _named(event.detail, ("from", "to", "matter")) for event in events}
        sight = self.caller.insight
        known = queries.seen_among(self.connection, set[str]().union(*letters.values()), sight)
        hidden = matter_queries.hidden_matters(self.connection, set[str]().union(*matters.values()), sight)
        return [event for event in events if letters[event.number] <= known and not matters[event.number] & hidden]

    def matters(self, limit: int, cursor: str | None, narrow: Narrow = EVERY_MATTER) -> MatterPage:
        """Return a page of matters, those with the newest letters first, or what is due first first."""
        narrow, level = self._stored(narrow)
        after = position_of(cursor) if cursor else None
        if isinstance(narrow, DueFilter):
            found = deadline_queries.page_of_due(self.connection, self.caller.insight, narrow, limit + 1, after)
            places = [(one.due_at, one.matter_id) for one in found]
        else:
            found = matter_queries.page_of_matters(self.connection, self.caller.sight, limit + 1, after, narrow)
            places = [(one.last_received_at, one.id) for one in found]
        more = cursor_of(*places[limit - 1]) if len(places) > limit else None
        lines = self.matter_lines.of([matter_id for _, matter_id in places[:limit]])
        return MatterPage(items=[line for line in lines if level in (None, line.flag.level)], next=more)

    def due_ids(self, narrow: DueFilter, limit: int) -> list[str]:
        """Return the first `limit` matters in which something is due, what is due first first."""
        found = deadline_queries.page_of_due(self.connection, self.caller.insight, narrow, limit, None)
        return [one.matter_id for one in found]

    def count_matters(self, narrow: Narrow = EVERY_MATTER) -> int | None:
        """Return how many matters all pages have together, 1,001 if there are more than 1,000; None if that would tell.

        Whoever sees but a part of the office must not learn how many matters are flagged for what others wrote.
        """
        narrow, level = self._stored(narrow)
        if level is not None:
            return None
        if isinstance(narrow, DueFilter):
            return deadline_queries.count_due(self.connection, self.caller.insight, narrow, MOST_COUNTED)
        return matter_queries.count_matters(self.connection, self.caller.sight, narrow, MOST_COUNTED)

    def _stored(self, narrow: Narrow) -> tuple[Narrow, VisitLevel | None]:
        """Return what may be asked of stored flags, and the level that each line must be found to have by itself.

        What is stored speaks of all letters of a matter, of which the caller may see but some.
        """
        if not self.flagger.on:
            narrow = replace(narrow, level=None)
        if narrow.level is None or not self.caller.sight.partial:
            return narrow, None
        return replace(narrow, level=None) if narrow.level == "none" else narrow, narrow.level


def _named(detail: Mapping[str, Any], fields: Sequence[str]) -> set[str]:
    """Return the ids that fields of an event name, one or several each."""
    given = [detail.get(name) or [] for name in fields]
    return {one for value in given for one in ([value] if isinstance(value, str) else value)}
