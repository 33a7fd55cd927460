"""Every statement that reads scored pairs of letters."""

from collections.abc import Collection, Iterable, Sequence
from itertools import permutations
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    union,
    union_all,
)

from model.gathering import Link
from service.queries.among import among, given
from service.tables import links

_BEST_FIRST = (links.c.score.desc(), links.c.a_id, links.c.b_id)
_AT_A, _AT_B = (among(end, given("ids")) for end in (links.c.a_id, links.c.b_id))
_OF_LETTERS = select(links).where(or_(_AT_A, _AT_B)).order_by(*_BEST_FIRST)
_AMONG = select(links).where(_AT_A, _AT_B)


def _best(inside: bool) -> Select[Any]:
    """Write the statement by which the best links of each letter are found."""
    ends = ((links.c.a_id, _AT_A, _AT_B), (links.c.b_id, _AT_B, _AT_A))
    pairs = union_all(
        *(select(end.label("end"), *links.c).where(here, *((there,) if inside else ())) for end, here, there in ends)
    ).subquery()
    order = (pairs.c.score.desc(), pairs.c.a_id, pairs.c.b_id)
    rank = func.row_number().over(partition_by=pairs.c.end, order_by=order)
    ranked = select(pairs, rank.label("rank")).subquery()
    columns = (ranked.c.a_id, ranked.c.b_id, ranked.c.score, ranked.c.relation)
    chosen = select(ranked.c.end, *columns).where(ranked.c.rank <= bindparam("most", type_=Integer()))
    return chosen.order_by(ranked.c.end, ranked.c.rank)


_BEST = {inside: _best(inside) for inside in (False, True)}


def links_of_letter(connection: Connection, letter_id: str) -> list[Link]:
    """Return the scored pairs of a letter, best first."""
    return _links(connection, or_(links.c.a_id == letter_id, links.c.b_id == letter_id))


def links_of_letters(connection: Connection, ids: Collection[str]) -> list[Link]:
    """Return the scored pairs with at least one of these letters, best first."""
    return _made(connection.execute(_OF_LETTERS, {"ids": ids}))


def links_out_of(connection: Connection, ids: Collection[str]) -> list[Link]:
    """Return the scored pairs of one of these letters with another one, best first."""
    a, b = among(links.c.a_id, ids), among(links.c.b_id, ids)
    return _links(connection, or_(and_(a, not_(b)), and_(b, not_(a))))


def links_among(connection: Connection, ids: Sequence[str]) -> list[Link]:
    """Return the scored pairs both of whose letters are among the ids."""
    return _made(connection.execute(_AMONG, {"ids": ids}))


def linked_from(connection: Connection, ids: Collection[str], at_least: float) -> set[str]:
    """Return the letters that are paired with one of these at a score of at least so much."""
    ends = permutations((links.c.a_id, links.c.b_id))
    # A matter of a hundred letters has thousands of pairs: the database says each of its letters once.
    reached = union(*(select(there).where(among(here, ids), links.c.score >= at_least) for here, there in ends))
    return set(connection.execute(reached).scalars())


def best_links(connection: Connection, ids: Collection[str], most: int, inside: bool = False) -> dict[str, list[Link]]:
    """Return of each letter up to `most` scored pairs, best first; with `inside` only those with another of these.

    A matter of a thousand letters has half a million pairs: the database leaves out those that nobody sees.
    """
    found: dict[str, list[Link]] = {letter_id: [] for letter_id in ids}
    for end, *link in connection.execute(_BEST[inside], {"ids": ids, "most": most}) if ids else ():
        found[end].append(Link(*link))
    return found


def _links(connection: Connection, condition: ColumnElement[bool]) -> list[Link]:
    return _made(connection.execute(select(links).where(condition).order_by(*_BEST_FIRST)))


def _made(rows: Iterable[Any]) -> list[Link]:
    """Return links that hold each name once: among a hundred letters each is named a hundred times."""
    names: dict[Any, Any] = {}
    once = names.setdefault
    return [Link(once(a, a), once(b, b), score, once(relation, relation)) for a, b, score, relation in rows]
