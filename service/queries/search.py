"""Finds letters by their words, in whichever database they are."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from service.queries import words_of_postgresql, words_of_sqlite
from service.search_words import Wanted, Words
from service.tables import letters, sealed

# Of a letter of an earlier version the text is not masked yet: nothing of it may be found.
_UNMASKED = ""


def put_words(connection: Connection, rows: Sequence[tuple[str, str, Words]]) -> None:
    """Store the words of letters that have none, each with its id and time of receipt."""
    _kind(connection).insert_words(connection, rows)


def forget_words(connection: Connection, letter_id: str) -> None:
    """Remove the words of a letter."""
    _kind(connection).forget_words(connection, letter_id)


def replace_words(connection: Connection, letter_id: str, received_at: str, words: Words) -> None:
    """Store the words of a letter in place of those that it had."""
    forget_words(connection, letter_id)
    put_words(connection, [(letter_id, received_at, words)])


def find_words(
    connection: Connection,
    wanted: Wanted,
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    after: tuple[str, str] | None = None,
) -> list[str]:
    """Return the ids of up to `limit` letters that hold what is wanted and meet conditions, newest first.

    They stand behind the letter whose time and id are `after`.
    """
    if wanted.phrases is None:
        return []
    found: list[str] = _kind(connection).find(connection, wanted.phrases, conditions, limit, after)
    return found


def count_words(connection: Connection, wanted: Wanted, conditions: Sequence[ColumnElement[bool]], limit: int) -> int:
    """Return how many letters hold what is wanted and meet conditions, `limit` if there are more."""
    if wanted.phrases is None:
        return 0
    counted: int = _kind(connection).count(connection, wanted.phrases, conditions, limit)
    return counted


def letters_without_words(connection: Connection, after: str, limit: int) -> list[Row[Any]]:
    """Return id, title, body and received_at of up to `limit` masked letters without words, behind an id."""
    columns = (letters.c.id, letters.c.title, letters.c.body, letters.c.received_at)
    statement = select(*columns).where(*_lacking(connection), letters.c.id > after)
    return list(connection.execute(statement.order_by(letters.c.id).limit(limit)))


def count_without_words(connection: Connection) -> int:
    """Return how many masked letters have no words stored."""
    return connection.execute(select(func.count()).select_from(letters).where(*_lacking(connection))).scalar_one()


def _lacking(connection: Connection) -> list[ColumnElement[bool]]:
    unmasked = select(sealed.c.letter_id).where(sealed.c.letter_id == letters.c.id, sealed.c.key == _UNMASKED)
    return [~_kind(connection).has_words(), ~unmasked.exists()]


def _kind(connection: Connection) -> ModuleType:
    return words_of_postgresql if connection.dialect.name == "postgresql" else words_of_sqlite
