"""Every statement about reports that were ordered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from service.queries.jobs import ACTIVE
from service.queries.letters import behind, moment
from service.tables import jobs, reports

_STANDING = ("state", "cancelling", "done", "total", "error", "created_at", "finished_at")
_SHOWN = (
    jobs.c.id,
    *(jobs.c[name] for name in _STANDING),
    *(reports.c[name] for name in ("owner", "rights", "period", "restricted")),
)


def insert_report(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store what was ordered with a job."""
    connection.execute(insert(reports).values(values))


def find_report(connection: Connection, job_id: str) -> Row[Any] | None:
    """Return a report with the state of its job, without what it tells."""
    return connection.execute(_shown().where(reports.c.job_id == job_id)).one_or_none()


def find_going(
    connection: Connection, owner: str, rights: str, period: str, restricted: bool | None
) -> Row[Any] | None:
    """Return the report that somebody ordered of a period already and that waits or is being made."""
    same = (reports.c.period == period, reports.c.restricted.is_(restricted), jobs.c.state.in_(ACTIVE))
    return connection.execute(_shown().where(*_of(owner, rights), *same).limit(1)).one_or_none()


def page_of_reports(
    connection: Connection, owner: str, rights: str, limit: int, after: tuple[str, str] | None = None
) -> list[Row[Any]]:
    """Return up to `limit` reports of somebody, newest first, after the (created_at, id) of the last one seen."""
    statement = _shown().where(*_of(owner, rights))
    if after:
        statement = statement.where(behind(jobs.c.created_at, jobs.c.id, after))
    return list(connection.execute(statement.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)))


def _shown() -> Select[Any]:
    return select(*_SHOWN).join(jobs, jobs.c.id == reports.c.job_id)


def _of(owner: str, rights: str) -> tuple[Any, ...]:
    return reports.c.owner == owner, reports.c.rights == rights


def content_of(connection: Connection, job_id: str) -> bytes | None:
    """Return what a report tells, encrypted; None before it is made."""
    return connection.execute(select(reports.c.content).where(reports.c.job_id == job_id)).scalar_one_or_none()


def put_content(connection: Connection, job_id: str, key: str, content: bytes) -> None:
    """Keep what a key has sealed of a report."""
    connection.execute(update(reports).where(reports.c.job_id == job_id).values(key=key, content=content))


def sealed_otherwise(connection: Connection, key: str, limit: int) -> list[Row[Any]]:
    """Return job_id and content of up to `limit` reports that another key has sealed."""
    other = select(reports.c.job_id, reports.c.content).where(reports.c.key != key)
    return list(connection.execute(other.limit(limit)))


def delete_old(connection: Connection, before: datetime) -> None:
    """Delete the reports whose jobs ended before a time."""
    ended = select(jobs.c.id).where(jobs.c.finished_at < moment(before))
    connection.execute(delete(reports).where(reports.c.job_id.in_(ended)))
