"""The report as a workbook: numbers that can be reckoned with, formulas with their results, charts of the program."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from service.report_rows import COUNTS, PARTS, days_of, notes, table_rows, unit_of
from service.schemas.reports import ReportOut
from service.schemas.statistics import FigureOut, StatLineOut
from service.texts import text

# Nothing that somebody else wrote becomes a formula, a link or a number.
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
HEADING, FIRST = 3, 5
LAST = len(COUNTS) * len(PARTS)
# A day or month has no period before it to be compared with.
COURSE_PARTS = ("now", "year_before", "change_year")


def workbook_of(report: ReportOut) -> bytes:
    """Return a report as an xlsx file."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **AS_TEXT})
    book.set_properties({"title": report.title, "author": unit_of(report)[:255]})
    _Book(book, report).write()
    book.close()
    return file.getvalue()


class _Book:
    """Write the sheets of one report."""

    def __init__(self, book: Any, report: ReportOut) -> None:
        self.book = book
        self.report = report
        font = {"font_name": text("report.font"), "font_size": 11}
        thin = {**font, "border": 1}
        self.title = book.add_format({"font_name": text("report.font_title"), "font_size": 16, "align": "center"})
        self.plain = book.add_format(font)
        self.name = book.add_format(thin)
        self.head = book.add_format({**thin, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True})
        self.section = book.add_format({**thin, "bold": True})
        self.number = book.add_format({**thin, "num_format": "#,##0", "align": "right"})
        self.change = book.add_format({**thin, "num_format": "+0.0%;-0.0%;0.0%", "align": "right"})
        self.rate = book.add_format({**thin, "num_format": "0.0%", "align": "right"})

    def write(self) -> None:
        """Write all sheets."""
        self._table()
        self._rates()
        self._classes()
        self._course()
        self._quality()

    def _sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{text('report.page_of_pages')}")
        return sheet

    def _table(self) -> None:
        report = self.report
        sheet = self._sheet(text("report.sheet_table"), [22, *[9] * LAST])
        sheet.merge_range(0, 0, 0, LAST, report.title, self.title)
        sheet.write_string(1, 0, text("report.unit", unit=unit_of(report)), self.plain)
        sheet.write_string(1, 6, text("report.period", days=days_of(report.period)), self.plain)
        if report.accusations:
            sheet.write_string(1, 12, text("restricted"), self.plain)
        sheet.merge_range(HEADING, 0, HEADING + 1, 0, text("report.column_item"), self.head)
        for number, count in enumerate(COUNTS):
            first = 1 + number * len(PARTS)
            sheet.merge_range(
                HEADING, first, HEADING, first + len(PARTS) - 1, text(f"report.column_{count}"), self.head
            )
            for place, part in enumerate(PARTS):
                sheet.write_string(HEADING + 1, first + place, text(f"report.part_{part}"), self.head)
        sheet.repeat_rows(HEADING, HEADING + 1)
        sheet.freeze_panes(FIRST, 1)
        at = FIRST
        for row in table_rows(report):
            sheet.write_string(at, 0, row.name, self.name if row.line else self.section)
            for number, figure in enumerate(row.figures):
                self._figure(sheet, at, 1 + number * len(PARTS), figure)
            at += 1
        for note in notes(report):
            at += 1
            sheet.write_string(at, 0, note, self.plain)

    def _figure(self, sheet: Any, row: int, column: int, figure: FigureOut) -> None:
        """Write a count, what was before, and the changes as formulas with their results."""
        sheet.write_number(row, column, figure.value, self.number)
        self._compared(sheet, row, column, (1, figure.previous, figure.change))
        self._compared(sheet, row, column, (3, figure.year_before, figure.change_year))

    def _compared(self, sheet: Any, row: int, column: int, told: tuple[int, int | None, float | None]) -> None:
        """Write what was before at a place after a count, and the change on it as a formula with its result."""
        (place, before, change), dash = told, text("report.nothing")
        if before is None:
            sheet.write_string(row, column + place, dash, self.number)
            sheet.write_string(row, column + place + 1, dash, self.number)
            return
        now, cell = xl_rowcol_to_cell(row, column), xl_rowcol_to_cell(row, column + place)
        sheet.write_number(row, column + place, before, self.number)
        formula = f'=IF({cell}=0,"{dash}",({now}-{cell})/{cell})'
        sheet.write_formula(row, column + place + 1, formula, self.change, dash if change is None else change)

    def _heads(self, sheet: Any, names: Sequence[str]) -> None:
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, self.head)
        sheet.freeze_panes(1, 1)

    def _rates(self) -> None:
        sheet = self._sheet(text("report.sheet_rates"), [24, 12, 12, 12, 80])
        columns = ("rate", "numerator", "denominator", "value", "formula")
        self._heads(sheet, [text(f"report.column_{column}") for column in columns])
        dash = text("report.nothing")
        for row, rate in enumerate(self.report.rates, start=1):
            over, under = xl_rowcol_to_cell(row, 1), xl_rowcol_to_cell(row, 2)
            sheet.write_string(row, 0, text(f"report.rate_{rate.name}"), self.name)
            sheet.write_number(row, 1, rate.numerator, self.number)
            sheet.write_number(row, 2, rate.denominator, self.number)
            shown = dash if rate.value is None else rate.value
            sheet.write_formula(row, 3, f'=IF({under}=0,"{dash}",{over}/{under})', self.rate, shown)
            sheet.write_string(row, 4, rate.formula, self.name)

    def _lines(self, name: str, lines: Sequence[StatLineOut], column: str, parts: Sequence[str]) -> Any:
        """Write the head of a sheet with the parts of each count, and the names of its lines."""
        sheet = self._sheet(name, [24, *[10] * (len(COUNTS) * len(parts))])
        heads = [
            text("report.count_of_part", count=text(f"report.column_{count}"), part=text(f"report.part_{part}"))
            for count in COUNTS
            for part in parts
        ]
        self._heads(sheet, [column, *heads])
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, line.name, self.name)
        return sheet

    def _classes(self) -> None:
        """Write the counts of each class, with what was before."""
        lines = self.report.classes
        sheet = self._lines(text("report.sheet_classes"), lines, text("report.column_class"), PARTS)
        for row, line in enumerate(lines, start=1):
            for number, figure in enumerate((line.letters, line.visits, line.people)):
                self._figure(sheet, row, 1 + number * len(PARTS), figure)

    def _course(self) -> None:
        """Write the counts of each day or month beside those of the year before, with their lines."""
        name, lines = text("report.sheet_course"), self.report.course
        sheet = self._lines(name, lines, text("report.column_day"), COURSE_PARTS)
        sheet.fit_to_pages(1, 1)
        for row, line in enumerate(lines, start=1):
            for number, figure in enumerate((line.letters, line.visits, line.people)):
                column = 1 + number * len(COURSE_PARTS)
                sheet.write_number(row, column, figure.value, self.number)
                self._compared(sheet, row, column, (1, figure.year_before, figure.change_year))
        chart = self.book.add_chart({"type": "line"})
        drawn = [(1, "now", "solid")]
        if any(line.letters.year_before for line in lines):
            drawn.append((2, "year_before", "dash"))
        for column, part, dash in drawn:
            chart.add_series(
                {
                    "name": text(f"report.part_{part}"),
                    "categories": [name, 1, 0, len(lines), 0],
                    "values": [name, 1, column, len(lines), column],
                    "line": {"color": "black", "dash_type": dash, "width": 1.75},
                    "marker": {"type": "circle" if dash == "solid" else "square", "size": 4},
                }
            )
        chart.set_title({"name": text("report.chart_course")})
        chart.set_size({"width": 900, "height": 320})
        sheet.insert_chart(len(lines) + 2, 0, chart)

    def _quality(self) -> None:
        parts = ("letters", "pending", "accepted", "corrected", "recategorised")
        sheet = self._sheet(text("report.sheet_quality"), [24, *[12] * (len(parts) + 1)])
        names = [text(f"report.quality_{part}") for part in (*parts, "accepted_share")]
        self._heads(sheet, [text("report.column_item"), *names])
        dash = text("report.nothing")
        for row, line in enumerate([self.report.quality, *self.report.quality_by_category], start=1):
            sheet.write_string(row, 0, line.name, self.name)
            for column, part in enumerate(parts, start=1):
                sheet.write_number(row, column, getattr(line, part), self.number)
            accepted, corrected = xl_rowcol_to_cell(row, 3), xl_rowcol_to_cell(row, 4)
            formula = f'=IF({accepted}+{corrected}=0,"{dash}",{accepted}/({accepted}+{corrected}))'
            shown = dash if line.accepted_share is None else line.accepted_share
            sheet.write_formula(row, len(parts) + 1, formula, self.rate, shown)
