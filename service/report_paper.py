"""The table of a report as a Word document, as offices print it: a lying page, thin rules, footnotes."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt

from model.when import OFFICE_ZONE
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
from service.report_style import SMALL as NOTE
from service.report_style import TITLE, add, content_of, new_paper
from service.schemas.reports import ReportOut
from service.schemas.statistics import FigureOut
from service.texts import text

TEXT, SMALL = Pt(10.5), Pt(9)
# Of the names, and of each count: now, before, the change on it, a year before, the change on it.
WIDTHS = [Cm(3.4), *len(COUNTS) * (Cm(1.4), Cm(1.4), Cm(1.65), Cm(1.6), Cm(1.65))]
RATE_WIDTHS = [Cm(11.5), Cm(5), Cm(5), Cm(5)]
MARGIN, CELL_MARGIN = Cm(1.5), Cm(0.08)
GAP = 4 * "\u3000"


def table_paper(report: ReportOut) -> bytes:
    """Return the table of a report as a docx file."""
    paper = new_paper(report, report.title, TEXT, TEXT)
    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    add(paper, report.title, TITLE)
    head = [text("report.unit", unit=unit_of(report)), text("report.period", days=days_of(report.period))]
    head += [text("restricted")] if report.accusations else []
    paper.add_paragraph(GAP.join(plain(one) for one in head))
    _counts(paper, report)
    add(paper, "").paragraph_format.keep_with_next = True
    _rates(paper, report)
    for note in notes(report):
        add(paper, note, NOTE)
    made = report.made_at.astimezone(OFFICE_ZONE)
    signed = text("report.signatures", year=made.year, month=made.month, day=made.day)
    paper.add_paragraph(signed.replace("|", GAP)).paragraph_format.space_before = TEXT
    return content_of(paper)


def _counts(paper: Paper, report: ReportOut) -> None:
    rows = list(table_rows(report))
    table, grid = _table(paper, len(rows) + 2, WIDTHS)
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


def _table(paper: Paper, rows: int, widths: Sequence[Length]) -> tuple[Any, list[Sequence[Any]]]:
    """Add a table with columns of some widths whose rows stay whole, and return it with its cells.

    Cells are asked for once: python-docx walks through the whole table for each.
    """
    table: Any = paper.add_table(rows=rows, cols=len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    grid = [row.cells for row in table.rows]
    for cells in grid:
        for cell, width in zip(cells, widths, strict=True):
            cell.width = width
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(CELL_MARGIN.twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return table, grid


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
    _, grid = _table(paper, len(report.rates) + 1, RATE_WIDTHS)
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
