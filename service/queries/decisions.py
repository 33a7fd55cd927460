"""Every statement about what people decided on pairs of letters."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, exists, insert, or_, select, update

from service.queries.among import among, given
from service.queries.letters import moment
from service.tables import decisions, events, letters, links

Kind = Literal["confirm", "reject"]
Action = Literal["confirm", "reject", "merge", "split"]
KINDS: tuple[Kind, Kind] = ("confirm", "reject")

_TOLD = ("confirmed", "rejected", "merged", "split")
STANDING = decisions.c.undone_by.is_(None)
_STANDING_PAIRS = (
    select(decisions)
    .where(STANDING, or_(among(decisions.c.a_id, given("ids")), among(decisions.c.b_id, given("ids"))))
    .order_by(decisions.c.number)
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two letters that a person put together or apart; `b` is the one that was decided on, where it matters."""

    kind: Kind
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did: one event, and all pairs that follow from it."""

    event: int
    actor: str
    action: Action
    note: str | None = None


def insert_pairs(
    connection: Connection, at: datetime, act: Act, pairs: Iterable[Pair], bridges: int | None = None
) -> None:
    """Add the pairs of an act; `bridges` is the event of the going that they make good."""
    shared = {
        "at": moment(at),
        "actor": act.actor,
        "action": act.action,
        "act": act.event,
        "bridges": bridges,
        "note": act.note,
    }
    rows = [{**shared, "kind": pair.kind, "a_id": pair.a, "b_id": pair.b} for pair in pairs]
    if rows:
        connection.execute(insert(decisions), rows)


def standing_pairs(connection: Connection, ids: Collection[str], kind: Kind | None = None) -> list[Row[Any]]:
    """Return the standing rows, of a kind or all, with at least one of these letters, in the order of their making."""
    statement = _STANDING_PAIRS if kind is None else _STANDING_PAIRS.where(decisions.c.kind == kind)
    return list(connection.execute(statement, {"ids": ids}))


def pairs_of_act(connection: Connection, event: int) -> list[Row[Any]]:
    """Return all rows of an act."""
    return list(connection.execute(select(decisions).where(decisions.c.act == event).order_by(decisions.c.number)))


def last_act_on(connection: Connection, letter_id: str, matter_id: str) -> Row[Any] | None:
    """Return the newest standing row on a letter that concerns a matter.

    Such is a row that was decided there, keeps the letter there, or keeps it apart from a letter that is there now.
    """
    told = exists().where(
        or_(events.c.number == decisions.c.act, events.c.cause == decisions.c.act),
        events.c.matter_id == matter_id,
        events.c.kind.in_(_TOLD),
    )
    a_there, b_there = (_is_in(end, matter_id) for end in (decisions.c.a_id, decisions.c.b_id))
    kept = and_(decisions.c.kind == "confirm", a_there, b_there)
    apart = or_(and_(decisions.c.a_id == letter_id, b_there), and_(decisions.c.b_id == letter_id, a_there))
    named = or_(decisions.c.a_id == letter_id, decisions.c.b_id == letter_id)
    concerns = or_(told, kept, and_(decisions.c.kind == "reject", apart))
    statement = select(decisions).where(STANDING, named, concerns)
    return connection.execute(statement.order_by(decisions.c.act.desc(), decisions.c.number).limit(1)).one_or_none()


def last_act_in(connection: Connection, matter_id: str) -> Row[Any] | None:
    """Return the newest standing row of what was decided in a matter."""
    told = select(events.c.number).where(events.c.matter_id == matter_id, events.c.kind.in_(_TOLD))
    caused = select(events.c.cause).where(events.c.matter_id == matter_id, events.c.kind.in_(_TOLD))
    statement = select(decisions).where(STANDING, or_(decisions.c.act.in_(told), decisions.c.act.in_(caused)))
    return connection.execute(statement.order_by(decisions.c.act.desc(), decisions.c.number).limit(1)).one_or_none()


def _is_in(letter_id: Any, matter_id: str) -> Any:
    one = letters.alias()
    return exists().where(one.c.id == letter_id, one.c.matter_id == matter_id)


def take_back(connection: Connection, act: int, by: int) -> None:
    """Take an act back: its pairs stand no longer, and those that it had put out of force stand again."""
    connection.execute(
        update(decisions).where(or_(decisions.c.act == act, decisions.c.bridges == act)).values(undone_by=by)
    )
    connection.execute(update(decisions).where(decisions.c.undone_by == act).values(undone_by=None))


def supersede(connection: Connection, numbers: Collection[int], by: int) -> None:
    """Put rows out of force by the event of a later decision."""
    connection.execute(update(decisions).where(among(decisions.c.number, numbers)).values(undone_by=by))


def standing_with_scores(connection: Connection, restricted: bool) -> list[Row[Any]]:
    """Return kind, a_id, b_id and score (None if never scored) of all standing rows, in order.

    Rows on accusations are left out unless `restricted`.
    """
    first, second = letters.alias(), letters.alias()
    scored = or_(
        and_(links.c.a_id == decisions.c.a_id, links.c.b_id == decisions.c.b_id),
        and_(links.c.a_id == decisions.c.b_id, links.c.b_id == decisions.c.a_id),
    )
    statement = (
        select(decisions.c.kind, decisions.c.a_id, decisions.c.b_id, links.c.score)
        .join(first, first.c.id == decisions.c.a_id)
        .join(second, second.c.id == decisions.c.b_id)
        .outerjoin(links, scored)
        .where(STANDING)
    )
    if not restricted:
        statement = statement.where(first.c.restricted.is_(False), second.c.restricted.is_(False))
    return list(connection.execute(statement.order_by(decisions.c.number)))
