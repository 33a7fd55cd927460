"""The table of a report as a Word document, as offices print it: a lying page, thin rules, footnotes."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from service.paper import plain
from service.report_rows import (
    COUNTS,
    PARTS,
    TableRow,
    change_text,
    days_of,
    notes,
    rate_name,
    rate_text,
    table_rows,
    unit_of,
)
from service.schemas.reports import ReportOut
from service.schemas.statistics import FigureOut
from service.texts import text

TITLE, TEXT, SMALL = Pt(18), Pt(10.5), Pt(9)
# Of the names, and of each count: now, before, the change on it, a year before, the change on it.
WIDTHS = [Cm(3.7), *len(COUNTS) * (Cm(1.3), Cm(1.3), Cm(1.75), Cm(1.55), Cm(1.75))]
MARGIN = Cm(1.5)
GAP = 4 * "\u3000"


def table_paper(report: ReportOut) -> bytes:
    """Return the table of a report as a docx file."""
    paper = new_paper(report, report.title)
    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    add(paper, report.title, WD_ALIGN_PARAGRAPH.CENTER).runs[0].font.size = TITLE
    head = [text("report.unit", unit=unit_of(report)), text("report.period", days=days_of(report.period))]
    head += [text("restricted")] if report.accusations else []
    paper.add_paragraph(GAP.join(plain(one) for one in head))
    _counts(paper, report)
    add(paper, "")
    _rates(paper, report)
    for note in notes(report):
        add(paper, note).runs[0].font.size = SMALL
    return content_of(paper)


def new_paper(report: ReportOut, title: str) -> Paper:
    """Return an empty paper of A4 in the office's font."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    style: Any = paper.styles["Normal"]
    style.font.name, style.font.size = text("report.font"), TEXT
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), text("report.font"))
    style.paragraph_format.space_after = Pt(0)
    facts = paper.core_properties
    facts.author, facts.title, facts.comments = unit_of(report)[:255], title, ""
    facts.created = report.made_at.replace(tzinfo=None)
    return paper


def add(paper: Paper, line: str, alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT) -> Paragraph:
    """Add a line to a paper."""
    paragraph = paper.add_paragraph(plain(line))
    paragraph.alignment = alignment
    return paragraph


def content_of(paper: Paper) -> bytes:
    """Return a paper as a docx file."""
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _counts(paper: Paper, report: ReportOut) -> None:
    rows = list(table_rows(report))
    table = paper.add_table(rows=len(rows) + 2, cols=1 + len(COUNTS) * len(PARTS), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = width
    # Cells are asked for once: python-docx walks through the whole table for each.
    grid = [row.cells for row in table.rows]
    for cells in grid:
        for number, cell in enumerate(cells):
            cell.width = WIDTHS[number]
    _fill(grid[0][0].merge(grid[1][0]), text("report.column_item"), bold=True, middle=True)
    for number, count in enumerate(COUNTS):
        first = 1 + number * len(PARTS)
        whole = grid[0][first].merge(grid[0][first + len(PARTS) - 1])
        _fill(whole, text(f"report.column_{count}"), bold=True, middle=True)
        for place, part in enumerate(PARTS):
            _fill(grid[1][first + place], text(f"report.part_{part}"), bold=True, middle=True)
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cells, told in zip(grid[2:], rows, strict=True):
        _row(cells, told)


def _row(cells: Sequence[Any], row: TableRow) -> None:
    if row.line is None:
        _fill(cells[0].merge(cells[-1]), row.name, bold=True)
        return
    _fill(cells[0], row.name)
    for number, figure in enumerate(row.figures):
        for place, told in enumerate(_told(figure)):
            _fill(cells[1 + number * len(PARTS) + place], told, right=True)


def _told(figure: FigureOut) -> list[str]:
    """Write a count, what was before, and the changes."""
    dash = text("report.nothing")
    previous, year_before = (dash if one is None else f"{one:,}" for one in (figure.previous, figure.year_before))
    return [
        f"{figure.value:,}",
        previous,
        change_text(figure.change),
        year_before,
        change_text(figure.change_year),
    ]


def _rates(paper: Paper, report: ReportOut) -> None:
    table = paper.add_table(rows=len(report.rates) + 1, cols=4, style="Table Grid")
    grid = [row.cells for row in table.rows]
    for cell, key in zip(grid[0], ("rate", "numerator", "denominator", "value"), strict=True):
        _fill(cell, text(f"report.column_{key}"), bold=True, middle=True)
    for number, (cells, rate) in enumerate(zip(grid[1:], report.rates, strict=True), start=1):
        _fill(cells[0], rate_name(rate, number))
        values = (f"{rate.numerator:,}", f"{rate.denominator:,}", rate_text(rate))
        for cell, told in zip(cells[1:], values, strict=True):
            _fill(cell, told, right=True)


def _fill(cell: Any, told: str, bold: bool = False, middle: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(plain(told))
    run.bold, run.font.size = bold, SMALL
    if middle or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if middle else WD_ALIGN_PARAGRAPH.RIGHT
