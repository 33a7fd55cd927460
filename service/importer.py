"""Files of letters into the database: every row is stored or named with its reason, and a second run goes on."""

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from model.errors import FileError, LetterError
from model.letter_file import Row, read_rows
from service.caller import Caller
from service.errors import Problem
from service.intake import Delivery, Intake, Stored
from service.schemas.letters import letter_in_row

BATCH = 128


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `field` and `reason` are empty where it was stored."""

    row: int
    new: bool
    field: str = ""
    reason: str = ""


def import_rows(intake: Intake, file: Path, caller: Caller) -> Iterator[Outcome]:
    """Store the letters of a file, some in each transaction.

    A row without external id is known by the file's content and its number, so that an import that was interrupted
    can be run again and stores nothing twice.
    """
    mark = _mark(file)
    rows = read_rows(file)
    while batch := list(islice(rows, BATCH)):
        yield from _import_batch(intake, batch, caller, mark)


def _import_batch(intake: Intake, rows: Sequence[Row], caller: Caller, mark: str) -> list[Outcome]:
    """Store the letters of some rows together, because many are read several times as fast."""
    outcomes: dict[int, Outcome] = {}
    deliveries: dict[int, Delivery] = {}
    for row in rows:
        try:
            deliveries[row.number] = Delivery(letter_in_row(row), caller, f"import:{mark}:{row.number}")
        except LetterError as error:
            outcomes[row.number] = Outcome(row.number, new=False, field=error.field, reason=error.reason)
    for number, stored in zip(deliveries, intake.take_all(list(deliveries.values())), strict=True):
        outcomes[number] = _outcome(number, stored)
    return [outcomes[row.number] for row in rows]


def _mark(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()[:32]
    except OSError as error:
        raise FileError(f"{file}: cannot be opened: {error.strerror}") from error


def _outcome(row: int, stored: Stored | Problem) -> Outcome:
    if isinstance(stored, Stored):
        return Outcome(row, stored.new)
    return Outcome(row, False, *stored.blamed)


def write_errors(outcomes: Iterable[Outcome], file: Path) -> Path | None:
    """Write the refused rows to FILE.errors.csv; returns its path, or None and no file if nothing was refused."""
    refused = [outcome for outcome in outcomes if outcome.reason]
    target = file.with_name(file.name + ".errors.csv")
    if not refused:
        target.unlink(missing_ok=True)
        return None
    handle, making = tempfile.mkstemp(dir=target.absolute().parent, prefix=".errors-")
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("row", "field", "reason"))
        writer.writerows((outcome.row, outcome.field, outcome.reason) for outcome in refused)
    Path(making).chmod(0o644)
    Path(making).replace(target)
    return target
