"""Every statement that asks how the service is."""

from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from service.queries.jobs import ACTIVE
from service.queries.letters import moment
from service.tables import changes, jobs


def newest_change(connection: Connection) -> int:
    """Return the number of the newest change of the index, 0 without any."""
    return connection.execute(select(func.max(changes.c.number))).scalar() or 0


def oldest_due_job(connection: Connection) -> str | None:
    """Return since when the job is due that has waited longest, None if none is."""
    due = (jobs.c.state == "queued", jobs.c.run_after <= moment(datetime.now(UTC)))
    return connection.execute(select(func.min(jobs.c.run_after)).where(*due)).scalar()


def active_jobs(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many jobs wait and run, by kind and state."""
    statement = select(jobs.c.kind, jobs.c.state, func.count().label("number")).where(jobs.c.state.in_(ACTIVE))
    rows = connection.execute(statement.group_by(jobs.c.kind, jobs.c.state).order_by(jobs.c.kind, jobs.c.state))
    return {(row.kind, row.state): row.number for row in rows}
