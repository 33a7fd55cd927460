"""A draft of the analysis of a period as a Word document: what the figures say, with charts, and the main matters."""

from collections.abc import Sequence

from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from service.office_charts import Values, add_bars, add_lines
from service.periods import Kind
from service.report_paper import TEXT, TITLE, add, content_of, new_paper
from service.report_rows import days_of, rate_text, unit_of
from service.schemas.reports import MainMatterOut, ReportOut
from service.schemas.statistics import FigureOut, StatLineOut
from service.texts import text

MOST_NAMED = 5
HEADING = Pt(14)
SECTIONS = ("general", "categories", "places", "duties", "matters", "rising", "advice")


def analysis_paper(report: ReportOut) -> bytes:
    """Return a draft of the analysis of a report's period as a docx file."""
    kind: Kind = report.period.kind
    title = text(f"report.analysis_{kind}", year=report.period.since.year, month=report.period.since.month)
    paper = new_paper(report, title)
    add(paper, title, WD_ALIGN_PARAGRAPH.CENTER).runs[0].font.size = TITLE
    add(paper, text("report.by_unit", unit=unit_of(report), days=days_of(report.period)), WD_ALIGN_PARAGRAPH.CENTER)
    if report.accusations:
        add(paper, text("restricted"), WD_ALIGN_PARAGRAPH.CENTER)
    _say(paper, text("report.draft"))
    for number, section in enumerate(SECTIONS):
        heading, sign = text(f"report.part_of_{section}"), text("report.numbers")[number]
        run = add(paper, text("report.heading", number=sign, heading=heading)).runs[0]
        run.font.size, run.bold = HEADING, True
        _WRITERS[section](paper, report)
    return content_of(paper)


def _say(paper: Paper, line: str) -> None:
    add(paper, line).paragraph_format.first_line_indent = 2 * TEXT


def _general(paper: Paper, report: ReportOut) -> None:
    total, kind = report.total, report.period.kind
    _say(
        paper,
        text(
            "report.said_total",
            now=text(f"report.now_{kind}"),
            letters=f"{total.letters.value:,}",
            changes=_changes(total.letters, kind),
            matters=f"{report.matters:,}",
            visits=f"{total.visits.value:,}",
            people=f"{total.people.value:,}",
        ),
    )
    labels = [line.name[-2:].lstrip("0") for line in report.course]
    now, before = (text(f"report.part_{part}") for part in ("now", "year_before"))
    add_lines(
        paper,
        labels,
        Values(now, [line.letters.value for line in report.course]),
        Values(before, [line.letters.year_before for line in report.course]),
    )
    add(paper, text("report.chart_course"), WD_ALIGN_PARAGRAPH.CENTER)


def _categories(paper: Paper, report: ReportOut) -> None:
    _most(paper, report, "category", report.categories)
    _most(paper, report, "class", report.classes)
    shown = [line for line in report.categories if line.letters.value or line.letters.previous]
    if shown:
        now, previous = (text(f"report.part_{part}") for part in ("now", "previous"))
        add_bars(
            paper,
            [line.name for line in shown],
            Values(now, [line.letters.value for line in shown]),
            Values(previous, [line.letters.previous for line in shown]),
        )
        add(paper, text("report.chart_categories"), WD_ALIGN_PARAGRAPH.CENTER)


def _places(paper: Paper, report: ReportOut) -> None:
    _most(paper, report, "region", report.regions)
    _most(paper, report, "channel", report.channels)


def _most(paper: Paper, report: ReportOut, by: str, lines: Sequence[StatLineOut]) -> None:
    """Name the groups with the most letters, with their shares and how they changed."""
    whole = report.total.letters.value
    known = sorted((line for line in lines if line.code and line.letters.value), key=lambda line: -line.letters.value)
    if not known:
        _say(paper, text(f"report.none_{by}"))
        return
    told = [
        text(
            "report.said_group",
            name=line.name,
            letters=f"{line.letters.value:,}",
            share=f"{line.letters.value / whole:.1%}",
            changes=_changes(line.letters, report.period.kind),
        )
        for line in known[:MOST_NAMED]
    ]
    _say(paper, text(f"report.said_{by}", groups=text("report.semicolon").join(told)))


def _duties(paper: Paper, report: ReportOut) -> None:
    for rate in report.rates:
        _say(
            paper,
            text(
                "report.said_rate",
                name=text(f"report.rate_{rate.name}"),
                value=rate_text(rate),
                numerator=f"{rate.numerator:,}",
                denominator=f"{rate.denominator:,}",
                formula=rate.formula,
            ),
        )


def _matters(paper: Paper, report: ReportOut) -> None:
    if not report.main_matters:
        _say(paper, text("report.none_matters"))
    for number, matter in enumerate(report.main_matters, start=1):
        _say(paper, _of_matter(number, matter))


def _of_matter(number: int, matter: MainMatterOut) -> str:
    told = text(
        "report.said_matter",
        number=number,
        title=matter.title,
        category=matter.category,
        region=matter.region or text("stats.no_region"),
        letters=matter.letters,
        unit=matter.unit or text("report.no_unit"),
    )
    told += text("report.said_level", level=text(f"level.{matter.level}")) if matter.level != "none" else ""
    return told + (text("report.said_overdue") if matter.overdue else "") + text("page.stop")


def _rising(paper: Paper, report: ReportOut) -> None:
    if not report.rising:
        _say(paper, text("report.none_rising"))
    for one in report.rising:
        region = one.region or text("stats.no_region")
        _say(
            paper,
            text("report.said_rising", region=region, category=one.category, matters=one.matters, letters=one.letters),
        )


def _advice(paper: Paper, _report: ReportOut) -> None:
    _say(paper, text("report.advice"))


def _changes(figure: FigureOut, kind: Kind) -> str:
    """Say how a count changed on the period before and on the year before, as far as there is anything to say."""
    changes = [("previous", figure.change)] + ([("year_before", figure.change_year)] if kind != "year" else [])
    told = [
        text(f"report.{'rose' if change > 0 else 'fell' if change < 0 else 'same'}_{part}", change=f"{abs(change):.1%}")
        for part, change in changes
        if change is not None
    ]
    return "".join(told)


_WRITERS = {
    "general": _general,
    "categories": _categories,
    "places": _places,
    "duties": _duties,
    "matters": _matters,
    "rising": _rising,
    "advice": _advice,
}
