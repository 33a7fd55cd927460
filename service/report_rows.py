"""The table of a report as offices write it: which rows and columns it has, and how a change or a rate is written."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.schemas.reports import ReportOut
from service.schemas.statistics import FigureOut, PeriodOut, RateOut, StatLineOut
from service.texts import text

# Of each count: now, before, change on it, a year before, change on it. A count's columns follow each other.
COUNTS = ("letters", "visits", "people")
PARTS = ("now", "previous", "change", "year_before", "change_year")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: a heading of a section without figures, or a line."""

    name: str
    line: StatLineOut | None = None

    @property
    def figures(self) -> list[FigureOut]:
        """Return the counts of the row."""
        return [self.line.letters, self.line.visits, self.line.people] if self.line else []


def table_rows(report: ReportOut) -> Iterator[TableRow]:
    """Yield the rows of the table, section by section."""
    yield TableRow(report.total.name, report.total)
    for key, lines in (("category", report.categories), ("channel", report.channels), ("region", report.regions)):
        yield TableRow(text(f"report.section_{key}"))
        yield from (TableRow(line.name, line) for line in lines)


def days_of(period: PeriodOut) -> str:
    """Return a period in words, from its first to its last day."""
    first, last = period.since.date(), period.until.date()
    last = last.fromordinal(last.toordinal() - 1)
    return text(
        "report.days",
        year=first.year,
        month=first.month,
        day=first.day,
        last_year=last.year,
        last_month=last.month,
        last_day=last.day,
    )


def change_text(change: float | None) -> str:
    """Write a change as a percentage with its sign; a dash where nothing was before."""
    return text("report.nothing") if change is None else (f"{change:+.1%}" if round(change, 3) else f"{0:.1%}")


def rate_text(rate: RateOut) -> str:
    """Write a rate as a percentage; a dash where nothing is to be divided by."""
    return text("report.nothing") if rate.value is None else f"{rate.value:.1%}"


def rate_name(rate: RateOut, number: int) -> str:
    """Return the name of a rate with the number of its footnote."""
    return text("report.rate_with_note", name=text(f"report.rate_{rate.name}"), number=number)


def notes(report: ReportOut) -> list[str]:
    """Return the footnotes: how counts are made, then the formula of each rate."""
    told = [text(f"report.note_{key}") for key in ("letters", "visits", "people", "repeats", "changes")]
    if not report.period.complete:
        told.append(text("report.note_incomplete"))
    formulas = [
        text("report.note_rate", number=number, name=text(f"report.rate_{rate.name}"), formula=rate.formula)
        for number, rate in enumerate(report.rates, start=1)
    ]
    return [*told, *formulas]


def unit_of(report: ReportOut) -> str:
    """Return who reports, or a line to write it on."""
    return report.unit or text("report.unit_missing")
