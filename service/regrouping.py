"""Gathers anew the letters that a change touches: the same letters always give the same matters."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row
from ulid import ULID

from model.gathering import Link, gather
from model.matters import LAST, verdicts
from model.records import Letter, RelationName, Verdict
from service.circle import NOBODY, Circle, Coming
from service.queries import letters as letter_queries
from service.queries import matters as matter_queries
from service.queries.letters import Sight

EVERYTHING = Sight(restricted=True)
NOWHERE: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Why:
    """Why letters may move: a sentence, and the event of the decision behind it."""

    reason: str
    cause: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter belongs: its matter, and what it is to it."""

    matter: str
    verdict: Verdict


def settle(
    connection: Connection,
    starts: Collection[str],
    at_least: float,
    why: Why,
    placed: Mapping[str, str | None] = NOWHERE,
    coming: Coming = NOBODY,
) -> dict[str, Place]:
    """Gather anew what a change of letters may touch and move what belongs elsewhere; returns the place of each letter.

    Letters join from a score of `at_least` on; `placed` says where a person has put some, None for nowhere. What people
    confirmed stays as it is, and so do matters of very many letters: no score takes such a matter apart or joins it
    with another one of that kind. All else depends on what the letters say alone.
    """
    circle = Circle(connection, at_least, placed, coming)
    circle.take_in(starts)
    if not coming.letters:
        # What was done to these letters shows in what they reach, not always in their matters.
        circle.follow(circle.rows.keys())
    groups, said = _gathered(circle)
    while circle.follow(circle.unsettled(groups)):
        groups, said = _gathered(circle)
    rows = sorted(circle.rows.values(), key=lambda row: row.id)
    # Of which letter one of a large matter is a copy is not looked up again.
    said |= {row.id: "copy" for row in rows if _stays_copy(row, circle) and said[row.id] != "first"}
    restricted = coming.restricted or any(row.restricted for row in rows)
    matter_of = _named(connection, groups, circle.before, restricted)
    places = {one: Place(matter_of[one], said[one]) for one in circle.letters}
    _move(connection, rows, places, why)
    return places


def _stays_copy(row: Row[Any], circle: Circle) -> bool:
    return row.verdict == "copy" and circle.before[row.id] in circle.large


def _gathered(circle: Circle) -> tuple[list[frozenset[str]], dict[str, Verdict]]:
    """Return the groups of letters, and what each letter is to its group.

    Ids tell the order of arrival. Letters are gathered under their rank by date and content instead, so that ties come
    out the same in whatever order they came.
    """
    everyone = circle.letters
    together, apart = circle.read_decisions()
    ranked = sorted(everyone, key=lambda one: _rank(everyone[one]))
    alias = {one: f"{rank:08}" for rank, one in enumerate(ranked)}
    real = {name: one for one, name in alias.items()}
    renamed = [Link(alias[link.a], alias[link.b], link.score, link.relation) for link in circle.read_links()]
    kept, barred = ([frozenset(alias[one] for one in pair) for pair in given] for given in (together, apart))
    groups = gather(real, renamed, kept, barred, circle.at_least)
    letters = {name: replace(everyone[one], id=name) for name, one in real.items()}
    told = _verdicts(groups, letters, renamed)
    return (
        [frozenset(real[name] for name in group) for group in groups],
        {real[name]: said for name, said in told.items()},
    )


def _rank(letter: Letter) -> tuple[Any, ...]:
    facts = (letter.title, letter.body, letter.addressee, letter.channel or "", letter.region)
    return (letter.received_at or LAST, facts, sorted(letter.petitioners), letter.id)


def _named(
    connection: Connection,
    groups: Iterable[frozenset[str]],
    before: Mapping[str, str | None],
    restricted: bool,
) -> dict[str, str]:
    """Give each group the id of the matter that most of its letters had, the oldest of several, or a new one."""
    shares = [
        (-count, matter_id, min(group), group)
        for group in groups
        for matter_id, count in Counter(before.get(one) for one in group).items()
        if matter_id
    ]
    names: dict[frozenset[str], str] = {}
    taken: set[str] = set()
    for _, matter_id, _, group in sorted(shares, key=lambda share: share[:3]):
        if group not in names and matter_id not in taken:
            names[group] = matter_id
            taken.add(matter_id)
    for group in groups:
        if group not in names:
            names[group] = open_matter(connection, restricted)
    return {one: name for group, name in names.items() for one in group}


def open_matter(connection: Connection, restricted: bool) -> str:
    """Open a matter and return its id."""
    matter_id = str(ULID())
    matter_queries.insert_matter(connection, matter_id, datetime.now(UTC), restricted)
    return matter_id


def _verdicts(
    groups: Iterable[frozenset[str]], everyone: Mapping[str, Letter], links: Iterable[Link]
) -> dict[str, Verdict]:
    relations: dict[str, dict[str, RelationName]] = {}
    for link in links:
        for one, other in ((link.a, link.b), (link.b, link.a)):
            relations.setdefault(one, {})[other] = link.relation
    told = (verdicts([everyone[one] for one in group], relations) for group in groups)
    return {letter_id: said for of_group in told for letter_id, said in of_group.items()}


def _move(connection: Connection, rows: Sequence[Row[Any]], places: Mapping[str, Place], why: Why) -> None:
    """Put letters into their places with what they are there, and tell the matters that some leave and join."""
    found = {row.id: (places[row.id].matter, places[row.id].verdict) for row in rows}
    changed = {row.id: found[row.id] for row in rows if (row.matter_id, row.verdict) != found[row.id]}
    going = [row for row in rows if row.matter_id != places[row.id].matter]
    letter_queries.move_letters(connection, changed, moving=bool(going))
    told = [
        (matter_id, {"letter": row.id, "from": row.matter_id, "to": places[row.id].matter, "reason": why.reason})
        for row in going
        for matter_id in (row.matter_id, places[row.id].matter)
    ]
    matter_queries.insert_events(connection, datetime.now(UTC), "moved", told, why.cause)
