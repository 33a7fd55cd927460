"""Finds letters by their words in PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, cast, delete, exists, func, insert, select
from sqlalchemy.dialects.postgresql import TSQUERY

from service.periods import midnight
from service.queries.arrivals import CHANNEL, day_of
from service.queries.letters import behind, moment
from service.search_words import Words
from service.tables import daily_counts, letters
from service.tables.search import letter_words

# So many letters with what is wanted are put in order; where more are expected, first those among so many of the newest
# letters are, then those among so many behind them, until a page is full.
MANY = 2_000
WINDOWS = (20_000, 150_000)
MOST_DAYS = 400
_at, _one = letter_words.c.received_at, letter_words.c.letter_id
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
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    after: tuple[str, str] | None,
) -> list[str]:
    """Return the ids of up to `limit` letters with all phrases, newest first, behind the time and id of `after`."""
    wanted = [_holds(phrases)]
    if _expected(connection, wanted) <= MANY:
        return _page(connection, wanted, conditions, limit, after)
    found: list[str] = []
    for size in WINDOWS:
        since = _window(connection, after, size)
        if since is None:
            break
        here = [*wanted, _at >= since]
        found += _page(connection, here, conditions, limit - len(found), after)
        if len(found) == limit:
            return found
        # Before every id: what is of that time has been read.
        after = (since, "")
    return found + _rest(connection, wanted, conditions, limit - len(found), after)


def count(
    connection: Connection, phrases: Iterable[tuple[str, ...]], conditions: Iterable[ColumnElement[bool]], limit: int
) -> int:
    """Return how many letters hold all phrases and meet conditions, `limit` if there are more."""
    held = letter_words.c.letter_id == letters.c.id
    found = select(letters.c.id).join(letter_words, held).where(_holds(phrases), *conditions).limit(limit)
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def _page(
    connection: Connection,
    wanted: Sequence[ColumnElement[bool]],
    conditions: Iterable[ColumnElement[bool]],
    limit: int,
    after: tuple[str, str] | None,
) -> list[str]:
    """Put in order what is wanted, and join it letter by letter until the page is full."""
    held = select(_at, _one).where(*wanted, *_behind(after)).order_by(_at.desc(), _one.desc()).subquery()
    statement = select(letters.c.id).join(held, held.c.letter_id == letters.c.id).where(*conditions)
    order = (held.c.received_at.desc(), held.c.letter_id.desc())
    return list(connection.execute(statement.order_by(*order).limit(limit)).scalars())


def _rest(
    connection: Connection,
    wanted: Sequence[ColumnElement[bool]],
    conditions: Iterable[ColumnElement[bool]],
    limit: int,
    after: tuple[str, str] | None,
) -> list[str]:
    """Find all and then put them in order: where few meet the conditions the database begins with those."""
    found = select(_at, _one).join(letters, _one == letters.c.id).where(*wanted, *_behind(after), *conditions)
    every = found.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    statement = select(every.c.letter_id).order_by(every.c.received_at.desc(), every.c.letter_id.desc())
    return list(connection.execute(statement.limit(limit)).scalars())


def _window(connection: Connection, after: tuple[str, str] | None, size: int) -> str | None:
    """Return the beginning of the day by which so many letters were received before a place; None if none was.

    The counters of days tell: to count the letters themselves takes as long as to find the words among them.
    """
    total = func.sum(daily_counts.c.number).label("letters")
    until = [daily_counts.c.day <= day_of(after[0])] if after else []
    days = select(daily_counts.c.day, total).where(daily_counts.c.kind == CHANNEL, *until).group_by(daily_counts.c.day)
    left = size
    for row in connection.execute(days.order_by(daily_counts.c.day.desc()).limit(MOST_DAYS)):
        left -= int(row.letters)
        if left <= 0:
            return moment(midnight(date.fromisoformat(row.day)))
    return None


def _behind(after: tuple[str, str] | None) -> list[ColumnElement[bool]]:
    return [behind(_at, _one, after)] if after else []


def _expected(connection: Connection, wanted: Sequence[ColumnElement[bool]]) -> int:
    """Return in how many letters the database's statistics expect what is wanted."""
    compiled = select(_one).where(*wanted).compile(connection.engine)
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", dict(compiled.params)).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


def _holds(phrases: Iterable[tuple[str, ...]]) -> ColumnElement[bool]:
    return letter_words.c.words.op("@@", is_comparison=True)(cast(_query(phrases), TSQUERY))


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
