"""Letters as a file for spreadsheets: as much as the caller may see, page by page, so that memory stays bounded."""

from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Literal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from service.caller import Caller
from service.office import Office
from service.queries.lists import Filter
from service.schemas.views import LetterOut
from service.tabular import Cell, csv_lines, neutral

Format = Literal["csv", "xlsx"]
PAGE = 500
PIECE = 64 * 1024
MOST_ROWS_OF_SHEET = 1_000_000
MOST_CHARACTERS_OF_CELL = 32_000
HEADING = (
    "id", "external_id", "received_at", "channel", "region", "addressee", "title", "body", "category", "level2",
    "purpose", "route", "group_visit", "review", "matter", "verdict",
)  # fmt: skip


def export_file(office: Office, caller: Caller, narrow: Filter, kind: Format) -> tuple[IO[bytes], int]:
    """Return a file of letters, to be read from its beginning, and how many they are.

    The file has no name, so that nothing of it is left when it is closed. Who wrote is not in it, not even masked.
    """
    file = TemporaryFile(dir=office.settings.home_folder)  # noqa: SIM115 - whoever sends it closes it
    counted = _Counted(_letters(office, caller, narrow))
    rows = (_row(letter) for letter in counted)
    if kind == "csv":
        file.writelines(line.encode() for line in csv_lines(HEADING, rows))
    else:
        _write_workbook(file, rows)
    file.seek(0)
    return file, counted.count


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what a file holds, and close it."""
    with file:
        while piece := file.read(PIECE):
            yield piece


class _Counted:
    """Count letters while they pass by."""

    def __init__(self, letters: Iterable[LetterOut]) -> None:
        self._letters = letters
        self.count = 0

    def __iter__(self) -> Iterator[LetterOut]:
        for letter in self._letters:
            self.count += 1
            yield letter


def _letters(office: Office, caller: Caller, narrow: Filter) -> Iterator[LetterOut]:
    """Yield letters, newest first; each page is read for itself, so that no long reading holds up the database."""
    cursor = None
    while True:
        with office.database.read() as connection:
            page = office.reader(connection, caller).letters(narrow, PAGE, cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _row(letter: LetterOut) -> list[Cell]:
    category, matter = letter.category, letter.matter
    return [
        letter.id,
        letter.external_id,
        letter.received_at.isoformat(),
        letter.channel,
        letter.region,
        letter.addressee,
        letter.title,
        letter.body,
        category.code if category else None,
        category.level2.code if category and category.level2 else None,
        letter.purpose,
        letter.route,
        letter.group_visit.level if letter.group_visit else None,
        letter.review,
        matter.id if matter else None,
        matter.verdict if matter else None,
    ]


def _write_workbook(file: IO[bytes], rows: Iterable[list[Cell]]) -> None:
    """Write a workbook row by row; what no sheet can hold begins another one."""
    book = Workbook(write_only=True)
    sheet = None
    for number, row in enumerate(rows):
        if sheet is None or number % MOST_ROWS_OF_SHEET == 0:
            sheet = book.create_sheet()
            sheet.append(HEADING)
        sheet.append([_fitting(cell) for cell in row])
    if sheet is None:
        book.create_sheet().append(HEADING)
    book.save(file)


def _fitting(cell: Cell) -> Cell:
    """Return a cell without what a workbook cannot hold; a long text is cut."""
    plain = ILLEGAL_CHARACTERS_RE.sub("", cell)[:MOST_CHARACTERS_OF_CELL] if isinstance(cell, str) else cell
    return neutral(plain)
