"""Finds letters by their words in PostgreSQL."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, and_, cast, delete, exists, func, insert, select
from sqlalchemy.dialects.postgresql import TSQUERY

from service.queries.letters import behind
from service.search_words import Words
from service.tables import letters
from service.tables.search import letter_words

# So many letters are looked up and put in order; where there are more, the newest are read until a page is full.
MANY = 20_000
# PostgreSQL counts the places of words no further, and holds so many of each.
_LAST_PLACE, _MOST_PLACES = 16_383, 255


def insert_words(connection: Connection, rows: Iterable[tuple[str, str, Words]]) -> None:
    """Store the words of letters, each with its id and time."""
    values = [{"letter_id": letter, "received_at": at, "words": _vector(words)} for letter, at, words in rows]
    if values:
        connection.execute(insert(letter_words), values)


def forget_words(connection: Connection, letter_id: str) -> None:
    """Remove the words of a letter."""
    connection.execute(delete(letter_words).where(letter_words.c.letter_id == letter_id))


def has_words() -> ColumnElement[bool]:
    """Return the condition that the words of a letter are stored."""
    return exists().where(letter_words.c.letter_id == letters.c.id)


def find(
    connection: Connection,
    phrases: Iterable[tuple[str, ...]],
    conditions: Iterable[ColumnElement[bool]],
    limit: int,
    after: tuple[str, str] | None,
) -> list[str]:
    """Return the ids of up to `limit` letters with all phrases, newest first, behind the time and id of `after`."""
    query = cast(_query(phrases), TSQUERY)
    order: tuple[ColumnElement[str], ColumnElement[str]]
    matches = letter_words.c.words.op("@@", is_comparison=True)(query)
    some = select(letter_words.c.letter_id).where(matches).limit(MANY + 1).subquery()
    if connection.execute(select(func.count()).select_from(some)).scalar_one() > MANY:
        # As a function it has no index: letters are read in their order.
        read = and_(letter_words.c.letter_id == letters.c.id, func.ts_match_vq(letter_words.c.words, query))
        statement = select(letters.c.id).join(letter_words, read).where(*conditions)
        order = (letters.c.received_at, letters.c.id)
    else:
        # What is in order already is joined letter by letter, until a page is full.
        newest = (letter_words.c.received_at.desc(), letter_words.c.letter_id.desc())
        found = select(letter_words.c.letter_id, letter_words.c.received_at).where(matches).order_by(*newest).subquery()
        statement = select(letters.c.id).join(found, found.c.letter_id == letters.c.id).where(*conditions)
        order = (found.c.received_at, found.c.letter_id)
    at, one = order
    if after:
        statement = statement.where(behind(at, one, after))
    return list(connection.execute(statement.order_by(at.desc(), one.desc()).limit(limit)).scalars())


def _vector(words: Words) -> str:
    """Write words with their places, and behind them the shorter ones, which no phrase can join."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words.words[:_LAST_PLACE], start=1):
        places.setdefault(word, []).append(place)
    placed = [f"'{word}':{','.join(map(str, found[:_MOST_PLACES]))}" for word, found in places.items()]
    return " ".join([*placed, *(f"'{part}'" for part in words.parts)])


def _query(phrases: Iterable[tuple[str, ...]]) -> str:
    return " & ".join(f"({_phrase(phrase)})" for phrase in phrases)


def _phrase(phrase: Sequence[str]) -> str:
    return " <-> ".join(f"'{word}'" for word in phrase)
