"""Files of letters that are sent as a whole: kept encrypted until a job has stored their letters."""

import hashlib
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, Row

from model.letter_file import is_known_kind
from service import jobs
from service.audit import record
from service.caller import Caller
from service.db import Database
from service.errors import Conflict, Invalid, NotFound, TooLarge
from service.keys import Keys
from service.paging import cursor_of, position_of
from service.queries import imports as queries
from service.queries.imports import Sender
from service.schemas.jobs import ImportOut, ImportPage

KIND = "import"
MEBIBYTE = 1024 * 1024
MOST_BYTES = 50 * MEBIBYTE
# Who sees the imports of everybody.
OVERSEERS = frozenset({"supervisor", "admin"})


def accept(database: Database, keys: Keys, caller: Caller, name: str, content: bytes, key: str | None) -> str:
    """Keep a file, encrypted, and put its import into the queue; returns the id of the job.

    Only the end of the name is looked at. The same content under the same key is the same import. Raises Invalid or
    TooLarge on what cannot be imported, and Conflict if the key came before with other content.
    """
    _check(name, content)
    facts = {"kind": PurePath(name).suffix.lower(), "digest": hashlib.sha256(content).hexdigest()}
    pieces = _sealed(keys, content)
    with database.write() as connection:
        known = queries.find_by_key(connection, caller.name, key) if key else None
        if known is not None:
            return _same(known, caller, facts)
        job_id = jobs.enqueue(connection, KIND, {}, by=caller.name)
        values = {"job_id": job_id, "owner": caller.name, "role": caller.role, "key": key, **facts}
        if pieces[0][0] != keys.storage_key:
            # A key was rotated meanwhile; none is while this transaction lasts.
            pieces = _sealed(keys, content)
        queries.insert_import(connection, values, pieces)
        record(connection, caller, "import", KIND, [job_id], {"bytes": len(content)})
    return job_id


def _sealed(keys: Keys, content: bytes) -> list[tuple[str, bytes]]:
    return [keys.seal(content[start : start + MEBIBYTE]) for start in range(0, len(content), MEBIBYTE)]


def _check(name: str, content: bytes) -> None:
    if not is_known_kind(name):
        raise Invalid("Files of this kind cannot be imported.", [("file", "send a .jsonl, .csv or .xlsx file")])
    if len(content) > MOST_BYTES:
        raise TooLarge(f"The file is larger than the limit of {MOST_BYTES:,} bytes.")
    if not content:
        raise Invalid("The file is empty.", [("file", "send a file that holds letters")])


def _same(known: Row[Any], caller: Caller, facts: dict[str, str]) -> str:
    if (known.role, known.kind, known.digest) != (caller.role, facts["kind"], facts["digest"]):
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
