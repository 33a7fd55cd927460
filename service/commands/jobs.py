"""Commands for background jobs."""

import json

import click

from service.audit import OPERATOR, record
from service.commands.base import clear_errors
from service.db import Database
from service.errors import NotFound, SettingError
from service.jobs import cancel, enqueue_alone, retry, utc_now
from service.migrate import require_current
from service.queries.jobs import page_of_jobs
from service.schemas.jobs import STARTABLE, STATES, JobOut
from service.settings import Settings


@click.group()
def jobs() -> None:
    """Look after background jobs."""


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@clear_errors
def list_command(state: str | None, limit: int) -> None:
    """Print jobs, newest first, one JSON line each."""
    with _database().read() as connection:
        for row in page_of_jobs(connection, limit, state=state):
            click.echo(json.dumps(JobOut.of(row).model_dump(mode="json"), ensure_ascii=False))


@jobs.command("start")
@click.argument("kind", type=click.Choice(STARTABLE))
@clear_errors
def start_command(kind: str) -> None:
    """Put a job into the queue, unless one of its kind is there, and print its id."""
    with _database().write() as connection:
        job = enqueue_alone(connection, kind, OPERATOR.name)
        record(connection, OPERATOR, "start", "job", [job], {"kind": kind})
    click.echo(job)


@jobs.command("cancel")
@click.argument("job")
@clear_errors
def cancel_command(job: str) -> None:
    """Cancel a job: at once if it waits, between two pieces if it runs."""
    try:
        with _database().write() as connection:
            cancel(connection, job, utc_now())
            record(connection, OPERATOR, "cancel", "job", [job])
    except NotFound as error:
        raise SettingError(f"there is no job {job}") from error


@jobs.command("retry")
@click.argument("job")
@clear_errors
def retry_command(job: str) -> None:
    """Put a job that failed into the queue again."""
    try:
        with _database().write() as connection:
            retry(connection, job, utc_now())
            record(connection, OPERATOR, "retry", "job", [job])
    except NotFound as error:
        raise SettingError(f"there is no job {job}") from error


def _database() -> Database:
    database = Database(Settings.from_env().database_address)
    require_current(database)
    return database
