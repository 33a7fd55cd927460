"""Every statement about letters and who wrote them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)

from service.queries.among import among, given
from service.queries.arrivals import recounted
from service.scope_keys import unit_key
from service.tables import accused, idempotency_keys, identities, letters, matters, sealed

# A letter with what is sealed of it, `people`.
WHOLE = select(letters, sealed.c.content.label("people")).outerjoin(sealed, sealed.c.letter_id == letters.c.id)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which letters a caller may see: an integrator its own, others all but restricted ones without that right.

    With `regions` only letters whose region begins with one of them; with `unit` only those addressed to that unit or
    of a matter that was routed to it, or of the matter `beside`. Of accusations none in whose matter a letter accuses
    the caller: `marks` are the hashes that say so.
    """

    restricted: bool
    owner: str | None = None
    regions: tuple[str, ...] = ()
    unit: str | None = None
    marks: frozenset[str] = frozenset()
    beside: str | None = None

    @property
    def partial(self) -> bool:
        """Say whether of a matter perhaps but some letters are seen, for those of other units or regions are not."""
        return bool(self.regions) or self.unit is not None

    def condition(self, of: FromClause = letters) -> Any:
        """Return the SQL condition on letters, or on an alias of them."""
        conditions: list[Any] = [] if self.restricted else [of.c.restricted.is_(False)]
        if self.owner is not None:
            conditions.append(of.c.owner == self.owner)
        if self.regions:
            conditions.append(or_(*(of.c.region.startswith(region, autoescape=True) for region in self.regions)))
        if self.unit is not None:
            key = unit_key(self.unit)
            here = [] if self.beside is None else [of.c.matter_id == self.beside]
            conditions.append(or_(of.c.addressee_key == key, of.c.unit_key == key, *here))
        if self.marks:
            conditions.append(of.c.matter_id.not_in(accusing(self.marks)))
        return and_(true(), *conditions)


def accusing(marks: Collection[str]) -> Any:
    """Return a selection of the matters with an accusation of whom these hashes mean."""
    letter = letters.alias()
    statement = select(letter.c.matter_id).join(accused, accused.c.letter_id == letter.c.id)
    return statement.where(letter.c.restricted, accused.c.hash.in_(sorted(marks)))


# What is asked for every letter that comes is written once.
_BY_ID = among(letters.c.id, given("ids"))
_WHOLE_BY_ID = WHOLE.where(_BY_ID)
_TEXTS = select(
    *(
        letters.c[name]
        for name in (
            *("id", "title", "body", "received_at", "channel", "addressee", "region"),
            *("restricted", "matter_id", "verdict"),
        )
    )
).where(_BY_ID)
_IDENTITIES = select(identities).where(among(identities.c.letter_id, given("ids")))
_BY_THE_SAME = (
    select(identities.c.hash, identities.c.letter_id, letters.c.restricted)
    .join(letters, letters.c.id == identities.c.letter_id)
    .where(among(identities.c.hash, given("hashes")))
)
_RECEIPTS = (
    select(letters.c.matter_id, letters.c.received_at, letters.c.stored_at, matters.c.revision)
    .join(matters, matters.c.id == letters.c.matter_id)
    .where(among(matters.c.id, given("ids")))
)


def moment(value: datetime) -> str:
    """Write a time so that the order of texts is the order of times."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def between(at: ColumnElement[Any], since: datetime, until: datetime) -> ColumnElement[bool]:
    """Return the condition that a time is in [since, until)."""
    return and_(at >= moment(since), at < moment(until))


def behind(at: ColumnElement[Any], one: ColumnElement[Any], after: tuple[str, str]) -> ColumnElement[bool]:
    """Return the condition that a row stands behind a time and id, newest first; the first part leads an index."""
    received_at, identifier = after
    return and_(at <= received_at, or_(at < received_at, one < identifier))


def ahead(at: ColumnElement[Any], one: ColumnElement[Any], after: tuple[str, str]) -> ColumnElement[bool]:
    """Return the condition that a row stands behind a time and id, oldest first."""
    received_at, identifier = after
    return and_(at >= received_at, or_(at > received_at, one > identifier))


def unit_key_of(matter_id: Any) -> Any:
    """Return an expression for the key of the unit that a matter stands with."""
    return select(matters.c.unit_key).where(matters.c.id == matter_id).scalar_subquery()


def letters_of_external_ids(connection: Connection, names: Collection[tuple[str, str]]) -> list[Row[Any]]:
    """Return id, owner, external_id and content_hash of the letters delivered under these owners' external ids."""
    columns = (letters.c.id, letters.c.owner, letters.c.external_id, letters.c.content_hash)
    wanted = tuple_(letters.c.owner, letters.c.external_id).in_(list(names))
    return list(connection.execute(select(*columns).where(wanted))) if names else []


def idempotency_keys_among(connection: Connection, names: Collection[tuple[str, str]]) -> list[Row[Any]]:
    """Return those of these owners' idempotency keys under which a letter is stored."""
    wanted = tuple_(idempotency_keys.c.owner, idempotency_keys.c.key).in_(list(names))
    return list(connection.execute(select(idempotency_keys).where(wanted))) if names else []


def insert_idempotency_keys(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remember under which keys letters were delivered."""
    if rows:
        connection.execute(insert(idempotency_keys), [dict(row) for row in rows])


def find_letter(connection: Connection, letter_id: str, sight: Sight) -> Row[Any] | None:
    """Return a letter that the caller may see."""
    return connection.execute(WHOLE.where(letters.c.id == letter_id, sight.condition())).one_or_none()


def find_letters(connection: Connection, ids: Sequence[str], sight: Sight) -> dict[str, Row[Any]]:
    """Return those of the letters that the caller may see."""
    rows = connection.execute(WHOLE.where(among(letters.c.id, ids), sight.condition())) if ids else ()
    return {row.id: row for row in rows}


def seen_among(connection: Connection, ids: Collection[str], sight: Sight) -> set[str]:
    """Return the ids of those of the letters that the caller may see."""
    statement = select(letters.c.id).where(among(letters.c.id, ids), sight.condition())
    return set(connection.execute(statement).scalars()) if ids else set()


def insert_accused(connection: Connection, letter_id: str, hashes: Iterable[str]) -> None:
    """Store the hashes of whom a letter accuses."""
    rows = [{"letter_id": letter_id, "hash": value} for value in sorted(hashes)]
    if rows:
        connection.execute(insert(accused), rows)


def accusations_without_hashes(connection: Connection, after: str, limit: int) -> list[Row[Any]]:
    """Return up to `limit` accusations after an id of which no accused is known, in the order of their ids."""
    known = select(accused.c.letter_id).where(accused.c.letter_id == letters.c.id).exists()
    statement = WHOLE.where(letters.c.restricted, ~known, letters.c.id > after)
    return list(connection.execute(statement.order_by(letters.c.id).limit(limit)))


def letters_by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the letters of the ids that exist."""
    rows = connection.execute(_WHOLE_BY_ID, {"ids": ids})
    return {row.id: row for row in rows}


def texts_by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return what the letters of the ids say and where they belong, without what the model and people made of them."""
    rows = connection.execute(_TEXTS, {"ids": ids}) if ids else ()
    return {row.id: row for row in rows}


def compartments_of(connection: Connection, ids: Collection[str]) -> dict[str, bool]:
    """Return for those of the letters that exist whether they are among accusations."""
    rows = connection.execute(select(letters.c.id, letters.c.restricted).where(among(letters.c.id, ids))) if ids else ()
    return {row.id: row.restricted for row in rows}


def letters_of_matters(connection: Connection, matter_ids: Sequence[str], sight: Sight) -> list[Row[Any]]:
    """Return the letters of matters, oldest first."""
    statement = WHOLE.where(among(letters.c.matter_id, matter_ids), sight.condition())
    return list(connection.execute(statement.order_by(letters.c.received_at, letters.c.id)))


def receipts_of(connection: Connection, matter_ids: Sequence[str]) -> list[Row[Any]]:
    """Return matter_id, received_at and stored_at of all letters of matters, and the revision of the matter."""
    return list(connection.execute(_RECEIPTS, {"ids": matter_ids}))


def identities_of(connection: Connection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the hashes of who wrote, by letter."""
    found: dict[str, set[str]] = {letter_id: set() for letter_id in ids}
    for row in connection.execute(_IDENTITIES, {"ids": ids}):
        found[row.letter_id].add(row.hash)
    return {letter_id: frozenset(hashes) for letter_id, hashes in found.items()}


def move_letter(connection: Connection, letter_id: str, matter_id: str, verdict: str) -> None:
    """Put a letter into a matter with what it is to it."""
    move_letters(connection, {letter_id: (matter_id, verdict)})


def move_letters(connection: Connection, places: Mapping[str, tuple[str, str]], moving: bool = True) -> None:
    """Put each letter into its matter with what it is to it; without `moving` all are in their matters already."""
    rows = [{"moved": one, "target": matter, "what": verdict} for one, (matter, verdict) in places.items()]
    if rows:
        target = bindparam("target", type_=letters.c.matter_id.type)
        values = {
            "matter_id": target,
            "verdict": bindparam("what"),
            "unit_key": unit_key_of(target),
            "revision": letters.c.revision + 1,
        }
        joined = {matter for matter, _ in places.values()}
        changing = ("matter_id", "verdict") if moving else ("verdict",)
        with recounted(connection, places.keys(), changing, joined if moving else ()):
            connection.execute(update(letters).where(letters.c.id == bindparam("moved")).values(values), rows)


def revise_letter(connection: Connection, letter_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a letter, and count the change."""
    whole = {**values, "revision": letters.c.revision + 1}
    with recounted(connection, [letter_id], values.keys()):
        connection.execute(update(letters).where(letters.c.id == letter_id).values(whole))


def letters_after(connection: Connection, letter_id: str, limit: int) -> list[Row[Any]]:
    """Return up to `limit` letters behind an id, in the order of their ids."""
    return list(connection.execute(select(letters).where(letters.c.id > letter_id).order_by(letters.c.id).limit(limit)))


def count_letters(connection: Connection) -> int:
    """Return how many letters there are."""
    return connection.execute(select(func.count()).select_from(letters)).scalar_one()


def letters_by_the_same(connection: Connection, hashes: Collection[str]) -> list[Row[Any]]:
    """Return hash, letter_id and restricted of the letters that share any of these hashes of who wrote."""
    return list(connection.execute(_BY_THE_SAME, {"hashes": hashes})) if hashes else []
