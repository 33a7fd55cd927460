"""Reports of a month or a year: looked at and printed at once if few letters count, or ordered; and their files."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service import ordered_reports
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.errors import Invalid
from service.office import this_office
from service.periods import Period, month_of, period_of
from service.report_file import MIMETYPES, content_of, make_report, name_of
from service.report_rows import change_text, days_of, notes, rate_text, table_rows, unit_of
from service.schemas.reports import FileQuery, OrderedReportOut, ReportOut, ReportQuery
from service.texts import text
from service.web.asked import asked
from service.web.blueprint import web
from service.web.charts import Chart, Series, line_chart

MOST_LISTED = 20
YES_OR_NO = {"true": True, "false": False}


@web.get("/reports")
@allow(OFFICE)
def reports() -> ResponseReturnValue:
    """Show the report of a month or a year, or send it as a file; of very many letters it is to be ordered."""
    query, period = asked(ReportQuery, ("format", "paper", "restricted")), _period(request.args)
    office, caller = this_office(), this_caller()
    with office.database.read() as connection:
        ready = ordered_reports.is_small(connection, caller, period, query.restricted)
        ordered = ordered_reports.page(connection, caller, MOST_LISTED).items
    if not ready:
        return _page(None, period, query.restricted, ordered=ordered)
    as_file = bool(request.args.get("format"))
    report = make_report(office, caller, period, query.restricted, query.format if as_file else "json")
    return _file(report, query) if as_file else _page(report, period, query.restricted, ordered=ordered)


@web.post("/reports")
@allow(OFFICE)
def order_report() -> ResponseReturnValue:
    """Order the report of a month or a year, which is kept."""
    restricted = YES_OR_NO.get(request.form.get("restricted", ""))
    report_id = ordered_reports.order(this_office(), this_caller(), _period(request.form), restricted)
    return redirect(url_for("web.one_report", report_id=report_id), 303)


@web.get("/reports/<report_id>")
@allow(OFFICE)
def one_report(report_id: str) -> str:
    """Show a report that was ordered, or how far it is."""
    office, caller = this_office(), this_caller()
    with office.database.read() as connection:
        order = ordered_reports.find(connection, caller, report_id)
    report = ordered_reports.read(office, caller, report_id, "json") if order.state == "done" else None
    return _page(report, period_of(order.period), order.restricted, order=order)


@web.get("/reports/<report_id>/file")
@allow(OFFICE)
def file_of_report(report_id: str) -> ResponseReturnValue:
    """Send a report that was ordered as a file."""
    query = asked(FileQuery, ("format", "paper"))
    return _file(ordered_reports.read(this_office(), this_caller(), report_id, query.format), query)


@web.post("/reports/<report_id>/cancel")
@allow(OFFICE)
def cancel_report(report_id: str) -> ResponseReturnValue:
    """Cancel a report that was ordered."""
    with this_office().database.write() as connection:
        ordered_reports.cancel(connection, this_caller(), report_id)
    return redirect(url_for("web.one_report", report_id=report_id), 303)


def _page(
    report: ReportOut | None,
    period: Period,
    restricted: bool | None,
    ordered: list[OrderedReportOut] | None = None,
    order: OrderedReportOut | None = None,
) -> str:
    shown = {
        "rows": list(table_rows(report)),
        "notes": notes(report),
        "unit": unit_of(report),
        "days": days_of(report.period),
        "chart": _chart(report),
    } if report else {}  # fmt: skip
    chosen = {"period": period.name}
    if restricted is not None:
        chosen["restricted"] = str(restricted).lower()
    return render_template(
        "reports.html",
        report=report,
        period=period,
        restricted=restricted,
        chosen=chosen,
        ordered=ordered,
        order=order,
        last_month=month_of(datetime.now(UTC)).previous.name,
        rate_text=rate_text,
        change_text=change_text,
        **shown,
    )


def _file(report: ReportOut, query: FileQuery) -> ResponseReturnValue:
    name = name_of(report.period.name, query.format, query.paper)
    headers = {"Content-Type": MIMETYPES[query.format], "Content-Disposition": f"attachment; filename={name}"}
    return content_of(report, query.format, query.paper), 200, headers


def _period(asked_for: Mapping[str, str]) -> Period:
    """Return the month or year that an address or a form asks for: the last full month unless it names one."""
    name = asked_for.get("period") or asked_for.get("month") or asked_for.get("year")
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
    series = [Series(text("report.part_now"), now), Series(text("report.part_year_before"), before)]
    return line_chart(
        "course",
        text("report.chart_course"),
        days_of(report.period),
        labels,
        series,
        text("report.column_day"),
        [f"{url_for('web.letters')}?{line.letters.query}" for line in report.course],
    )
