"""How the service is: its checks, keys without secrets, and the jobs of the background."""

from importlib.metadata import version
from threading import Event
from typing import cast

from flask import current_app, request
from werkzeug.wrappers import Response

from service.auth import allow, this_caller
from service.caller import ADMINS
from service.errors import NotFound
from service.office import this_office
from service.orders import call_off, order, order_again
from service.paging import cursor_of, position_of
from service.queries.jobs import page_of_jobs
from service.readiness import HARMLESS, STOPPING, add_unseen, checks
from service.schemas.jobs import STARTABLE, JobIn, JobOut
from service.schemas.requests import PageQuery
from service.web.asked import asked
from service.web.blueprint import web
from service.web.sections import change, filled, show

PAGE = 20
PACKAGE = "hongyan"


@web.get("/administration/status")
@allow(ADMINS)
def status() -> str:
    """Show whether letters can be taken in, which keys are in use, and what waits."""
    office, query = this_office(), asked(PageQuery, ("cursor",))
    with office.database.read() as connection:
        after = position_of(query.cursor) if query.cursor else None
        rows = page_of_jobs(connection, PAGE + 1, after)
    found = checks(office, cast(Event, current_app.extensions[STOPPING]))
    unseen = add_unseen(office, found)
    return show(
        "status",
        checks=found,
        unseen=unseen,
        harmless=HARMLESS,
        trouble=office.watch.trouble,
        facts={
            "version": version(PACKAGE),
            "model": office.engine.analyser.version,
            "database": "SQLite" if office.database.sqlite else "PostgreSQL",
            "index": office.settings.index,
        },
        keys=office.keys.names(),
        jobs=[JobOut.of(row) for row in rows[:PAGE]],
        cursor=query.cursor,
        next=cursor_of(rows[PAGE - 1].created_at, rows[PAGE - 1].id) if len(rows) > PAGE else None,
        startable=STARTABLE,
    )


@web.post("/administration/status")
@allow(ADMINS)
def change_jobs() -> Response:
    """Order a job, cancel one, or let one that failed be tried again."""
    database, caller = this_office().database, this_caller()
    job_id, action = request.form.get("job_id", ""), request.form.get("action")

    def make() -> None:
        if action == "start":
            order(database, caller, filled(JobIn).kind)
        elif action == "cancel":
            call_off(database, caller, job_id)
        elif action == "retry":
            order_again(database, caller, job_id)
        else:
            raise NotFound

    return change("status", "status.ordered", make)
