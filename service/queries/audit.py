"""Every statement about the record of who did what; there is none that changes or removes a row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, cast, exists, insert, select

from service.queries.letters import Sight, accusing, moment
from service.tables import audit, letters, matters

PIECE = 1000


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a page of the audit is narrowed by; None means anything."""

    action: str | None = None
    kind: str | None = None
    object_id: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the SQL conditions on the audit."""
        equal = {
            audit.c.action: self.action,
            audit.c.object_kind: self.kind,
            audit.c.object_id: self.object_id,
            audit.c.actor: self.actor,
        }
        found = [column == value for column, value in equal.items() if value is not None]
        if self.since:
            found.append(audit.c.at >= moment(self.since))
        if self.until:
            found.append(audit.c.at < moment(self.until))
        return found


def insert_entries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows that follow the newest one."""
    connection.execute(insert(audit), rows)


def newest_entry(connection: Connection) -> Row[Any] | None:
    """Return the newest row."""
    return connection.execute(select(audit).order_by(audit.c.number.desc()).limit(1)).one_or_none()


def chain(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield all rows in the order of their numbers, the detail as the text that the database holds."""
    plain = [column for column in audit.columns if column is not audit.c.detail]
    statement = select(*plain, cast(audit.c.detail, Text).label("detail")).order_by(audit.c.number)
    # Whoever stops at a fault leaves no open cursor behind.
    with connection.execute(statement.execution_options(yield_per=PIECE)) as rows:
        for row in rows:
            yield dict(row._mapping)


def page(connection: Connection, sight: Sight, narrow: Narrowing, limit: int, before: int | None) -> list[Row[Any]]:
    """Return up to `limit` rows before a number, newest first, that who sees so much may know of."""
    statement = select(audit).where(*narrow.conditions(), *_known_to(sight))
    if before is not None:
        statement = statement.where(audit.c.number < before)
    return list(connection.execute(statement.order_by(audit.c.number.desc()).limit(limit)))


def _known_to(sight: Sight) -> list[ColumnElement[bool]]:
    """Leave out entries about accusations, and all by who reads them, for those who do not; for all, of themselves."""
    if sight.restricted:
        hidden = accusing(sight.marks)
        letter = exists().where(letters.c.id == audit.c.object_id, letters.c.matter_id.in_(hidden))
        return [~letter, audit.c.object_id.not_in(hidden)] if sight.marks else []
    letter = exists().where(letters.c.id == audit.c.object_id, letters.c.restricted)
    matter = exists().where(matters.c.id == audit.c.object_id, matters.c.restricted)
    return [audit.c.role != "discipline", ~letter, ~matter]


def entries(connection: Connection, kind: str | None = None, object_id: str | None = None) -> Iterator[Row[Any]]:
    """Yield the rows in the order in which they were added, or those of one object."""
    statement = select(audit).order_by(audit.c.number).execution_options(yield_per=PIECE)
    if kind is not None:
        statement = statement.where(audit.c.object_kind == kind)
    if object_id is not None:
        statement = statement.where(audit.c.object_id == object_id)
    with connection.execute(statement) as rows:
        yield from rows
