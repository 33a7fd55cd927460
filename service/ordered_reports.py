"""Reports that people order: a small one is ready at once, a job makes a large one; each is kept for its orderer."""

import json
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, Row

from service import jobs
from service.accused import marks_of
from service.audit import record
from service.caller import Caller, Role
from service.errors import Conflict, NotFound
from service.keys import Keys
from service.office import Office
from service.paging import cursor_of, position_of
from service.periods import Period, period_of
from service.queries import reports as queries
from service.queries import statistics
from service.queries.statistics import Counted
from service.report_file import read_report, record_view
from service.schemas.reports import Format, OrderedReportOut, OrderedReportPage, ReportOut

KIND = "report"
# A report that counts no more letters than these, with those that it compares, is made while its orderer waits.
MOST_AT_ONCE = 30_000


def is_small(connection: Connection, caller: Caller, period: Period, restricted: bool | None) -> bool:
    """Say whether the report of a period is made while somebody waits."""
    spans = {(one.since, one.until) for one in (period, period.previous, period.year_before)}
    return not statistics.are_more_than(connection, Counted(caller.insight, restricted), sorted(spans), MOST_AT_ONCE)


def order(office: Office, caller: Caller, period: Period, restricted: bool | None) -> str:
    """Keep the report of a month or year if it is small, or let a job make it; returns its id.

    Of equal ones that wait or are being made there is but one.
    """
    with office.database.read() as connection:
        small = is_small(connection, caller, period, restricted)
    made = read_report(office, caller, period, restricted) if small else None
    rights = _rights_of(caller)
    with office.database.write() as connection:
        going = queries.find_going(connection, caller.name, rights, period.name, restricted)
        if going is not None:
            return str(going.id)
        job_id = jobs.enqueue(connection, KIND, {}, by=caller.name)
        values = {"job_id": job_id, "owner": caller.name, "rights": rights}
        queries.insert_report(connection, {**values, "period": period.name, "restricted": restricted})
        if made is not None:
            _keep(connection, office.keys, job_id, made)
            jobs.end_at_once(connection, job_id)
        record(connection, caller, "order", KIND, [job_id], {"period": period.name, "restricted": restricted})
    return job_id


def make(office: Office, progress: jobs.Progress) -> None:
    """Make the report of a job with the rights of who ordered it; it is kept with the end of the job."""
    with office.database.read() as connection:
        row = queries.find_report(connection, progress.job.id)
    if row is None:
        raise jobs.JobError("what was ordered is deleted; order the report again")
    caller = _orderer(office.keys, row)
    made = read_report(office, caller, period_of(row.period), row.restricted, progress.report)
    with office.database.write() as connection:
        _keep(connection, office.keys, row.id, made)
        progress.end(connection, "done")


def find(connection: Connection, caller: Caller, report_id: str) -> OrderedReportOut:
    """Return how far a report is; raises NotFound if the caller ordered none such, or has other rights by now."""
    return OrderedReportOut.of(_require(connection, caller, report_id))


def page(connection: Connection, caller: Caller, limit: int, cursor: str | None = None) -> OrderedReportPage:
    """Return a page of the reports that a caller ordered, newest first."""
    after = position_of(cursor) if cursor else None
    rows = queries.page_of_reports(connection, caller.name, _rights_of(caller), limit + 1, after)
    more = cursor_of(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None
    return OrderedReportPage(items=[OrderedReportOut.of(row) for row in rows[:limit]], next=more)


def read(office: Office, caller: Caller, report_id: str, kind: Format) -> ReportOut:
    """Return what a report tells, without matters that went out of the caller's sight since, and record the look.

    Raises NotFound as `find` does, and Conflict if it is not made.
    """
    with office.database.read() as connection:
        row = _require(connection, caller, report_id)
        sealed = queries.content_of(connection, report_id)
        if sealed is None:
            raise Conflict(f"The report is {row.state}; it has no files.", [("report", "is not made")])
        made = ReportOut.model_validate_json(office.keys.unseal(sealed))
        seen = statistics.seen_matters(connection, Counted(caller.insight), [one.id for one in made.main_matters])
    shown = made.model_copy(update={"main_matters": [one for one in made.main_matters if one.id in seen]})
    record_view(office, caller, shown, row.restricted, kind)
    return shown


def cancel(connection: Connection, caller: Caller, report_id: str) -> None:
    """Cancel a report: at once if it waits, soon if it is being made; raises NotFound as `find` does."""
    _require(connection, caller, report_id)
    jobs.cancel(connection, report_id, datetime.now(UTC))
    record(connection, caller, "cancel", KIND, [report_id])


def _keep(connection: Connection, keys: Keys, job_id: str, made: ReportOut) -> None:
    queries.put_content(connection, job_id, *keys.seal(made.model_dump_json().encode()))


def _require(connection: Connection, caller: Caller, report_id: str) -> Row[Any]:
    row = queries.find_report(connection, report_id)
    if row is None or (row.owner, row.rights) != (caller.name, _rights_of(caller)):
        raise NotFound
    return row


def _rights_of(caller: Caller) -> str:
    """Return what decides which letters count for a caller, but for those that accuse the caller."""
    return json.dumps([caller.role, caller.unit, sorted(caller.regions)], ensure_ascii=False)


def _orderer(keys: Keys, row: Row[Any]) -> Caller:
    role, unit, regions = json.loads(row.rights)
    marks = marks_of(keys, (row.owner, unit)) if role == "discipline" else frozenset()
    return Caller(row.owner, cast(Role, role), unit, tuple(regions), marks)
