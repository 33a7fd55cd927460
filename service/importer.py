"""Files of letters into the database: every row is stored or named with its reason, and a second run goes on."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from model.errors import FileError, LetterError
from model.letter_file import Columns, Row, rows_of
from service.caller import Caller
from service.errors import Problem
from service.intake import Intake
from service.repeats import Delivery
from service.schemas.letters import letter_in_row
from service.tabular import csv_lines

BATCH = 128
MOST_ROWS = 1_000_000
ERROR_HEADING = ("row", "field", "reason")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `field` and `reason` are empty where it was stored."""

    row: int
    new: bool
    field: str = ""
    reason: str = ""


# Writes down what became of rows, in order and each once, in the transaction that settles it.
Enter = Callable[[Connection, Sequence[Outcome]], None]


@dataclass(frozen=True)
class Source:
    """A file of letters: how to open it, the name whose end tells its kind, and a mark of its content.

    `columns` says what its headings mean, where that is not what they usually mean.
    """

    open: Callable[[], BinaryIO]
    name: str
    mark: str
    columns: Columns | None = None

    @classmethod
    def of(cls, file: Path) -> "Source":
        """Return the source of a file; raises FileError if it cannot be opened."""
        try:
            with file.open("rb") as content:
                mark = mark_of(hashlib.file_digest(content, "sha256").hexdigest())
        except OSError as error:
            raise FileError(f"{file}: cannot be opened: {error.strerror}") from error
        return cls(lambda: file.open("rb"), file.name, mark)

    def rows(self) -> Iterator[Row]:
        """Yield the rows; raises FileError if the file as a whole cannot be read."""
        with self.open() as stream:
            yield from rows_of(stream, self.name, self.columns)

    def last_row(self) -> int:
        """Read the whole file and return the number of its last row, 0 without any.

        Raises FileError if any part of it cannot be read, so that nothing of a broken file need be stored.
        """
        last = 0
        for row in self.rows():
            last = row.number
            if last > MOST_ROWS:
                raise FileError(f"{self.name}: has more than {MOST_ROWS:,} rows; divide it")
        return last


def mark_of(digest: str) -> str:
    """Return by what the rows of a file are known: the beginning of its SHA-256 in hexadecimal digits."""
    return digest[:32]


def import_rows(
    intake: Intake, source: Source, caller: Caller, after: int = 0, enter: Enter | None = None
) -> Iterator[Outcome]:
    """Store the letters of a file behind a row, some in each transaction.

    A row without external id is known by the file's content and its number, so that an import that was interrupted
    can be run again and stores nothing twice.
    """
    rows = (row for row in source.rows() if row.number > after)
    while batch := list(islice(rows, BATCH)):
        yield from _import_batch(intake, batch, caller, source.mark, enter)


def _import_batch(intake: Intake, rows: Sequence[Row], caller: Caller, mark: str, enter: Enter | None) -> list[Outcome]:
    """Store the letters of some rows together, because many are read several times as fast."""
    deliveries: list[Delivery] = []
    numbers: list[int] = []
    # The rows before each delivery that no letter can be made of, and those behind the last.
    refused: list[list[Outcome]] = [[]]
    for row in rows:
        try:
            deliveries.append(Delivery(letter_in_row(row), caller, f"import:{mark}:{row.number}"))
            numbers.append(row.number)
            refused.append([])
        except LetterError as error:
            refused[-1].append(Outcome(row.number, new=False, field=error.field, reason=error.reason))
    places = {delivery.key: place for place, delivery in enumerate(deliveries)}
    settled: list[Outcome] = []

    def alongside(connection: Connection, became: Sequence[tuple[Delivery, Problem | bool]]) -> None:
        """Enter what became of some deliveries, with the refused rows before each."""
        found: list[Outcome] = []
        for delivery, what in became:
            place = places[delivery.key]
            found += [*refused[place], _outcome(numbers[place], what)]
        if enter:
            enter(connection, found)

    for number, stored in zip(numbers, intake.take_all(deliveries, alongside), strict=True):
        settled.append(_outcome(number, stored if isinstance(stored, Problem) else stored.new))
    if enter and refused[-1]:
        with intake.database.write() as connection:
            enter(connection, refused[-1])
    return sorted([*settled, *(outcome for some in refused for outcome in some)], key=lambda outcome: outcome.row)


def _outcome(row: int, became: Problem | bool) -> Outcome:
    return Outcome(row, False, *became.blamed) if isinstance(became, Problem) else Outcome(row, became)


def write_errors(outcomes: Iterable[Outcome], file: Path) -> Path | None:
    """Write the refused rows to FILE.errors.csv; returns its path, or None and no file if nothing was refused."""
    refused = [outcome for outcome in outcomes if outcome.reason]
    target = file.with_name(file.name + ".errors.csv")
    if not refused:
        target.unlink(missing_ok=True)
        return None
    handle, making = tempfile.mkstemp(dir=target.absolute().parent, prefix=".errors-")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        rows = ((outcome.row, outcome.field, outcome.reason) for outcome in refused)
        out.writelines(csv_lines(ERROR_HEADING, rows))
    Path(making).chmod(0o644)
    Path(making).replace(target)
    return target
