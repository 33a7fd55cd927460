"""Every statement about jobs."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, insert, or_, select, update

from service.queries.among import among
from service.queries.letters import behind, moment
from service.tables import jobs

ACTIVE = ("queued", "running")


def insert_job(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store a new job."""
    connection.execute(insert(jobs).values(values))


def find_job(connection: Connection, job_id: str) -> Row[Any] | None:
    """Return a job."""
    return connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()


def find_by_key(connection: Connection, key: str) -> Row[Any] | None:
    """Return the job with a unique key."""
    return connection.execute(select(jobs).where(jobs.c.key == key)).one_or_none()


def known_keys(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return those of the keys that jobs have."""
    return set(connection.execute(select(jobs.c.key).where(among(jobs.c.key, keys))).scalars())


def find_active(connection: Connection, kind: str) -> Row[Any] | None:
    """Return the oldest job of a kind that waits or runs."""
    statement = select(jobs).where(jobs.c.kind == kind, jobs.c.state.in_(ACTIVE)).order_by(jobs.c.id)
    return connection.execute(statement.limit(1)).one_or_none()


def find_waiting(connection: Connection, kind: str) -> Row[Any] | None:
    """Return the oldest job of a kind that waits."""
    statement = select(jobs).where(jobs.c.kind == kind, jobs.c.state == "queued").order_by(jobs.c.id)
    return connection.execute(statement.limit(1)).one_or_none()


def newest_of_kind(connection: Connection, kind: str) -> Row[Any] | None:
    """Return the newest job of a kind, whatever became of it."""
    statement = select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
    return connection.execute(statement.limit(1)).one_or_none()


def next_due(
    connection: Connection, kinds: Iterable[str], now: datetime, longest_lease: datetime, longest_wait: datetime
) -> Row[Any] | None:
    """Return the job of some kinds to be done next: one that waits, or one whose lease has run out.

    A lease or a wait that ends later than it can was written before the clock was set back, and counts for nothing.
    """
    waiting = and_(
        jobs.c.state == "queued", or_(jobs.c.run_after <= moment(now), jobs.c.run_after > moment(longest_wait))
    )
    abandoned = and_(
        jobs.c.state == "running", or_(jobs.c.leased_until <= moment(now), jobs.c.leased_until > moment(longest_lease))
    )
    statement = select(jobs).where(jobs.c.kind.in_(list(kinds)), or_(waiting, abandoned))
    return connection.execute(statement.order_by(jobs.c.run_after, jobs.c.id).limit(1)).one_or_none()


def change_job(connection: Connection, job_id: str, values: Mapping[str, Any], owner: str | None = None) -> bool:
    """Change a job; with `owner` only while that one runs it. Returns whether it was changed."""
    statement = update(jobs).where(jobs.c.id == job_id).values(values)
    if owner is not None:
        statement = statement.where(jobs.c.owner == owner, jobs.c.state == "running")
    return connection.execute(statement).rowcount == 1


def advance_job(connection: Connection, job_id: str, owner: str, done: int, values: Mapping[str, Any]) -> bool:
    """Raise how much of a job is done, never lowering it, while an owner runs it; returns whether it still does.

    What gets on has not failed: attempts count anew from there.
    """
    further = jobs.c.done < done
    moved = {"done": case((further, done), else_=jobs.c.done), "attempts": case((further, 1), else_=jobs.c.attempts)}
    return change_job(connection, job_id, {**values, **moved}, owner)


def page_of_jobs(
    connection: Connection, limit: int, after: tuple[str, str] | None = None, state: str | None = None
) -> list[Row[Any]]:
    """Return up to `limit` jobs, newest first, after the (created_at, id) of the last one seen."""
    statement = select(jobs)
    if state:
        statement = statement.where(jobs.c.state == state)
    if after:
        statement = statement.where(behind(jobs.c.created_at, jobs.c.id, after))
    return list(connection.execute(statement.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)))


def delete_finished(connection: Connection, before: datetime, kept: Collection[str], limit: int) -> int:
    """Delete up to `limit` jobs that ended before a time, but those of the kinds that are kept; returns how many."""
    ended = select(jobs.c.id).where(jobs.c.finished_at < moment(before), jobs.c.kind.not_in(kept))
    ids = list(connection.execute(ended.order_by(jobs.c.id).limit(limit)).scalars())
    connection.execute(delete(jobs).where(among(jobs.c.id, ids)))
    return len(ids)
