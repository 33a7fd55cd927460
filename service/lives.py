"""Where letters stand in the lives of their matters, read for many letters at once."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from service.clocks import Clock, clocks_of
from service.course import Course
from service.handling import Handling, opened_at, receipt_of
from service.preconditions import tag_of
from service.queries.letters import receipts_of
from service.succession import steps_told


class Lives:
    """Hold when the letters of some matters came and what was done in these, as it is at a time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._known: dict[str, Course] = {}
        self._revisions: dict[str, int] = {}

    def learn(self, matter_ids: Collection[str]) -> None:
        """Read matters that are not known yet, with as many statements for many as for one."""
        unknown = sorted(set(matter_ids) - self._known.keys())
        if not unknown:
            return
        received: dict[str, list[datetime]] = {matter_id: [] for matter_id in unknown}
        for row in receipts_of(self.connection, unknown):
            received[row.matter_id].append(opened_at(row))
            self._revisions[row.matter_id] = row.revision
        events = steps_told(self.connection, unknown)
        self._known |= {one: Handling.of(events[one]).course(received[one]) for one in unknown}

    def clocks(self, row: Row[Any]) -> list[Clock]:
        """Return the clocks of a letter."""
        self.learn([row.matter_id])
        own = receipt_of(row)
        return clocks_of(self._known[row.matter_id].stretch_at(own.at), own, self.now)

    def tag(self, row: Row[Any]) -> str:
        """Return the tag of a letter; time alone stops clocks that run."""
        running = sum(clock.state == "running" for clock in self.clocks(row))
        return tag_of(row.revision, self._revisions[row.matter_id], running)
