"""Records who saw or did what, in the transaction that does it; the record is a chain that nobody can mend unseen."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.caller import Caller
from service.chain import Head, Verified, chained, verify
from service.db import Database
from service.errors import Busy
from service.queries import audit as queries
from service.queries.letters import moment

logger = logging.getLogger(__name__)

LETTER, MATTER = "letter", "matter"
# Who works at the machine itself, by commands.
OPERATOR = Caller("operator", "admin")
# These filters hold words of ours; what any other holds was typed by somebody, and may name anybody.
TELLING_FILTERS = frozenset(
    {
        "channel",
        "review",
        "needs_review",
        "level",
        "since",
        "until",
        "restricted",
        "verdict",
        "lacking",
        "days",
        "formula",
        "action",
        "kind",
        "due",
        "clock",
        "format",
        "queue",
        "order",
    }
)
HOUR = len("2026-03-05T09")


def record(
    connection: Connection,
    caller: Caller,
    action: str,
    kind: str,
    ids: Iterable[str],
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record that a caller does something with each of some objects.

    `detail` must hold no personal data, and no id of a letter: an entry is hidden from who may not know of its object,
    not of its detail.
    """
    now = moment(datetime.now(UTC))
    newest = queries.newest_entry(connection)
    head = Head(newest.number, newest.hash) if newest else Head()
    if newest and newest.at[:HOUR] != now[:HOUR]:
        # Rows of an earlier hour are committed. Kept elsewhere, as logs are, a head tells whether rows were cut off.
        logger.info("audit head: row %d, %s", head.number, head.hash)
    shared = {"at": now, "actor": caller.name, "role": caller.role, "action": action, "object_kind": kind}
    # As the database will give it back.
    plain = None if detail is None else json.loads(json.dumps(detail))
    rows = chained(head, ({**shared, "object_id": object_id, "detail": plain} for object_id in ids))
    if rows:
        queries.insert_entries(connection, rows)


def record_look(
    database: Database,
    caller: Caller,
    action: str,
    kind: str,
    ids: Iterable[str],
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record that a caller is about to see something; raises Busy if that cannot be: then nothing may be shown."""
    with _or_nothing(database) as connection:
        record(connection, caller, action, kind, ids, detail)


def record_list(
    database: Database, caller: Caller, kind: str, query: BaseModel, count: int, flagged: Iterable[str] = ()
) -> None:
    """Record that a caller is about to see `count` objects of a list: one entry, and one for each flagged matter.

    Raises Busy if it cannot be recorded: then nothing may be shown.
    """
    with _or_nothing(database) as connection:
        record(connection, caller, "list", kind, [""], {"filter": filter_of(query), "count": count})
        record(connection, caller, "list", MATTER, flagged)


def lines(connection: Connection, matter_id: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield who did what with which object and when, oldest first, for all objects or for one matter."""
    for row in queries.entries(connection, MATTER if matter_id else None, matter_id):
        yield {
            "number": row.number,
            "at": row.at,
            "actor": row.actor,
            "role": row.role,
            "action": row.action,
            "kind": row.object_kind,
            "id": row.object_id,
            "detail": row.detail,
        }


def head_of(connection: Connection) -> Head:
    """Return the newest row of the chain: to be kept elsewhere, it tells later whether rows were cut off."""
    newest = queries.newest_entry(connection)
    return Head(newest.number, newest.hash) if newest else Head()


def verify_chain(connection: Connection, noted: str | None = None) -> Verified:
    """Walk the whole chain, in bounded memory; `noted` is a hash that must be in it."""
    return verify(queries.chain(connection), noted)


def filter_of(query: BaseModel) -> dict[str, Any]:
    """Return what a list is narrowed by; of what may name anybody, only that it was given."""
    given = query.model_dump(mode="json", exclude_none=True, exclude={"cursor", "limit"})
    return {name: value if name in TELLING_FILTERS else "given" for name, value in given.items()}


@contextmanager
def _or_nothing(database: Database) -> Iterator[Connection]:
    """Open a transaction for the record of a look."""
    try:
        with database.write() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise Busy("What is looked at cannot be recorded; send the request again.", retry_after=5) from error
