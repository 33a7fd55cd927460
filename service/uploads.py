"""Files of letters that are sent as a whole: kept encrypted until a job has stored their letters."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, Row

from model.letter_file import Columns, is_known_kind, is_table, known_fields
from service import jobs
from service.audit import record
from service.caller import Caller
from service.db import Database
from service.errors import Conflict, Invalid, NotFound, TooLarge
from service.keys import Keys
from service.paging import cursor_of, position_of
from service.queries import imports as queries
from service.queries.imports import Sender
from service.queries.jobs import change_job
from service.queries.letters import moment
from service.schemas.jobs import ImportOut, ImportPage

KIND = "import"
MEBIBYTE = 1024 * 1024
MOST_BYTES = 50 * MEBIBYTE
# Who sees the imports of everybody.
OVERSEERS = frozenset({"supervisor", "admin"})


def accept(
    database: Database,
    keys: Keys,
    caller: Caller,
    name: str,
    content: bytes,
    key: str | None,
    columns: Columns | None = None,
    held: bool = False,
) -> str:
    """Keep a file, encrypted, and put its import into the queue; returns the id of the job.

    Only the end of the name is looked at. The same content under the same key is the same import. One that is `held`
    waits an hour for `start`. Raises Invalid or TooLarge on what cannot be imported, and Conflict if the key came
    before with other content.
    """
    _check(name, content, columns)
    facts: dict[str, Any] = {
        "kind": PurePath(name).suffix.lower(),
        "digest": hashlib.sha256(content).hexdigest(),
        "columns": dict(columns) if columns else None,
    }
    pieces = _sealed(keys, content)
    with database.write() as connection:
        known = queries.find_by_key(connection, caller.name, key) if key else None
        if known is not None:
            return _same(known, caller, facts)
        job_id = jobs.enqueue(connection, KIND, {}, by=caller.name)
        values = {"job_id": job_id, "owner": caller.name, "role": caller.role, "key": key, "held": held, **facts}
        if held:
            change_job(connection, job_id, {"run_after": moment(jobs.utc_now() + jobs.LONGEST_WAIT)})
        if pieces[0][0] != keys.storage_key:
            # A key was rotated meanwhile; none is while this transaction lasts.
            pieces = _sealed(keys, content)
        queries.insert_import(connection, values, pieces)
        record(connection, caller, "import", KIND, [job_id], {"bytes": len(content)})
    return job_id


def _sealed(keys: Keys, content: bytes) -> list[tuple[str, bytes]]:
    return [keys.seal(content[start : start + MEBIBYTE]) for start in range(0, len(content), MEBIBYTE)]


def start(connection: Connection, caller: Caller, job_id: str, columns: Columns | None) -> None:
    """Let an import that is held begin.

    Raises NotFound as `find` does, Conflict if it is not held any more, and Invalid if the columns make no sense.
    """
    row = queries.find_import(connection, job_id, sender_of(caller))
    if row is None:
        raise NotFound
    if not row.held or row.state != "queued":
        raise Conflict("The import has been started or cancelled.", [("import", "is not held any more")])
    check_columns(row.kind, columns)
    queries.release(connection, job_id, columns)
    change_job(connection, job_id, {"run_after": moment(jobs.utc_now())})
    record(connection, caller, "start", KIND, [job_id])


def check_columns(kind: str, columns: Columns | None) -> None:
    """Raise Invalid unless these can be the columns of a file of a kind."""
    if not columns:
        return
    if not is_table(f"letters{kind}"):
        raise Invalid("Only tables have columns.", [("columns", "is for .csv and .xlsx files")])
    given = [field for field in columns.values() if field is not None]
    unknown = sorted(set(given) - set(known_fields()))
    if unknown:
        raise Invalid("There is no such field.", [("columns", f"unknown: {unknown[0]!r:.60}")])
    twins = [field for field in given if given.count(field) > 1]
    if twins:
        raise Invalid("Two columns mean the same field.", [("columns", f"two columns mean {twins[0]}")])


def content_of(connection: Connection, keys: Keys, job_id: str) -> bytes:
    """Return what was sent for an import; empty if it is deleted."""
    return b"".join(keys.unseal(piece) for piece in queries.pieces_of(connection, job_id))


def _check(name: str, content: bytes, columns: Columns | None) -> None:
    if not is_known_kind(name):
        raise Invalid("Files of this kind cannot be imported.", [("file", "send a .jsonl, .csv or .xlsx file")])
    if len(content) > MOST_BYTES:
        raise TooLarge(f"The file is larger than the limit of {MOST_BYTES:,} bytes.")
    if not content:
        raise Invalid("The file is empty.", [("file", "send a file that holds letters")])
    check_columns(PurePath(name).suffix.lower(), columns)


def _same(known: Row[Any], caller: Caller, facts: Mapping[str, Any]) -> str:
    if (known.role, *(getattr(known, name) for name in facts)) != (caller.role, *facts.values()):
        reason = f"was used for import {known.job_id} with another file; send a new one for a new file"
        raise Conflict(f"The import {known.job_id} is of another file.", [("Idempotency-Key", reason)])
    return str(known.job_id)


def sender_of(caller: Caller) -> Sender | None:
    """Return whose imports a caller sees; None for those of everybody."""
    return None if caller.role in OVERSEERS else Sender(caller.name, caller.role)


def find(connection: Connection, caller: Caller, job_id: str) -> ImportOut:
    """Return how far an import is; raises NotFound if there is none that the caller may see."""
    row = queries.find_import(connection, job_id, sender_of(caller))
    if row is None:
        raise NotFound
    return ImportOut.of(row)


def page(connection: Connection, caller: Caller, limit: int, cursor: str | None) -> ImportPage:
    """Return a page of the imports that a caller may see, newest first."""
    after = position_of(cursor) if cursor else None
    rows = queries.page_of_imports(connection, sender_of(caller), limit + 1, after)
    more = cursor_of(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None
    return ImportPage(items=[ImportOut.of(row) for row in rows[:limit]], next=more)


def cancel(connection: Connection, caller: Caller, job_id: str) -> None:
    """Cancel an import; the letters that it has stored stay. Raises NotFound as `find` does."""
    find(connection, caller, job_id)
    jobs.cancel(connection, job_id, jobs.utc_now())
    if find(connection, caller, job_id).state == "cancelled":
        queries.delete_pieces(connection, job_id)
    record(connection, caller, "cancel", KIND, [job_id])
