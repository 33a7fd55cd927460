"""A draft of the analysis of a period as a Word document: what the figures say, with charts, and the main matters."""

from collections.abc import Sequence

from docx.document import Document as Paper
from docx.shared import Pt

from model.when import OFFICE_ZONE
from service.office_charts import Values, add_bars, add_lines
from service.periods import Kind
from service.report_rows import days_of, notes, rate_text, unit_of
from service.report_style import CENTER, HEADING, RIGHT, SMALL, TITLE, add, content_of, new_paper, say
from service.schemas.reports import MainMatterOut, ReportOut
from service.schemas.statistics import FigureOut, StatLineOut
from service.texts import text

# What there is to say of a time without letters: duties of earlier ones may fall into it.
OF_NOTHING = ("general", "duties", "advice")
MOST_NAMED = 5
# More bars than these nobody reads; the table has all.
MOST_DRAWN = 10
# A rise of fewer letters is told of no category.
LEAST_RISE, MOST_RISEN = 5, 3
TEXT, SPACING = Pt(16), Pt(28)
SECTIONS = ("general", "categories", "places", "duties", "matters", "rising", "advice")


def analysis_paper(report: ReportOut) -> bytes:
    """Return a draft of the analysis of a report's period as a docx file."""
    kind: Kind = report.period.kind
    title = text(f"report.analysis_{kind}", year=report.period.since.year, month=report.period.since.month)
    paper = new_paper(report, title, TEXT, TEXT)
    paper.styles[HEADING].paragraph_format.line_spacing = SPACING
    add(paper, title, TITLE)
    add(paper, text("report.by_unit", unit=unit_of(report), days=days_of(report.period)), alignment=CENTER)
    if report.accusations:
        add(paper, text("restricted"), alignment=CENTER)
    add(paper, text("report.draft"), SMALL, CENTER)
    for number, section in enumerate(SECTIONS if report.total.letters.value else OF_NOTHING):
        heading, sign = text(f"report.part_of_{section}"), text("report.numbers")[number]
        add(paper, text("report.heading", number=sign, heading=heading), HEADING)
        _WRITERS[section](paper, report)
    made = report.made_at.astimezone(OFFICE_ZONE)
    add(paper, unit_of(report), alignment=RIGHT).paragraph_format.space_before = SPACING
    add(paper, text("report.signed", year=made.year, month=made.month, day=made.day), alignment=RIGHT)
    heading = add(paper, text("report.notes"), SMALL).paragraph_format
    heading.space_before, heading.keep_with_next = SPACING, True
    for note in notes(report):
        add(paper, note, SMALL)
    return content_of(paper)


def _say(paper: Paper, line: str) -> None:
    say(paper, line, TEXT, SPACING)


def _general(paper: Paper, report: ReportOut) -> None:
    total, kind = report.total, report.period.kind
    now = text(f"report.now_{kind}")
    if not total.letters.value:
        _say(paper, text("report.said_nothing", now=now))
        return
    told = text(
        "report.said_total",
        now=now,
        letters=f"{total.letters.value:,}",
        changes=_changes(total.letters, kind),
        people=f"{total.people.value:,}",
        people_changes=_changes(total.people, kind),
        matters=f"{report.matters:,}",
        repeats=f"{total.repeats.value:,}",
    )
    _say(paper, told + _visits(report) + _incomparable(total.letters, kind))
    _draw_course(paper, report)


def _visits(report: ReportOut) -> str:
    """Say how many visits there were, and of how many people."""
    visits = report.total.visits
    (people,) = [line.people for line in report.channels if line.code == "visit"]
    if not visits.value:
        return ""
    kind = report.period.kind
    return text(
        "report.said_visits",
        visits=f"{visits.value:,}",
        changes=_changes(visits, kind),
        people=f"{people.value:,}",
        people_changes=_changes(people, kind),
    )


def _incomparable(letters: FigureOut, kind: Kind) -> str:
    """Say with what there is nothing to compare, so that nobody looks for a change that is left out."""
    missing = [part for part in _compared(kind) if not getattr(letters, part)]
    return text(f"report.incomparable_{kind}_{'_'.join(missing)}") if missing else ""


def _draw_course(paper: Paper, report: ReportOut) -> None:
    now, before = (text(f"report.part_{part}") for part in ("now", "year_before"))
    add_lines(
        paper,
        [line.name[-2:].lstrip("0") for line in report.course],
        Values(now, [line.letters.value for line in report.course]),
        Values(before, [line.letters.year_before for line in report.course]),
    )
    add(paper, text("report.chart_course"), SMALL, CENTER)


def _categories(paper: Paper, report: ReportOut) -> None:
    _most(paper, report, "category", report.categories)
    _say_risen(paper, report.categories)
    _most(paper, report, "class", report.classes)
    shown = _largest(report.categories)[:MOST_DRAWN]
    if shown:
        now, previous = (text(f"report.part_{part}") for part in ("now", "previous"))
        add_bars(
            paper,
            [line.name for line in shown],
            Values(now, [line.letters.value for line in shown]),
            Values(previous, [line.letters.previous for line in shown]),
        )
        add(paper, text("report.chart_categories"), SMALL, CENTER)


def _largest(lines: Sequence[StatLineOut]) -> list[StatLineOut]:
    known = [line for line in lines if line.code and line.letters.value]
    return sorted(known, key=lambda line: -line.letters.value)


def _say_risen(paper: Paper, lines: Sequence[StatLineOut]) -> None:
    """Name the categories that rose most on a period in which they had letters."""
    risen = [
        (line.letters.value - line.letters.previous, line.name) for line in lines if line.code and line.letters.previous
    ]
    most = sorted((one for one in risen if one[0] >= LEAST_RISE), key=lambda one: -one[0])[:MOST_RISEN]
    if most:
        told = [text("report.said_more", name=name, more=f"{more:,}") for more, name in most]
        _say(paper, text("report.said_risen", groups=text("report.semicolon").join(told)))


def _places(paper: Paper, report: ReportOut) -> None:
    _most(paper, report, "region", report.regions)
    _most(paper, report, "channel", report.channels)


def _most(paper: Paper, report: ReportOut, by: str, lines: Sequence[StatLineOut]) -> None:
    """Name the groups with the most letters, with their shares and how they changed."""
    whole = report.total.letters.value
    known = _largest(lines)
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
        name = text(f"report.rate_{rate.name}")
        if rate.value is None:
            _say(paper, text("report.said_no_rate", name=name))
            continue
        _say(
            paper,
            text(
                "report.said_rate",
                name=name,
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


def _compared(kind: Kind) -> tuple[str, ...]:
    """Return with what a period is compared: a year has but the one before."""
    return ("previous",) if kind == "year" else ("previous", "year_before")


def _changes(figure: FigureOut, kind: Kind) -> str:
    """Say how a count changed on the period before and on the year before, as far as there is anything to say."""
    known = {"previous": figure.change, "year_before": figure.change_year}
    told = [
        text(f"report.{'rose' if change > 0 else 'fell' if change < 0 else 'same'}_{part}", change=f"{abs(change):.1%}")
        for part in _compared(kind)
        if (change := known[part]) is not None
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
