"""Tables for spreadsheets as CSV; no cell that somebody else filled becomes a formula there."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

# Spreadsheets take these for the beginning of a formula, the wide ones in Chinese settings.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # fmt: skip
Cell = str | int | float | None


def neutral(cell: Cell) -> Cell:
    """Return a cell that a spreadsheet shows as it stands, with an apostrophe before what would be a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def csv_lines(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a table as lines of CSV, marked as UTF-8 for spreadsheets."""
    yield "\ufeff"
    for row in chain([heading], rows):
        line = io.StringIO()
        csv.writer(line).writerow([neutral(cell) for cell in row])
        yield line.getvalue()
