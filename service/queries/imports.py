"""Every statement about files of letters that were sent as a whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from service.queries.letters import behind, moment
from service.tables import import_errors, import_pieces, imports, jobs

PIECE = 1000


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose imports are meant."""

    owner: str
    role: str


def insert_import(connection: Connection, values: Mapping[str, Any], pieces: Iterable[tuple[str, bytes]]) -> None:
    """Store an import with what was sent, encrypted, each piece after the name of its key."""
    connection.execute(insert(imports).values({"reached": 0, "stored": 0, "known": 0, "refused": 0, **values}))
    rows = [
        {"job_id": values["job_id"], "number": number, "key": key, "content": content}
        for number, (key, content) in enumerate(pieces)
    ]
    connection.execute(insert(import_pieces), rows)


def release(connection: Connection, job_id: str, columns: Mapping[str, str | None] | None) -> None:
    """Let an import wait for its sender no longer, and say what the columns of its file mean."""
    values = {"held": False, "columns": dict(columns) if columns else None}
    connection.execute(update(imports).where(imports.c.job_id == job_id).values(values))


def find_by_key(connection: Connection, owner: str, key: str) -> Row[Any] | None:
    """Return the import that an owner sent under an idempotency key."""
    return connection.execute(select(imports).where(imports.c.owner == owner, imports.c.key == key)).one_or_none()


def find_import(connection: Connection, job_id: str, sender: Sender | None = None) -> Row[Any] | None:
    """Return an import with the state of its job, if it is of a sender, where one is given."""
    return connection.execute(_shown(sender).where(imports.c.job_id == job_id)).one_or_none()


def page_of_imports(
    connection: Connection, sender: Sender | None, limit: int, after: tuple[str, str] | None
) -> list[Row[Any]]:
    """Return up to `limit` imports, newest first, after the (created_at, id) of the last one seen."""
    statement = _shown(sender)
    if after:
        statement = statement.where(behind(jobs.c.created_at, jobs.c.id, after))
    return list(connection.execute(statement.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)))


def _shown(sender: Sender | None) -> Any:
    columns = (jobs.c.id, jobs.c.state, jobs.c.cancelling, jobs.c.total, jobs.c.error, jobs.c.created_at)
    statement = select(imports, *columns, jobs.c.done, jobs.c.finished_at).join(jobs, jobs.c.id == imports.c.job_id)
    if sender is not None:
        statement = statement.where(imports.c.owner == sender.owner, imports.c.role == sender.role)
    return statement


def pieces_of(connection: Connection, job_id: str) -> list[bytes]:
    """Return what was sent, encrypted, in its order; nothing if it was deleted."""
    statement = select(import_pieces.c.content).where(import_pieces.c.job_id == job_id)
    return list(connection.execute(statement.order_by(import_pieces.c.number)).scalars())


def pieces_sealed_otherwise(connection: Connection, key: str, limit: int) -> list[Row[Any]]:
    """Return up to `limit` pieces that another key has sealed."""
    other = or_(import_pieces.c.key.is_(None), import_pieces.c.key != key)
    return list(connection.execute(select(import_pieces).where(other).limit(limit)))


def put_piece(connection: Connection, job_id: str, number: int, key: str, content: bytes) -> None:
    """Keep what a key has sealed of a piece in place of what was kept before."""
    piece = (import_pieces.c.job_id == job_id, import_pieces.c.number == number)
    connection.execute(update(import_pieces).where(*piece).values(key=key, content=content))


def delete_pieces(connection: Connection, job_id: str) -> None:
    """Delete what was sent."""
    connection.execute(delete(import_pieces).where(import_pieces.c.job_id == job_id))


def delete_left_pieces(connection: Connection, before: datetime) -> None:
    """Delete what was sent for imports that are over, or that failed before a time."""
    over = or_(
        jobs.c.state.in_(("done", "cancelled")), and_(jobs.c.state == "failed", jobs.c.finished_at < moment(before))
    )
    connection.execute(delete(import_pieces).where(import_pieces.c.job_id.in_(select(jobs.c.id).where(over))))


def enter_rows(
    connection: Connection, job_id: str, reached: int, counts: Mapping[str, int], errors: Sequence[Mapping[str, Any]]
) -> None:
    """Count rows that were dealt with, up to a row, and say why those that were refused were."""
    raised = {name: imports.c[name] + number for name, number in counts.items()}
    connection.execute(update(imports).where(imports.c.job_id == job_id).values(reached=reached, **raised))
    if errors:
        connection.execute(insert(import_errors), [{"job_id": job_id, **error} for error in errors])


def errors_of(connection: Connection, job_id: str) -> Iterator[Row[Any]]:
    """Yield the rows that were refused, in order."""
    statement = select(import_errors).where(import_errors.c.job_id == job_id).order_by(import_errors.c.row)
    yield from connection.execute(statement.execution_options(yield_per=PIECE))
