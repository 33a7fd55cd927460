"""Records who looks at a flagged matter, before it is shown; the database keeps the record append only."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.caller import Caller
from service.db import Database
from service.errors import Busy
from service.queries import audit as queries
from service.schemas.views import MatterLineOut, MatterOut

Action = Literal["list", "view"]
MATTER = "matter"


def record_view(connection: Connection, caller: Caller, action: Action, kind: str, ids: Iterable[str]) -> None:
    """Record that a caller is about to see some objects, in a list or each by itself."""
    queries.insert_entries(connection, datetime.now(UTC), caller.name, caller.role, action, kind, ids)


def record_flagged(
    database: Database, caller: Caller, action: Action, matters: Iterable[MatterOut | MatterLineOut]
) -> None:
    """Record that a caller is about to see those of the matters that have a flag.

    Raises Busy if it cannot be recorded: then nothing may be shown.
    """
    flagged = [matter.id for matter in matters if matter.flag.level != "none"]
    if not flagged:
        return
    try:
        with database.write() as connection:
            record_view(connection, caller, action, MATTER, flagged)
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
        }
