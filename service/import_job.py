"""The job that stores the letters of a file that was sent: it goes on at the row where another attempt stopped."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection

from model.errors import FileError
from service.caller import Caller, Role
from service.importer import BATCH, Outcome, Source, import_rows, mark_of
from service.jobs import Cancelled, JobError, Progress
from service.office import Office
from service.queries import imports as queries
from service.schemas.jobs import State

LONGEST_FIELD, LONGEST_REASON = 200, 500


def run_import(office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
    """Store the letters of a file; what was sent is deleted with the end of the job."""
    try:
        _store_letters(office, progress)
    except FileError as error:
        _close(office, progress, "failed", error.plain[:LONGEST_REASON])
    except Cancelled:
        _close(office, progress, "cancelled")
    else:
        _close(office, progress, "done")


def _store_letters(office: Office, progress: Progress) -> None:
    progress.check()
    job_id = progress.job.id
    with office.database.read() as connection:
        row = queries.find_import(connection, job_id)
        pieces = queries.pieces_of(connection, job_id)
    if row is None or not pieces:
        raise JobError("what was sent is deleted; send the file again")
    if row.held:
        # Nobody has come back to say what its columns mean.
        raise Cancelled
    content = b"".join(office.keys.unseal(piece) for piece in pieces)
    source = Source(lambda: io.BytesIO(content), f"letters{row.kind}", mark_of(row.digest), row.columns)
    progress.report(row.reached, source.last_row())
    caller = Caller(row.owner, cast(Role, row.role))

    def enter(connection: Connection, outcomes: Sequence[Outcome]) -> None:
        counts = Counter("refused" if one.reason else "stored" if one.new else "known" for one in outcomes)
        errors = [_error(one) for one in outcomes if one.reason]
        queries.enter_rows(connection, job_id, outcomes[-1].row, counts, errors)
        progress.advance(connection, outcomes[-1].row)

    for number, _ in enumerate(import_rows(office.intake, source, caller, row.reached, enter), start=1):
        if number % BATCH == 0:
            progress.check()


def _error(outcome: Outcome) -> dict[str, Any]:
    return {"row": outcome.row, "field": outcome.field[:LONGEST_FIELD], "reason": outcome.reason[:LONGEST_REASON]}


def _close(office: Office, progress: Progress, state: State, error: str | None = None) -> None:
    with office.database.write() as connection:
        queries.delete_pieces(connection, progress.job.id)
        progress.end(connection, state, error)
