"""Retention: what would be anonymised now, and the job that does it."""

from datetime import UTC, datetime

from werkzeug.wrappers import Response

from service.auth import allow, this_caller
from service.caller import ADMINS
from service.office import this_office
from service.orders import order
from service.queries.jobs import newest_of_kind
from service.retention import letters_due
from service.schemas.jobs import JobOut, Startable
from service.web.blueprint import web
from service.web.sections import change, show

RUN: Startable = "retention.run"
MOST = 10_000


@web.get("/administration/retention")
@allow(ADMINS)
def retention() -> str:
    """Show how long personal data are kept, and of how many letters they would be deleted now."""
    office = this_office()
    days = int(office.settings.retention_days)
    with office.database.read() as connection:
        due, job = letters_due(connection, days, datetime.now(UTC), MOST + 1), newest_of_kind(connection, RUN)
    return show("retention", days=days, due=due, most=MOST, last=JobOut.of(job) if job else None)


@web.post("/administration/retention")
@allow(ADMINS)
def run_retention() -> Response:
    """Let what is kept too long be anonymised in the background."""
    return change("retention", "kept.ordered", lambda: order(this_office().database, this_caller(), RUN))
