"""The audit, as much of it as a caller may see, page by page."""

from typing import Any

from sqlalchemy import Connection, Row

from service.caller import Caller
from service.errors import Invalid, SettingError
from service.keys import Keys
from service.queries import audit as queries
from service.queries.audit import Narrowing
from service.schemas.records import EntryOut, EntryPage

# Their lists, which are of no single object, count letters of which others must not know.
SEE_MORE = ("discipline", "integrator")


def audit_page(
    connection: Connection, keys: Keys, caller: Caller, narrow: Narrowing, limit: int, cursor: str | None
) -> EntryPage:
    """Return a page of the audit, newest first; raises Invalid if the cursor is none of ours.

    Who may not read accusations sees no entry about one, and none by those who may.
    """
    before = _number_of(keys, cursor) if cursor else None
    rows = queries.page(connection, caller.sight, narrow, limit + 1, before)
    more = _cursor_of(keys, rows[limit - 1].number) if len(rows) > limit else None
    return EntryPage(items=[EntryOut.of(row, _tells_all(row, caller)) for row in rows[:limit]], next=more)


def _tells_all(row: Row[Any], caller: Caller) -> bool:
    return row.object_id != "" or row.role not in SEE_MORE or row.actor == caller.name


def _cursor_of(keys: Keys, number: int) -> str:
    """Seal a number: the gaps between the numbers that a caller sees would count what is hidden."""
    return keys.encrypt({"before": number}).decode()


def _number_of(keys: Keys, cursor: str) -> int:
    try:
        content: Any = keys.decrypt(cursor.encode("utf-8", "replace"))
        return int(content["before"])
    except (SettingError, TypeError, KeyError) as error:
        reason = ("cursor", "use the value of `next` as it was given")
        raise Invalid("The cursor is not one of ours.", [reason]) from error
