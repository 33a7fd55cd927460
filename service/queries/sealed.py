"""Every statement about sealed personal data, the keys that seal and hash them, and their end."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from service.queries.among import among
from service.queries.letters import revise_letter
from service.tables import events, idempotency_keys, identities, keys_in_use, letters, prepared, sealed, vectors

UNMASKED = ""
_MASKING = ("id", "title", "body", "received_at", "analysis", "automatic")


def put_sealed(connection: Connection, letter_id: str, key: str, content: bytes) -> None:
    """Keep what a key has sealed of a letter in place of what was kept before."""
    connection.execute(update(sealed).where(sealed.c.letter_id == letter_id).values(key=key, content=content))


def sealed_otherwise(connection: Connection, key: str, limit: int) -> list[Row[Any]]:
    """Return letter_id and content of up to `limit` letters that are masked and sealed with another key."""
    statement = select(sealed.c.letter_id, sealed.c.content).where(sealed.c.key.not_in([key, UNMASKED]))
    return list(connection.execute(statement.limit(limit)))


def letters_unmasked(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return up to `limit` letters whose text is not masked yet: id, texts, time, what was said of them, `content`."""
    statement = (
        select(*(letters.c[name] for name in _MASKING), sealed.c.content)
        .join(sealed, sealed.c.letter_id == letters.c.id)
        .where(sealed.c.key == UNMASKED)
    )
    return list(connection.execute(statement.limit(limit)))


def is_any_unmasked(connection: Connection) -> bool:
    """Say whether the text of any letter is not masked yet."""
    return connection.execute(select(sealed.c.letter_id).where(sealed.c.key == UNMASKED).limit(1)).first() is not None


def replace_text(connection: Connection, letter_id: str, values: Mapping[str, Any]) -> None:
    """Give a letter its masked title and body, and an analysis that quotes these.

    Its vector is due to be made anew; what was prepared of it goes.
    """
    revise_letter(connection, letter_id, values)
    connection.execute(update(vectors).where(vectors.c.letter_id == letter_id).values(model=None))
    connection.execute(delete(prepared).where(prepared.c.letter_id == letter_id))


def key_hashes(connection: Connection, keyed: Callable[[str], str], mark: str, limit: int) -> int:
    """Put keyed hashes of contents in place of up to `limit` that do not begin with a mark; returns how many."""
    done = 0
    for table in (letters, idempotency_keys):
        plain = select(*table.primary_key, table.c.content_hash).where(table.c.content_hash.not_like(f"{mark}%"))
        for row in connection.execute(plain.limit(limit - done)).all():
            same = [column == getattr(row, column.name) for column in table.primary_key]
            connection.execute(update(table).where(*same).values(content_hash=keyed(row.content_hash)))
            done += 1
    return done


def identity_key(connection: Connection) -> str | None:
    """Return the name of the key by which hashes of who wrote are made; None for the first one ever."""
    statement = select(keys_in_use.c.key).where(keys_in_use.c.purpose == "identity")
    return connection.execute(statement).scalar_one_or_none()


def keys_used(connection: Connection) -> dict[str, str]:
    """Return by purpose the names of the keys that sealed the newest letter and hash who wrote, as far as there are."""
    masked = select(sealed.c.key).where(sealed.c.key != UNMASKED)
    storage = connection.execute(masked.order_by(sealed.c.letter_id.desc()).limit(1)).scalar_one_or_none()
    found = {"storage": storage, "identity": identity_key(connection)}
    return {purpose: name for purpose, name in found.items() if name is not None}


def letters_to_rehash(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return letter_id and `content` of up to `limit` letters with a hash that has no successor yet."""
    due = select(identities.c.letter_id).where(identities.c.next_hash.is_(None)).distinct().limit(limit).subquery()
    statement = select(due.c.letter_id, sealed.c.content).outerjoin(sealed, sealed.c.letter_id == due.c.letter_id)
    return list(connection.execute(statement))


def set_successors(connection: Connection, letter_id: str, by: Mapping[str, str]) -> None:
    """Name the successor of each hash of a letter; a hash that has none is removed."""
    of_letter = identities.c.letter_id == letter_id
    for before, after in by.items():
        connection.execute(update(identities).where(of_letter, identities.c.hash == before).values(next_hash=after))
    connection.execute(delete(identities).where(of_letter, identities.c.next_hash.is_(None)))


def forget_successors(connection: Connection) -> None:
    """Forget the successors of all hashes, which a key that is gone has made."""
    connection.execute(update(identities).where(identities.c.next_hash.is_not(None)).values(next_hash=None))


def put_successors_in_place(connection: Connection, key: str) -> None:
    """Put the successors in place of all hashes of who wrote, and remember the key that made them."""
    connection.execute(update(identities).values(hash=identities.c.next_hash, next_hash=None))
    connection.execute(delete(keys_in_use).where(keys_in_use.c.purpose == "identity"))
    connection.execute(insert(keys_in_use).values(purpose="identity", key=key))


def people_kept_too_long(connection: Connection, closed_before: str, going_on: Sequence[str], limit: int) -> list[str]:
    """Return up to `limit` masked letters with anything sealed whose matter was closed before a moment.

    A matter counts as closed unless its end was taken back, a letter came or a step that goes on was done since.
    """
    later_letter, later_step, undoing = letters.alias(), events.alias(), events.alias()
    undone = select(undoing.c.number).where(undoing.c.cause == events.c.number, undoing.c.kind == "taken_back")
    closed = (
        select(events.c.matter_id, func.max(events.c.at).label("at"))
        .where(events.c.kind == "closed", ~undone.exists())
        .group_by(events.c.matter_id)
        .having(func.max(events.c.at) < closed_before)
        .subquery()
    )
    came = select(later_letter.c.id).where(
        later_letter.c.matter_id == closed.c.matter_id, later_letter.c.received_at > closed.c.at
    )
    done = select(later_step.c.number).where(
        later_step.c.matter_id == closed.c.matter_id, later_step.c.kind.in_(going_on), later_step.c.at > closed.c.at
    )
    statement = (
        select(letters.c.id)
        .join(closed, closed.c.matter_id == letters.c.matter_id)
        .join(sealed, sealed.c.letter_id == letters.c.id)
        .where(sealed.c.key != UNMASKED, ~came.exists(), ~done.exists())
    )
    return list(connection.execute(statement.order_by(letters.c.id).limit(limit)).scalars())


def forget_people(connection: Connection, letter_ids: Sequence[str]) -> None:
    """Delete what is sealed of letters and the hashes of who wrote them."""
    for table in (sealed, identities):
        connection.execute(delete(table).where(among(table.c.letter_id, letter_ids)))
    for letter_id in letter_ids:
        revise_letter(connection, letter_id, {})
