"""Background work as rows of the database, committed with what caused it: done at least once, its effects once."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Row
from ulid import ULID

from service.db import Database
from service.errors import Conflict, NotFound, ServiceError
from service.queries import jobs as queries
from service.queries.letters import moment
from service.schemas.jobs import State

Clock = Callable[[], datetime]

SYSTEM = "system"
LEASE = timedelta(seconds=30)
# After so many seconds of work whoever waits to write comes first.
GIVE_WAY_AFTER = 0.25
# So many attempts in a row may get nowhere before a job has failed.
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)


class Stopped(ServiceError):  # noqa: N818 - nothing went wrong
    """A job is not gone on with here."""


class Cancelled(Stopped):
    """Somebody cancelled the job."""


class HandedBack(Stopped):
    """The process ends; another one goes on with the job."""


class Lost(Stopped):
    """Another process has taken the job over; nothing more may be written in its name."""


class JobError(ServiceError):
    """A job cannot be done, and trying again would not help; the message holds no personal data."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def enqueue(
    connection: Connection, kind: str, payload: Mapping[str, Any], key: str | None = None, by: str = SYSTEM
) -> str:
    """Put a job into the queue with the transaction of its cause; returns its id.

    `payload` is JSON and holds no personal data. A job with the same `key` is the same job, whatever became of it.
    """
    known = queries.find_by_key(connection, key) if key else None
    if known is not None:
        return str(known.id)
    job_id, now = str(ULID()), moment(utc_now())
    values = {
        "id": job_id,
        "kind": kind,
        "payload": dict(payload),
        "key": key,
        "state": "queued",
        "attempts": 0,
        "run_after": now,
        "done": 0,
        "cancelling": False,
        "created_at": now,
        "created_by": by,
    }
    queries.insert_job(connection, values)
    return job_id


def enqueue_alone(connection: Connection, kind: str, by: str = SYSTEM) -> str:
    """Put a job into the queue unless one of its kind waits or runs; returns the id of the one that does."""
    active = queries.find_active(connection, kind)
    return str(active.id) if active else enqueue(connection, kind, {}, by=by)


def end_at_once(connection: Connection, job_id: str) -> None:
    """Say that a job is done in the transaction that put it into the queue: there is nothing left to wait for."""
    now = moment(utc_now())
    queries.change_job(connection, job_id, {"state": "done", "started_at": now, "finished_at": now})


def cancel(connection: Connection, job_id: str, now: datetime) -> None:
    """Cancel a job: at once if it waits, between two pieces if it runs; one that has ended stays as it is.

    Raises NotFound if there is none.
    """
    job = _require(connection, job_id)
    if job.state == "queued":
        queries.change_job(connection, job_id, {"state": "cancelled", "finished_at": moment(now)})
    elif job.state == "running":
        queries.change_job(connection, job_id, {"cancelling": True})


def retry(connection: Connection, job_id: str, now: datetime) -> None:
    """Put a job that failed into the queue again; it goes on where it stood.

    Raises NotFound if there is none, and Conflict if it did not fail.
    """
    job = _require(connection, job_id)
    if job.state != "failed":
        raise Conflict(f"The job is {job.state}; only one that failed can be tried again.")
    anew = {"state": "queued", "attempts": 0, "run_after": moment(now), "error": None, "finished_at": None}
    queries.change_job(connection, job_id, anew)


def _require(connection: Connection, job_id: str) -> Row[Any]:
    job = queries.find_job(connection, job_id)
    if job is None:
        raise NotFound
    return job


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts in a row that got nowhere: twice as long each time, to a cap."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 20)), LONGEST_WAIT)


@dataclass
class _Turn:
    """A stretch of work in the background."""

    begun: float = field(default_factory=monotonic)

    def end(self, database: Database) -> None:
        """Let others write if this one has worked for long, and begin anew."""
        if monotonic() - self.begun > GIVE_WAY_AFTER:
            database.give_way()
            self.begun = monotonic()


@dataclass(frozen=True)
class Progress:
    """One attempt at a job, by which its handler tells how far it is and learns whether to stop.

    Everything that it writes needs the job to be leased to this attempt still: what a process does that was thought
    dead is rolled back.
    """

    database: Database
    clock: Clock
    job: Row[Any]
    owner: str
    stopping: Event = field(default_factory=Event)
    _turn: _Turn = field(default_factory=_Turn)

    def check(self) -> None:
        """Let others write, between two pieces of work; raises Stopped if this one is to do no more."""
        self._turn.end(self.database)
        with self.database.read() as connection:
            job = queries.find_job(connection, self.job.id)
        if job is None or job.owner != self.owner or job.state != "running":
            raise Lost
        if job.cancelling:
            raise Cancelled
        if self.stopping.is_set():
            raise HandedBack

    def report(self, done: int, total: int | None = None) -> None:
        """Record how far the job is, and raise Stopped if this one is to do no more."""
        with self.database.write() as connection:
            self.advance(connection, done, total)
        self.check()

    def advance(self, connection: Connection, done: int, total: int | None = None, position: str | None = None) -> None:
        """Record how far the job is in the transaction of a piece; raises Lost if it is no longer ours.

        `position` is where another attempt goes on.
        """
        facts = {"total": total, "position": position}
        given = {name: value for name, value in facts.items() if value is not None}
        values = {"leased_until": moment(self.clock() + LEASE), **given}
        if not queries.advance_job(connection, self.job.id, self.owner, done, values):
            raise Lost

    def renew(self) -> None:
        """Say that this attempt is alive; raises Lost if the job is no longer ours."""
        with self.database.write() as connection:
            self._change(connection, {"leased_until": moment(self.clock() + LEASE)})

    def end(self, connection: Connection, state: State, error: str | None = None) -> None:
        """End the job in the transaction of its last piece; raises Lost if it is no longer ours."""
        self._change(connection, {"state": state, "error": error, "finished_at": moment(self.clock()), "owner": None})

    def hand_back(self, connection: Connection, error: str | None = None) -> None:
        """Put the job into the queue again: at once, or after an error with a wait; too many errors end it."""
        if error is None:
            again = {"run_after": moment(self.clock()), "attempts": max(self._attempts(connection) - 1, 0)}
        elif (attempts := self._attempts(connection)) >= MOST_ATTEMPTS:
            return self.end(connection, "failed", error)
        else:
            again = {"run_after": moment(self.clock() + wait_after(attempts)), "error": error}
        return self._change(connection, {"state": "queued", "owner": None, "leased_until": None, **again})

    def _attempts(self, connection: Connection) -> int:
        return int(_require(connection, self.job.id).attempts)

    def _change(self, connection: Connection, values: Mapping[str, Any]) -> None:
        if not queries.change_job(connection, self.job.id, values, self.owner):
            raise Lost


def claim(database: Database, kinds: Collection[str], clock: Clock, stopping: Event) -> Progress | None:
    """Lease the next job of some kinds that is due; None if there is none."""
    with database.read() as connection:
        if _due(connection, kinds, clock()) is None:
            return None
    with database.write() as connection:
        now = clock()
        while (job := _due(connection, kinds, now)) is not None and job.attempts >= MOST_ATTEMPTS:
            values = {"state": "failed", "error": "the process that did it died each time", "finished_at": moment(now)}
            queries.change_job(connection, job.id, {**values, "owner": None})
        if job is None:
            return None
        owner = secrets.token_hex(16)
        values = {
            "state": "running",
            "owner": owner,
            "leased_until": moment(now + LEASE),
            "attempts": job.attempts + 1,
            "started_at": job.started_at or moment(now),
        }
        queries.change_job(connection, job.id, values)
    return Progress(database, clock, job, owner, stopping)


def _due(connection: Connection, kinds: Collection[str], now: datetime) -> Row[Any] | None:
    return queries.next_due(connection, kinds, now, now + 2 * LEASE, now + 2 * LONGEST_WAIT)
