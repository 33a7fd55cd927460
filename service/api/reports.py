"""Reports of a month or a year: as JSON, as a workbook, as papers; made at once, or ordered and fetched later."""

from flask import Response

from service import ordered_reports
from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.office import this_office
from service.periods import Period, period_of
from service.report_file import MIMETYPES, content_of, make_report, name_of
from service.requests import without_json
from service.schemas.reports import (
    AnnualQuery,
    FileQuery,
    MonthlyQuery,
    OrderedReportOut,
    OrderedReportPage,
    ReportIn,
    ReportOut,
    ReportPath,
    ReportQuery,
)
from service.schemas.requests import PageQuery

reports_api = api_blueprint("reports")


@reports_api.get("/reports/monthly", responses={200: ReportOut})
@allow(OFFICE)
def monthly_report(query: MonthlyQuery) -> Response:
    """Return the report of a month: the table, or with `paper=analysis` a draft of the analysis without any name."""
    return _answer_now(period_of(query.month), query)


@reports_api.get("/reports/annual", responses={200: ReportOut})
@allow(OFFICE)
def annual_report(query: AnnualQuery) -> Response:
    """Return the report of a year. Of very many letters it takes long: order it with POST /reports."""
    return _answer_now(period_of(f"{query.year:04}"), query)


@reports_api.post("/reports", responses={202: OrderedReportOut})
@allow(OFFICE)
def order_report(body: ReportIn) -> Response:
    """Let a report be made and kept: of few letters at once, of many by a job; the answer tells where to follow it."""
    office, caller = this_office(), this_caller()
    report_id = ordered_reports.order(office, caller, period_of(body.period), body.restricted)
    response = _shown(report_id, 202)
    response.headers["Location"] = f"/api/v1/reports/{report_id}"
    return response


@reports_api.get("/reports", responses={200: OrderedReportPage})
@allow(OFFICE)
def list_reports(query: PageQuery) -> Response:
    """List the reports that the caller ordered, newest first."""
    with this_office().database.read() as connection:
        return answer(ordered_reports.page(connection, this_caller(), query.limit, query.cursor))


@reports_api.get("/reports/<report_id>", responses={200: OrderedReportOut})
@allow(OFFICE)
def read_order(path: ReportPath) -> Response:
    """Return how far a report is that the caller ordered."""
    return _shown(path.report_id)


@reports_api.get("/reports/<report_id>/file", responses={200: ReportOut})
@allow(OFFICE)
def read_file(path: ReportPath, query: FileQuery) -> Response:
    """Return a report that the caller ordered, as it was made; 409 before it is."""
    return _file(ordered_reports.read(this_office(), this_caller(), path.report_id, query.format), query)


@reports_api.post("/reports/<report_id>/cancel", responses={200: OrderedReportOut})
@allow(OFFICE)
@without_json
def cancel_report(path: ReportPath) -> Response:
    """Cancel a report: at once if it waits, soon if it is being made; one that is made stays."""
    with this_office().database.write() as connection:
        ordered_reports.cancel(connection, this_caller(), path.report_id)
    return _shown(path.report_id)


def _shown(report_id: str, status: int = 200) -> Response:
    with this_office().database.read() as connection:
        return answer(ordered_reports.find(connection, this_caller(), report_id), status)


def _answer_now(period: Period, query: ReportQuery) -> Response:
    return _file(make_report(this_office(), this_caller(), period, query.restricted, query.format), query)


def _file(report: ReportOut, query: FileQuery) -> Response:
    """Return a report as the file that is asked for."""
    response = Response(content_of(report, query.format, query.paper), content_type=MIMETYPES[query.format])
    if query.format != "json":
        name = name_of(report.period.name, query.format, query.paper)
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
