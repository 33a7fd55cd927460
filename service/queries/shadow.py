"""Every statement about what a model in the shadow would have said."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from service.queries.letters import Sight, behind
from service.tables import disagreements, letters, shadow_counts


def count_readings(connection: Connection, key: Mapping[str, Any], agreed: int, differed: int) -> None:
    """Add to how often a model agreed with another one; `key` is model, against, restricted and field."""
    same = [shadow_counts.c[name] == value for name, value in key.items()]
    more = {
        shadow_counts.c.agreed: shadow_counts.c.agreed + agreed,
        shadow_counts.c.differed: shadow_counts.c.differed + differed,
    }
    if connection.execute(update(shadow_counts).where(*same).values(more)).rowcount == 0:
        connection.execute(insert(shadow_counts).values(**key, agreed=agreed, differed=differed))


def insert_disagreements(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add what a model said otherwise."""
    if values := list(rows):
        connection.execute(insert(disagreements), values)


def agreements_of(connection: Connection, model: str, restricted: bool) -> list[Row[Any]]:
    """Return field, against and how often a model agreed, accusations counted in only if `restricted`."""
    columns = shadow_counts.c.field, shadow_counts.c.against
    agreed = func.sum(shadow_counts.c.agreed).label("agreed")
    statement = select(*columns, agreed).where(shadow_counts.c.model == model).group_by(*columns).order_by(*columns)
    if not restricted:
        statement = statement.where(shadow_counts.c.restricted.is_(False))
    return list(connection.execute(statement))


def differences_of(connection: Connection, model: str, sight: Sight) -> dict[tuple[str, str], int]:
    """Return on how many letters in sight a model differed, by field and version that was active."""
    columns = disagreements.c.field, disagreements.c.against
    statement = (
        select(*columns, func.count().label("letters"))
        .join(letters, letters.c.id == disagreements.c.letter_id)
        .where(disagreements.c.model == model, sight.condition())
        .group_by(*columns)
    )
    return {(row.field, row.against): row.letters for row in connection.execute(statement)}


def kinds_of(connection: Connection, model: str, sight: Sight) -> list[Row[Any]]:
    """Return how many letters in sight a model judged otherwise, by field and by what both said; most first."""
    columns = disagreements.c.field, disagreements.c.active, disagreements.c.candidate
    count = func.count().label("letters")
    statement = (
        select(*columns, count)
        .join(letters, letters.c.id == disagreements.c.letter_id)
        .where(disagreements.c.model == model, sight.condition())
        .group_by(*columns)
        .order_by(count.desc(), *columns)
    )
    return list(connection.execute(statement))


def page_of_disagreements(
    connection: Connection, model: str, sight: Sight, limit: int, after: tuple[str, str] | None
) -> list[Row[Any]]:
    """Return up to `limit` disagreements on letters in sight, newest first, after the (at, key) of the last one.

    Their numbers stay inside: the gaps between them would count what is out of sight.
    """
    at, key = disagreements.c.at, disagreements.c.letter_id + " " + disagreements.c.field
    statement = (
        select(disagreements, key.label("key"))
        .join(letters, letters.c.id == disagreements.c.letter_id)
        .where(disagreements.c.model == model, sight.condition())
        .order_by(at.desc(), key.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(behind(at, key, after))
    return list(connection.execute(statement))
