"""A report as the file that somebody asks for."""

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
    with office.database.read() as connection:
        reporter = Reporter(
            connection, office.keys, caller, office.engine.taxonomy, office.flagger.on, datetime.now(UTC)
        )
        report = reporter.report(period, restricted)
    told = {"period": period.name, "format": kind, "restricted": restricted}
    audit.record_look(office.database, caller, "report", "statistics", [""], told)
    audit.record_look(office.database, caller, "list", audit.MATTER, flagged(report.main_matters))
    return report


def content_of(report: ReportOut, kind: Format, paper: Paper) -> bytes:
    """Return a report as a file of a kind."""
    if kind == "xlsx":
        return workbook_of(report)
    if kind == "docx":
        return analysis_paper(report) if paper == "analysis" else table_paper(report)
    return report.model_dump_json(indent=2).encode()


def name_of(period: Period, kind: Format, paper: Paper) -> str:
    """Return the name of the file."""
    return f"{paper}-{period.name}.{kind}"
