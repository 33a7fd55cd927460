"""Every statement about the vectors of letters, and the changes by which processes catch up with each other."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Integer, Row, and_, bindparam, delete, func, insert, or_, select

from service.queries.among import among
from service.queries.letters import revise_letter
from service.tables import changes, letters, vectors

_SINCE = (
    select(changes, letters.c.restricted, letters.c.region, letters.c.received_at, vectors.c.vector)
    .join(letters, letters.c.id == changes.c.letter_id)
    .outerjoin(vectors, vectors.c.letter_id == changes.c.letter_id)
    .where(changes.c.number > bindparam("number"))
    .order_by(changes.c.number)
    .limit(bindparam("most", type_=Integer()))
    .execution_options(hongyan_bytes=True)
)


def put_vector(connection: Connection, letter_id: str, vector: bytes, model: str) -> None:
    """Give a letter the vector that a version of the model made, and tell other processes."""
    connection.execute(delete(vectors).where(vectors.c.letter_id == letter_id))
    connection.execute(insert(vectors), {"letter_id": letter_id, "vector": vector, "model": model})
    _insert_change(connection, letter_id)


def letters_without_vector(connection: Connection, model: str, limit: int) -> list[Row[Any]]:
    """Return up to `limit` letters whose vector is not of a version of the model; those that were removed stay out."""
    return list(connection.execute(select(letters).where(_lacks_vector(model)).order_by(letters.c.id).limit(limit)))


def count_without_vector(connection: Connection, model: str) -> int:
    """Return how many letters have no vector of a version of the model."""
    return connection.execute(select(func.count()).select_from(letters).where(_lacks_vector(model))).scalar_one()


def _lacks_vector(model: str) -> Any:
    present = select(vectors.c.letter_id).where(vectors.c.letter_id == letters.c.id)
    removed = select(changes.c.letter_id).where(changes.c.letter_id == letters.c.id, changes.c.kind == "removed")
    return and_(~present.where(vectors.c.model == model).exists(), or_(present.exists(), ~removed.exists()))


def _insert_change(connection: Connection, letter_id: str) -> None:
    """Tell other processes that a letter's vector was put."""
    connection.execute(insert(changes), {"letter_id": letter_id, "kind": "put"})


def move_to_compartment(connection: Connection, letter_id: str, restricted: bool) -> None:
    """Keep a letter among accusations, or among all others, and tell other processes."""
    revise_letter(connection, letter_id, {"restricted": restricted})
    _insert_change(connection, letter_id)


def with_vector(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return those of the letters that have a vector; those that were removed have none."""
    return set(connection.execute(select(vectors.c.letter_id).where(among(vectors.c.letter_id, ids))).scalars())


def changes_since(connection: Connection, number: int, limit: int) -> list[Row[Any]]:
    """Return up to `limit` changes after a number, in order, with what the letter is now.

    Of each: number, letter_id, kind, restricted, region, received_at, and the vector, None where it was removed since.
    """
    return list(connection.execute(_SINCE, {"number": number, "most": limit}))


def letter_of_change(connection: Connection, number: int) -> str | None:
    """Return the letter of a change: with the number it tells one database from another."""
    return connection.execute(select(changes.c.letter_id).where(changes.c.number == number)).scalar_one_or_none()
