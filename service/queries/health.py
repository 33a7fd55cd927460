"""Every statement that asks how the service is."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, false, func, not_, select

from service.queries.jobs import ACTIVE
from service.queries.letters import Sight, accusing, moment
from service.tables import changes, jobs, letters


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


def count_unseen(connection: Connection, sights: Iterable[Sight]) -> int:
    """Return how many accusations are in none of these sights, each of which may see accusations."""
    statement = select(func.count()).select_from(letters).where(letters.c.restricted)
    return connection.execute(statement.where(*map(_outside, sights))).scalar_one()


def _outside(sight: Sight) -> Any:
    """Return the condition that an accusation is out of a sight."""
    if not sight.partial:
        # Leads from the few matters that accuse somebody, where the contrary of the other would read all letters.
        return letters.c.matter_id.in_(accusing(sight.marks))
    return not_(func.coalesce(sight.condition(), false()))
