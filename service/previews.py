"""The first rows of a file of letters, for its sender to see what will be read from it."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from model.letter_file import head_of, is_table, rows_of, usual_fields
from model.when import parse_time
from service.quotes import masked_quote

ROWS = 5
LONGEST = 60
HIDDEN = "＊＊＊"
NAME = range(2, 5)
# Columns of these say who somebody is.
OF_PEOPLE = frozenset({"petitioner", "name", "id_number", "phone", "address", "co_signers", "accused"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, the field that this usually means, and what its first cells hold, masked."""

    heading: str
    field: str | None
    cells: tuple[str, ...]


def preview(content: bytes, kind: str) -> list[Column]:
    """Return the columns of a file, of JSON lines the fields of the first; raises FileError if it cannot be read."""
    name = f"letters{kind}"
    found = _table(content, name) if is_table(name) else _records(content, name)
    return list(found)


def _table(content: bytes, name: str) -> Iterator[Column]:
    heading, *rows = head_of(io.BytesIO(content), name, ROWS) or [[]]
    headings = [str(cell or "").strip() for cell in heading]
    for place, (said, field) in enumerate(zip(headings, usual_fields(headings), strict=True)):
        cells = [row[place] if place < len(row) else None for row in rows]
        if said or any(cells):
            yield Column(said, field, tuple(_shown(cell, field) for cell in cells))


def _records(content: bytes, name: str) -> Iterator[Column]:
    rows = [row.fields for row in islice(rows_of(io.BytesIO(content), name), ROWS)]
    for field in dict.fromkeys(field for row in rows for field in row):
        (usual,) = usual_fields([field])
        yield Column(field, usual, tuple(_shown(row.get(field), usual) for row in rows))


def _shown(cell: Any, field: str | None) -> str:
    """Show a cell in short, without whom it names."""
    if cell is None or cell == "":
        return ""
    if field in OF_PEOPLE:
        return HIDDEN
    plain = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, default=str)
    line = " ".join(plain[: 3 * LONGEST].split())
    if field is None and len(line) in NAME and not line.isascii():
        # Nobody knows yet what the column is; it may hold names.
        return f"{line[0]}{HIDDEN[1:]}"
    if field == "received_at" or (field is None and _is_time(line)):
        return line
    return masked_quote(line if len(line) <= LONGEST else f"{line[:LONGEST]}…")


def _is_time(line: str) -> bool:
    """Say whether a cell is a time, which is needed to tell what its column is."""
    try:
        parse_time(line)
    except (ValueError, OverflowError):
        return False
    return True


def chosen(columns: Sequence[Column], fields: Sequence[str]) -> dict[str, str | None]:
    """Return the field that was chosen for each heading, None for none; of twins the first that has one counts."""
    found: dict[str, str | None] = {}
    for column, field in zip(columns, fields, strict=False):
        if column.heading:
            found[column.heading] = found.get(column.heading) or field or None
    return found
