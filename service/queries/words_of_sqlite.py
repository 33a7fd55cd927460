"""Finds letters by their words in SQLite."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, literal_column, select

from service.search_words import Words
from service.tables import letters
from service.tables.search import full_text, letter_places

# So many letters of the same millisecond have places of their own; any year has places among whole numbers of 64 bits.
_ROOM = 1 << 12


def insert_words(connection: Connection, rows: Iterable[tuple[str, str, Words]]) -> None:
    """Store the words of letters, each with its id and time."""
    for letter, at, words in rows:
        place = _free_place(connection, at)
        connection.execute(insert(letter_places), {"letter_id": letter, "place": place})
        values = {"rowid": place, "words": " ".join(words.words), "parts": " ".join(words.parts)}
        connection.execute(insert(full_text), values)


def forget_words(connection: Connection, letter_id: str) -> None:
    """Remove the words of a letter."""
    place = select(letter_places.c.place).where(letter_places.c.letter_id == letter_id)
    connection.execute(delete(full_text).where(full_text.c.rowid == place.scalar_subquery()))
    connection.execute(delete(letter_places).where(letter_places.c.letter_id == letter_id))


def has_words() -> ColumnElement[bool]:
    """Return the condition that the words of a letter are stored."""
    return exists().where(letter_places.c.letter_id == letters.c.id)


def find(
    connection: Connection,
    phrases: Iterable[tuple[str, ...]],
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    after: tuple[str, str] | None,
) -> list[str]:
    """Return the ids of up to `limit` letters with all phrases, newest first, behind the id of `after`."""
    matches = literal_column("letter_words").op("MATCH", is_comparison=True)(_query(phrases))
    statement = (
        select(letters.c.id)
        .select_from(full_text)
        .join(letter_places, letter_places.c.place == full_text.c.rowid)
        .join(letters, letters.c.id == letter_places.c.letter_id)
        .where(matches, *conditions)
    )
    if after:
        last = select(letter_places.c.place).where(letter_places.c.letter_id == after[1])
        statement = statement.where(full_text.c.rowid < last.scalar_subquery())
    return list(connection.execute(statement.order_by(full_text.c.rowid.desc()).limit(limit)).scalars())


def count(
    connection: Connection, phrases: Iterable[tuple[str, ...]], conditions: Sequence[ColumnElement[bool]], limit: int
) -> int:
    """Return how many letters hold all phrases and meet conditions, `limit` if there are more."""
    return len(find(connection, phrases, conditions, limit, None))


def _free_place(connection: Connection, at: str) -> int:
    """Return the first free place from the millisecond of a time on; what is no time stands before all others."""
    try:
        place = round(datetime.fromisoformat(at).timestamp() * 1000) * _ROOM
    except ValueError:
        place = -_ROOM << 51
    while True:
        here = letter_places.c.place.between(place, place + _ROOM - 1)
        last = connection.execute(select(func.max(letter_places.c.place)).where(here)).scalar()
        if last is None or last + 1 < place + _ROOM:
            return place if last is None else last + 1
        place += _ROOM


def _query(phrases: Iterable[tuple[str, ...]]) -> str:
    """Write what is wanted in the language of FTS5; phrases stand in the words alone, not in the shorter ones."""
    return " AND ".join(f'{"words : " if len(phrase) > 1 else ""}"{" ".join(phrase)}"' for phrase in phrases)
