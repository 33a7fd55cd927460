"""Rows of a file of letters: JSON lines, CSV (UTF-8 or GB18030) or a spreadsheet, under the names of our fields."""

import codecs
import csv
import io
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from model.errors import FileError
from model.spreadsheet import sheet_rows
from model.words.tables import table

PERSON_FIELDS = ("name", "id_number", "phone", "address")
# The meaning of a heading under which offices write a name; beside a column of names it only fills their gaps.
WRITER = "writer"
PIECE = 1024 * 1024
# A longer cell is no letter but a quote that nothing closes; whatever is shorter is left to the checks of its field.
LONGEST_CELL = 16 * PIECE
# The field that a heading means; None for a column that is to be left out.
Columns = Mapping[str, str | None]
SEPARATORS = str.maketrans("；;，,、\n", "、、、、、、")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file, counted from 1 without the heading; `error` says why it cannot be read."""

    number: int
    fields: dict[str, Any]
    error: str | None = None

    @property
    def id(self) -> str:
        """Return the row's own id, or its number; what UTF-8 cannot hold is replaced."""
        own = self.fields.get("id")
        return str(self.number if own is None or own == "" else own).encode("utf-8", "replace").decode()


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a .jsonl, .csv or .xlsx file.

    Raises FileError, which says what to do, if the file as a whole cannot be read.
    """
    _reader_of(path.name)
    try:
        with path.open("rb") as stream:
            yield from rows_of(stream, path.name)
    except OSError as error:
        raise FileError(f"{path}: cannot be opened: {error.strerror or error}") from error


def rows_of(stream: BinaryIO, name: str, columns: Columns | None = None) -> Iterator[Row]:
    """Yield the rows of an open file, of the kind that the end of its name tells; raises FileError as `read_rows`.

    `columns` says what headings of a table mean; those that it does not name are taken for what they usually mean.
    """
    if columns and is_table(name):
        with closing(_cells_of(stream, name)) as cells:
            yield from _tabular_rows(cells, name, columns)
    else:
        yield from _reader_of(name)(stream, name)


def head_of(stream: BinaryIO, name: str, rows: int) -> list[list[Any]]:
    """Return the cells of the headings and of the first rows of a table; raises FileError as `read_rows`."""
    with closing(_cells_of(stream, name)) as cells:
        return list(islice(cells, rows + 1))


def is_table(name: str) -> bool:
    """Say whether files of such a name have columns under headings."""
    return PurePath(name).suffix.lower() in (".csv", ".xlsx")


def usual_fields(headings: Sequence[str]) -> list[str | None]:
    """Return the field that each heading usually means."""
    return _settled(_meanings(headings))


def known_fields() -> tuple[str, ...]:
    """Return the fields that a column can hold."""
    return tuple(field for field in table("headings") if field != WRITER)


def is_known_kind(name: str) -> bool:
    """Say whether files of such a name can be read."""
    return PurePath(name).suffix.lower() in _readers()


def _readers() -> dict[str, Callable[[BinaryIO, str], Iterator[Row]]]:
    return {".jsonl": _json_rows, ".csv": _csv_rows, ".xlsx": _sheet_rows}


def _reader_of(name: str) -> Callable[[BinaryIO, str], Iterator[Row]]:
    if not is_known_kind(name):
        raise FileError(f"{name}: give a file that ends in .jsonl, .csv or .xlsx")
    return _readers()[PurePath(name).suffix.lower()]


def _json_rows(stream: BinaryIO, _name: str) -> Iterator[Row]:
    for number, line in enumerate(stream, start=1):
        if line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> Row:
    try:
        content = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Row(number, {}, "the line is not UTF-8; save the file as UTF-8")
    except (ValueError, RecursionError):
        return Row(number, {}, "the line is not JSON; write one object on each line")
    if not isinstance(content, dict):
        return Row(number, {}, "the line is JSON but no object")
    return Row(number, content)


def _encoding_of(stream: BinaryIO, name: str) -> str:
    """Return the encoding of a text file; raises FileError if it is neither UTF-8 nor GB18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        stream.seek(0)
        try:
            while piece := stream.read(PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        stream.seek(0)
        return encoding
    raise FileError(f"{name}: neither UTF-8 nor GB18030; save it as “CSV UTF-8” and try again")


def _cells_of(stream: BinaryIO, name: str) -> Generator[list[Any]]:
    """Yield the cells of each row of a table."""
    return sheet_rows(stream, name) if PurePath(name).suffix.lower() == ".xlsx" else _csv_cells(stream, name)


def _csv_rows(stream: BinaryIO, name: str) -> Iterator[Row]:
    with closing(_csv_cells(stream, name)) as cells:
        yield from _tabular_rows(cells, name)


def _csv_cells(stream: BinaryIO, name: str) -> Generator[list[Any]]:
    text = io.TextIOWrapper(stream, _encoding_of(stream, name), newline="")
    # The limit is one of the whole process, and by default hardly above what a letter may have.
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise FileError(f"{name}: line {reader.line_num} is not proper CSV: {error}") from error
    finally:
        text.detach()


def _sheet_rows(stream: BinaryIO, name: str) -> Iterator[Row]:
    yield from _tabular_rows(sheet_rows(stream, name), name)


def _tabular_rows(table_rows: Iterator[list[Any]], name: str, columns: Columns | None = None) -> Iterator[Row]:
    heading = next(table_rows, None)
    if heading is None:
        raise FileError(f"{name}: the file is empty; the first row must hold the column headings")
    fields = _recognised([str(cell or "") for cell in heading], name, columns or {})
    personal = not set(PERSON_FIELDS).isdisjoint(fields.values())
    for number, cells in enumerate(table_rows, start=1):
        filled = {
            field: _plain(cells[i]) for i, field in fields.items() if i < len(cells) and cells[i] not in (None, "")
        }
        if filled:
            yield Row(number, _nested(filled, personal))


@cache
def _fields_by_heading() -> dict[str, str]:
    return {heading: field for field, headings in table("headings").items() for heading in headings}


def _meanings(headings: Sequence[str]) -> list[str | None]:
    """Return what the table says of each heading."""
    known = _fields_by_heading()
    return [known.get("".join(heading.split()).lower()) for heading in headings]


def _settled(fields: Sequence[str | None]) -> list[str | None]:
    """Say what a column of writers holds, by what the other columns hold."""
    meant = "petitioner" if "name" in fields else "name"
    return [meant if field == WRITER else field for field in fields]


def _recognised(headings: list[str], name: str, columns: Columns) -> dict[int, str]:
    """Return the field of each recognised column; raises FileError on twins and where no text column is."""
    fields: dict[int, str] = {}
    usual = zip(headings, _meanings(headings), strict=True)
    meant = _settled([columns.get(heading.strip(), field) for heading, field in usual])
    for i, (heading, field) in enumerate(zip(headings, meant, strict=True)):
        if field in fields.values():
            plain = f"{name}: two columns mean `{field}`; remove one"
            raise FileError(f"{name}: two columns mean `{field}` (the second is {heading!r}); remove one", plain)
        if field:
            fields[i] = field
    if not {"title", "body", "text"} & set(fields.values()):
        listed = "、".join(headings[:12])
        plain = f"{name}: the first row names no column of letters; name one 标题 or 内容"
        raise FileError(f"{name}: no column of letters found among {listed}; name one 标题 or 内容", plain)
    return fields


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return cell if isinstance(cell, int | bool) else str(cell)


def _nested(fields: dict[str, Any], personal: bool) -> dict[str, Any]:
    """Bring flat columns into the shape of a letter: the petitioner as an object, names as lists.

    In a table with `personal` columns a text for the petitioner is no key but the name, unless another column has it.
    """
    told = {key: text for key in PERSON_FIELDS if key in fields and (text := str(fields.pop(key))).strip()}
    person = {"name": str(fields.pop("petitioner")), **told} if personal and "petitioner" in fields else told
    if person:
        fields["petitioner"] = person
    for key in ("co_signers", "accused"):
        if key in fields:
            parts = str(fields[key]).translate(SEPARATORS).split("、")
            fields[key] = [part.strip() for part in parts if part.strip()]
    for key in ("id", "external_id", "petitioner", "title", "body", "text", "label"):
        if key in fields and isinstance(fields[key], int):
            fields[key] = str(fields[key])
    return fields
