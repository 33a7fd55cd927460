"""A report as the file that somebody asks for."""

from collections.abc import Callable
from datetime import UTC, datetime

from service import audit
from service.caller import Caller
from service.office import Office
from service.periods import Period
from service.report import Reporter, flagged
from service.report_analysis import analysis_paper
from service.report_book import workbook_of
from service.report_paper import table_paper
from service.schemas.reports import DOCX, XLSX, Format, Paper, ReportOut

MIMETYPES: dict[Format, str] = {"docx": DOCX, "xlsx": XLSX, "json": "application/json"}


def make_report(office: Office, caller: Caller, period: Period, restricted: bool | None, kind: Format) -> ReportOut:
    """Return the report of a period for a caller, and record that it is about to be seen."""
    report = read_report(office, caller, period, restricted)
    record_view(office, caller, report, restricted, kind)
    return report


def read_report(
    office: Office,
    caller: Caller,
    period: Period,
    restricted: bool | None,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> ReportOut:
    """Return the report of a period for a caller; `tell` learns how far it is."""
    taxonomy, now = office.engine.taxonomy, datetime.now(UTC)
    with office.database.read() as connection:
        reporter = Reporter(connection, office.keys, caller, taxonomy, office.flagger.on, now, tell)
        return reporter.report(period, restricted)


def record_view(office: Office, caller: Caller, report: ReportOut, restricted: bool | None, kind: Format) -> None:
    """Record that a caller is about to see a report."""
    told = {"period": report.period.name, "format": kind, "restricted": restricted}
    audit.record_look(office.database, caller, "report", "statistics", [""], told)
    audit.record_look(office.database, caller, "list", audit.MATTER, flagged(report.main_matters))


def content_of(report: ReportOut, kind: Format, paper: Paper) -> bytes:
    """Return a report as a file of a kind."""
    if kind == "xlsx":
        return workbook_of(report)
    if kind == "docx":
        return analysis_paper(report) if paper == "analysis" else table_paper(report)
    return report.model_dump_json(indent=2).encode()


def name_of(period: str, kind: Format, paper: Paper) -> str:
    """Return the name of the file."""
    return f"{paper}-{period}.{kind}"
