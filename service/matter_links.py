"""How the letters of a matter hold together, and which letters of other matters may belong to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from model.gathering import Link
from service.caller import Caller
from service.engine import Engine
from service.queries import decisions as decision_queries
from service.queries import letters as letter_queries
from service.queries import links as queries
from service.schemas.links import LinkOut, MatterLinksOut, NeighbourOut, UndoableOut
from service.schemas.results import DIGITS
from service.stored import letter_of_row

MOST_OUTSIDE = 20
# Reasons are worked out from the texts while somebody waits.
MOST_EXPLAINED = 40
BEGINNING = 30


def links_of_matter(connection: Connection, engine: Engine, caller: Caller, rows: Sequence[Row[Any]]) -> MatterLinksOut:
    """Return the links of a matter whose letters, of which the caller may read all given, are `rows`."""
    inside = {row.id: row for row in rows}
    best = queries.best_links(connection, list(inside), 1, inside=True)
    within = {end: (link.other(end), link) for end, links in best.items() for link in links}
    beyond: dict[str, tuple[str, Link]] = {}
    for link in queries.links_out_of(connection, list(inside)):
        inner, outer = (link.a, link.b) if link.a in inside else (link.b, link.a)
        beyond.setdefault(outer, (inner, link))
    outside = _outside(connection, caller, inside, beyond)
    explained = _Explained(engine, {**inside, **outside})
    return MatterLinksOut(
        inside=[_link(end, *within[end], explained) for end in inside if end in within],
        outside=[_neighbour(outside[end], *beyond[end], explained) for end in outside],
        undo=_undoable(connection, rows[0].matter_id, caller),
    )


def _outside(
    connection: Connection, caller: Caller, inside: Mapping[str, Row[Any]], beyond: Mapping[str, tuple[str, Link]]
) -> dict[str, Row[Any]]:
    """Return the letters elsewhere, best first, but those that a person has put apart from a letter of the matter."""
    apart = decision_queries.standing_pairs(connection, list(inside), "reject")
    refused = {end for row in apart for end in (row.a_id, row.b_id)}
    wanted = [one for one in beyond if one not in refused]
    seen = letter_queries.seen_among(connection, wanted, caller.insight)
    shown = [one for one in wanted if one in seen][:MOST_OUTSIDE]
    rows = letter_queries.texts_by_id(connection, shown)
    return {one: rows[one] for one in shown}


class _Explained:
    """Say in what two letters agree or differ, for as many pairs as can be waited for."""

    def __init__(self, engine: Engine, rows: Mapping[str, Row[Any]]) -> None:
        self._analyser = engine.analyser
        self._rows = rows
        self._left = MOST_EXPLAINED
        self._known: dict[frozenset[str], list[str]] = {}

    def reasons(self, link: Link) -> list[str]:
        """Return the reasons of a pair; none where too many were asked for before."""
        if link.ends not in self._known:
            relation = None
            if self._left > 0:
                self._left -= 1
                relation = self._analyser.compare(*(letter_of_row(self._rows[end]) for end in (link.a, link.b)))
            self._known[link.ends] = list(relation.reasons) if relation else []
        return self._known[link.ends]


def _link(letter_id: str, other: str, link: Link, explained: _Explained) -> LinkOut:
    reasons = explained.reasons(link)
    return LinkOut(
        letter=letter_id, other=other, score=round(link.score, DIGITS), relation=link.relation, reasons=reasons
    )


def _neighbour(row: Row[Any], other: str, link: Link, explained: _Explained) -> NeighbourOut:
    return NeighbourOut(
        **_link(row.id, other, link, explained).model_dump(),
        matter=row.matter_id,
        title=row.title or row.body[:BEGINNING],
        received_at=datetime.fromisoformat(row.received_at),
    )


def _undoable(connection: Connection, matter_id: str, caller: Caller) -> UndoableOut | None:
    row = decision_queries.last_act_in(connection, matter_id)
    if row is None:
        return None
    letters = letter_queries.seen_among(connection, [row.a_id, row.b_id], caller.insight)
    if not letters:
        return None
    letter = row.b_id if row.b_id in letters else row.a_id
    at = datetime.fromisoformat(row.at)
    return UndoableOut(letter=letter, action=row.action, at=at, actor=row.actor, note=row.note)
