"""Reports of a month or a year: as JSON, as a workbook, as papers."""

from flask import Response

from service.api.base import api_blueprint
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.office import this_office
from service.periods import Period, period_of
from service.report_file import MIMETYPES, content_of, make_report, name_of
from service.schemas.reports import AnnualQuery, MonthlyQuery, ReportOut, ReportQuery

reports_api = api_blueprint("reports")


@reports_api.get("/reports/monthly", responses={200: ReportOut})
@allow(OFFICE)
def monthly_report(query: MonthlyQuery) -> Response:
    """Return the report of a month: the table, or with `paper=analysis` a draft of the analysis without any name."""
    return answer_report(period_of(query.month), query)


@reports_api.get("/reports/annual", responses={200: ReportOut})
@allow(OFFICE)
def annual_report(query: AnnualQuery) -> Response:
    """Return the report of a year."""
    return answer_report(period_of(f"{query.year:04}"), query)


def answer_report(period: Period, query: ReportQuery) -> Response:
    """Return a report as the file that is asked for."""
    report = make_report(this_office(), this_caller(), period, query.restricted, query.format)
    response = Response(content_of(report, query.format, query.paper), content_type=MIMETYPES[query.format])
    if query.format != "json":
        name = name_of(period, query.format, query.paper)
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
