"""Records who saw or did what, in the transaction that does it; the database keeps the record append only."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.caller import Caller
from service.db import Database
from service.errors import Busy
from service.queries import audit as queries
from service.schemas.views import MatterLineOut, MatterOut

View = Literal["list", "view"]
MATTER = "matter"


def record(
    connection: Connection,
    caller: Caller,
    action: str,
    kind: str,
    ids: Iterable[str],
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record that a caller does something with each of some objects; `detail` must hold no personal data."""
    entry = {"actor": caller.name, "role": caller.role, "action": action, "object_kind": kind, "detail": detail}
    queries.insert_entries(connection, datetime.now(UTC), entry, ids)


def record_flagged(
    database: Database, caller: Caller, action: View, matters: Iterable[MatterOut | MatterLineOut]
) -> None:
    """Record that a caller is about to see those of the matters that have a flag.

    Raises Busy if it cannot be recorded: then nothing may be shown.
    """
    flagged = [matter.id for matter in matters if matter.flag.level != "none"]
    if not flagged:
        return
    try:
        with database.write() as connection:
            record(connection, caller, action, MATTER, flagged)
    except SQLAlchemyError as error:
        raise Busy("What is looked at cannot be recorded; send the request again.", retry_after=5) from error


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
