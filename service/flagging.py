"""Keeps the flags of matters: works them out from stored letters, and records every change with its reason."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from model.records import People
from model.surge import Usual
from service.db import Database
from service.handling import Handling, Life, receipt_of
from service.joining import Wrote, gains_of
from service.matters import QUIET_AFTER, Duty, MatterFlag, Testimony, flag_of
from service.queries import deadlines as deadline_queries
from service.queries import flags as queries
from service.queries import letters as letter_queries
from service.queries import matters as matter_queries
from service.queries.letters import moment
from service.regrouping import EVERYTHING
from service.settings import Settings
from service.succession import steps_told

# What is usual is learnt from so much of the past, and anew every day.
LEARNT_FROM = timedelta(days=364)
LEARNT_EVERY = timedelta(days=1)
# A growing matter is looked at again after so long, because growth ages by the day.
AGED_EVERY = timedelta(days=1)
MOST_DUE = 20
# So many matters are judged in a transaction where all are.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Flagged:
    """The flag of a matter with where it stands, and the duties that are still owed in it."""

    flag: MatterFlag
    life: Life

    @property
    def duties(self) -> list[Duty]:
        """Return what is still owed."""
        return self.life.duties


@dataclass
class Flagger:
    """Judge matters against what is usual for the office; one for each process.

    Where the settings switch group visits off there is no flag, whatever was stored.
    """

    settings: Settings
    _usual: Usual = field(default_factory=Usual)
    _learnt_at: datetime | None = None

    @property
    def on(self) -> bool:
        """Say whether group visits are read at all."""
        return self.settings.group_visit == "on"

    def usual(self, connection: Connection, now: datetime) -> Usual:
        """Return how many petitioners the office's matters gain."""
        if self._learnt_at is None or abs(now - self._learnt_at) >= LEARNT_EVERY:
            rows = queries.joinings_since(connection, now - LEARNT_FROM)
            self._usual = Usual.of(gains_of(_joined(rows), now))
            self._learnt_at = now
        return self._usual

    def judge(
        self, connection: Connection, matters: Mapping[str, Sequence[Row[Any]]], now: datetime
    ) -> dict[str, Flagged]:
        """Return the flag of each matter by those of its letters that are given."""
        usual = self.usual(connection, now)
        ids = [row.id for rows in matters.values() for row in rows]
        people = letter_queries.identities_of(connection, ids)
        steps = steps_told(connection, matters)
        found = {}
        for matter_id, rows in matters.items():
            handling = Handling.of(steps[matter_id])
            testimonies = [_testimony(row, people[row.id], self.on) for row in rows]
            life = handling.life([receipt_of(row) for row in rows], now)
            told = testimonies if self.on else []
            flag = flag_of(told, life.duties, usual, now, handling.answered_at, int(self.settings.group_from))
            found[matter_id] = Flagged(flag, life)
        return found

    def refresh(self, connection: Connection, matter_ids: Collection[str], now: datetime) -> None:
        """Judge matters anew, store their deadlines and flags, and record where a level changed and why."""
        if not matter_ids:
            return
        matters: dict[str, list[Row[Any]]] = {matter_id: [] for matter_id in sorted(matter_ids)}
        for row in letter_queries.letters_of_matters(connection, list(matters), EVERYTHING):
            matters[row.matter_id].append(row)
        judged = self.judge(connection, matters, now)
        owed = {matter_id: one.duties for matter_id, one in judged.items()}
        deadline_queries.put_deadlines(connection, owed, matters)
        if self.on:
            self._store(connection, matters, judged, now)

    def _store(
        self,
        connection: Connection,
        matters: Mapping[str, Sequence[Row[Any]]],
        judged: Mapping[str, Flagged],
        now: datetime,
    ) -> None:
        before = queries.stored_levels(connection, list(matters))
        for matter_id, one in judged.items():
            if one.flag.level != before.get(matter_id, "none"):
                detail = _detail(before.get(matter_id, "none"), one.flag, bool(matters[matter_id]))
                matter_queries.insert_event(connection, matter_id, now, "flag", detail)
        raised = {matter_id: one for matter_id, one in judged.items() if one.flag.level != "none"}
        rows = [_row(matter_id, one, matters[matter_id], now) for matter_id, one in raised.items()]
        queries.put_flags(connection, rows, matters)

    def refresh_due(self, connection: Connection, now: datetime, limit: int = MOST_DUE) -> int:
        """Judge anew up to `limit` matters whose flag time alone may have changed; returns how many there were."""
        if not self.on:
            return 0
        due = queries.matters_due(connection, now, limit)
        self.refresh(connection, due, now)
        return len(due)


@contextmanager
def flags_follow(connection: Connection, flagger: Flagger) -> Iterator[set[str]]:
    """Judge anew, after a change, the matters that it told of anything and those put into the given set.

    Flags that time alone may have changed are looked at on the occasion.
    """
    before = queries.newest_event(connection)
    touched: set[str] = set()
    yield touched
    now = datetime.now(UTC)
    flagger.refresh(connection, touched | queries.matters_told_since(connection, before), now)
    flagger.refresh_due(connection, now)


def refresh_every_matter(database: Database, flagger: Flagger) -> Iterator[tuple[int, int]]:
    """Judge every matter anew, in small transactions; yields after each how many were judged, and of how many."""
    with database.read() as connection:
        matters = queries.every_matter(connection)
    for start in range(0, len(matters), BATCH):
        batch = matters[start : start + BATCH]
        with database.write() as connection:
            flagger.refresh(connection, batch, datetime.now(UTC))
        yield start + len(batch), len(matters)


def _joined(rows: Sequence[Row[Any]]) -> list[list[Wrote]]:
    """Return for each matter when everybody in it first and last wrote."""
    matters: dict[str, list[Wrote]] = {}
    for row in rows:
        matters.setdefault(row.matter_id, []).append(
            (datetime.fromisoformat(row.first), datetime.fromisoformat(row.last))
        )
    return list(matters.values())


def _testimony(row: Row[Any], petitioners: frozenset[str], read: bool) -> Testimony:
    visit = row.analysis["group_visit"] if read else None
    stated = visit["people"] if visit else None
    return Testimony(
        letter=row.id,
        received_at=datetime.fromisoformat(row.received_at),
        petitioners=petitioners,
        level=visit["level"] if visit else "none",
        score=visit["score"] if visit else 0.0,
        people=People(stated["count"], stated["unit"]) if stated else None,
        present=row.people_present or 0,
    )


def _detail(before: str, flag: MatterFlag, present: bool) -> dict[str, Any]:
    """Say what changed: the levels, the points of each part, and why a flag is gone."""
    why = "parts" if flag.level != "none" or not flag.quiet else "quiet" if present else "empty"
    return {
        "before": before,
        "after": flag.level,
        "points": flag.points,
        "parts": {part.name: part.points for part in flag.parts},
        "why": why,
    }


def _row(matter_id: str, one: Flagged, letters: Sequence[Row[Any]], now: datetime) -> dict[str, Any]:
    newest = datetime.fromisoformat(max(row.received_at for row in letters))
    moments = [duty.due_at for duty in one.duties if duty.due_at > now] + [newest + QUIET_AFTER]
    if any(part.name == "growth" for part in one.flag.parts):
        moments.append(now + AGED_EVERY)
    return {
        "matter_id": matter_id,
        "level": one.flag.level,
        "points": one.flag.points,
        "parts": [{"name": part.name, "points": part.points, "number": part.number} for part in one.flag.parts],
        "at": moment(now),
        "due_at": moment(max(min(moments), now + timedelta(minutes=1)).astimezone(UTC)),
    }
