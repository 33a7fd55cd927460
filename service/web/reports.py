"""Reports of a month or a year: to be looked at, printed and downloaded."""

from datetime import UTC, datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.auth import allow, this_caller
from service.caller import OFFICE
from service.errors import Invalid
from service.office import this_office
from service.periods import Period, month_of, period_of
from service.report_file import MIMETYPES, content_of, make_report, name_of
from service.report_rows import change_text, days_of, notes, rate_text, table_rows, unit_of
from service.schemas.reports import ReportOut, ReportQuery
from service.texts import text
from service.web.asked import asked
from service.web.blueprint import web
from service.web.charts import Chart, Series, line_chart


@web.get("/reports")
@allow(OFFICE)
def reports() -> ResponseReturnValue:
    """Show the report of a month or a year, or send it as a file."""
    query = asked(ReportQuery, ("format", "paper", "restricted"))
    period = _period()
    kind = query.format if request.args.get("format") else "json"
    report = make_report(this_office(), this_caller(), period, query.restricted, kind)
    if request.args.get("format"):
        name = name_of(period, query.format, query.paper)
        headers = {"Content-Type": MIMETYPES[query.format], "Content-Disposition": f"attachment; filename={name}"}
        return content_of(report, query.format, query.paper), 200, headers
    chosen = {"period": period.name}
    if query.restricted is not None:
        chosen["restricted"] = str(query.restricted).lower()
    return render_template(
        "reports.html",
        report=report,
        rows=list(table_rows(report)),
        notes=notes(report),
        unit=unit_of(report),
        days=days_of(report.period),
        chart=_chart(report),
        chosen=chosen,
        restricted=query.restricted,
        last_month=month_of(datetime.now(UTC)).previous.name,
        rate_text=rate_text,
        change_text=change_text,
    )


def _period() -> Period:
    """Return the month or year that the address asks for: the last full month unless it names one."""
    name = request.args.get("period") or request.args.get("month") or request.args.get("year")
    if not name:
        return month_of(datetime.now(UTC)).previous
    try:
        period = period_of(name)
    except ValueError as error:
        raise Invalid("The address asks for no month or year.", [("period", str(error))]) from error
    if period.kind not in ("month", "year"):
        raise Invalid("The address asks for no month or year.", [("period", "write 2026-03 or 2026")])
    return period


def _chart(report: ReportOut) -> Chart:
    now = [line.letters.value for line in report.course]
    before = [line.letters.year_before for line in report.course]
    labels = [line.name[-2:].lstrip("0") for line in report.course]
    return line_chart(
        "course",
        text("report.chart_course"),
        days_of(report.period),
        labels,
        [Series(text("report.part_now"), now), Series(text("report.part_year_before"), before)],
        text("report.column_day"),
        [f"{url_for('web.letters')}?{line.letters.query}" for line in report.course],
    )
