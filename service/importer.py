"""Files of letters into the database: every row is stored or named with its reason, and a second run goes on."""

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from model.errors import FileError, LetterError
from model.letter_file import Row, read_rows
from service.caller import Caller
from service.errors import Problem
from service.intake import Intake, ReadLetter
from service.schemas.letters import LetterIn, letter_in_row

BATCH = 128


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `field` and `reason` are empty where it was stored."""

    row: int
    new: bool
    field: str = ""
    reason: str = ""


def import_rows(intake: Intake, file: Path, caller: Caller) -> Iterator[Outcome]:
    """Store the letters of a file, each in a transaction of its own.

    A row without external id is known by the file's content and its number, so that an import that was interrupted
    can be run again and stores nothing twice.
    """
    mark = _mark(file)
    rows = read_rows(file)
    while batch := list(islice(rows, BATCH)):
        keys = {row.number: f"import:{mark}:{row.number}" for row in batch}
        ready = _read(intake, batch, caller, keys)
        for row in batch:
            yield _import_row(intake, row, caller, keys[row.number], ready.get(row.number))


def _read(intake: Intake, rows: Sequence[Row], caller: Caller, keys: Mapping[int, str]) -> dict[int, ReadLetter]:
    """Read the letters of a batch that are new, all at once; none if one cannot be read: each is then read alone."""
    fresh: dict[int, LetterIn] = {}
    for row in rows:
        try:
            given = letter_in_row(row)
        except LetterError:
            continue
        if not intake.knows(given, caller, keys[row.number]):
            fresh[row.number] = given
    try:
        return dict(zip(fresh, intake.read(list(fresh.values())), strict=True))
    except Problem:
        return {}


def _mark(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()[:32]
    except OSError as error:
        raise FileError(f"{file}: cannot be opened: {error.strerror}") from error


def _import_row(intake: Intake, row: Row, caller: Caller, key: str, read: ReadLetter | None) -> Outcome:
    try:
        return Outcome(row.number, intake.take(letter_in_row(row), caller, key, read).new)
    except LetterError as error:
        return Outcome(row.number, new=False, field=error.field, reason=error.reason)
    except Problem as problem:
        field, reason = problem.errors[0] if problem.errors else ("letter", problem.detail)
        return Outcome(row.number, new=False, field=field, reason=reason)


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
