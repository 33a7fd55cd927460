"""Jobs that people order, cancel and try again; each is recorded."""

from datetime import UTC, datetime

from service.audit import record
from service.caller import Caller
from service.db import Database
from service.jobs import cancel, enqueue_alone, retry
from service.schemas.jobs import Startable

JOB = "job"


def order(database: Database, caller: Caller, kind: Startable) -> str:
    """Put a job into the queue unless one of its kind waits or runs; returns the id of the one that does."""
    with database.write() as connection:
        job_id = enqueue_alone(connection, kind, caller.name)
        record(connection, caller, "start", JOB, [job_id], {"kind": kind})
    return job_id


def call_off(database: Database, caller: Caller, job_id: str) -> None:
    """Cancel a job: at once if it waits, soon if it runs; raises NotFound if there is none."""
    with database.write() as connection:
        cancel(connection, job_id, datetime.now(UTC))
        record(connection, caller, "cancel", JOB, [job_id])


def order_again(database: Database, caller: Caller, job_id: str) -> None:
    """Put a job that failed into the queue again; raises NotFound if there is none, Conflict if it did not fail."""
    with database.write() as connection:
        retry(connection, job_id, datetime.now(UTC))
        record(connection, caller, "retry", JOB, [job_id])
