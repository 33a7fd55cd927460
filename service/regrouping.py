"""Gathers anew the letters that a change touches: the same letters always give the same matters."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row
from ulid import ULID

from model.gathering import Link, gather
from model.matters import LAST, verdicts
from model.records import Letter, RelationName, Verdict
from service.queries import decisions as decision_queries
from service.queries import letters as letter_queries
from service.queries import links as link_queries
from service.queries import matters as matter_queries
from service.queries.letters import Sight
from service.queries.ties import joined_with, matters_around

EVERYTHING = Sight(restricted=True)
# From so many letters on, which have five thousand pairs, a matter stays whole: to gather all of them anew for each
# letter that comes would take seconds, and one letter more tells little of so many.
LARGE_FROM = 100
NOWHERE: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Why:
    """Why letters may move: a sentence, and the event of the decision behind it."""

    reason: str
    cause: int | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """Letters that are about to be stored, among accusations or among all others, with their scored pairs."""

    letters: Sequence[Letter] = ()
    links: Sequence[Link] = ()
    restricted: bool = False


NOBODY = Coming()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter belongs: its matter, and what it is to it."""

    matter: str
    verdict: Verdict


def letter_of_row(row: Row[Any], petitioners: frozenset[str] = frozenset()) -> Letter:
    """Return the record of a stored letter."""
    return Letter(
        id=row.id,
        title=row.title,
        body=row.body,
        received_at=datetime.fromisoformat(row.received_at),
        channel=row.channel,
        addressee=row.addressee,
        region=row.region,
        petitioners=petitioners,
    )


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
    rows = _circle(connection, starts, at_least, placed)
    before = {row.id: row.matter_id for row in rows} | dict(placed)
    large = {
        matter_id for matter_id, letters in Counter(before.values()).items() if matter_id and letters >= LARGE_FROM
    }
    people = letter_queries.identities_of(connection, list(before))
    everyone = {row.id: letter_of_row(row, people[row.id]) for row in rows}
    everyone |= {letter.id: letter for letter in coming.letters}
    links = [*_links(connection, before, large), *coming.links]
    links = [link for link in links if link.a in everyone and link.b in everyone]
    restricted = coming.restricted or any(row.restricted for row in rows)
    decided = _decided(connection, everyone.keys(), before, large)
    groups, said = _gathered(everyone, links, *decided, at_least)
    # Of which letter one of a large matter is a copy is not looked up again.
    said |= {row.id: "copy" for row in rows if _stays_copy(row, before, large) and said[row.id] != "first"}
    matter_of = _named(connection, groups, before, restricted)
    places = {one: Place(matter_of[one], said[one]) for one in everyone}
    _move(connection, rows, places, why)
    return places


def _circle(
    connection: Connection, starts: Collection[str], at_least: float, placed: Collection[str]
) -> list[Row[Any]]:
    """Return the letters that a change of these may touch, oldest first.

    From letter to letter it follows the matters as they are, what people confirmed, and links that can join. These lead
    into a matter of very many letters, but out of it only from those that a person has placed.
    """
    found: set[str] = set()
    fresh = set(starts)
    while fresh:
        around = matters_around(connection, fresh)
        letters = Counter(around.values())
        found |= fresh | around.keys()
        leading = {one for one, matter_id in around.items() if letters[matter_id] < LARGE_FROM or one in placed}
        fresh = joined_with(connection, leading, at_least) - found
    return sorted(letter_queries.texts_by_id(connection, sorted(found)).values(), key=lambda row: row.id)


def _links(connection: Connection, before: Mapping[str, str | None], large: Collection[str]) -> list[Link]:
    """Return the scored pairs of letters, those inside of large matters left out."""
    if not large:
        return link_queries.links_among(connection, list(before))
    return link_queries.links_of_letters(connection, [one for one, at in before.items() if at not in large])


def _stays_copy(row: Row[Any], before: Mapping[str, str | None], large: Collection[str]) -> bool:
    return row.verdict == "copy" and before[row.id] in large


def _gathered(
    everyone: Mapping[str, Letter],
    links: Sequence[Link],
    together: Iterable[frozenset[str]],
    apart: Iterable[frozenset[str]],
    at_least: float,
) -> tuple[list[frozenset[str]], dict[str, Verdict]]:
    """Return the groups, and what each letter is to its group.

    Ids tell the order of arrival. Letters are gathered under their rank by date and content instead, so that ties come
    out the same in whatever order they came.
    """
    ranked = sorted(everyone, key=lambda one: _rank(everyone[one]))
    alias = {one: f"{rank:08}" for rank, one in enumerate(ranked)}
    real = {name: one for one, name in alias.items()}
    renamed = [Link(alias[link.a], alias[link.b], link.score, link.relation) for link in links]
    kept, barred = ([frozenset(alias[one] for one in pair) for pair in given] for given in (together, apart))
    groups = gather(real, renamed, kept, barred, at_least)
    letters = {name: replace(everyone[one], id=name) for name, one in real.items()}
    told = _verdicts(groups, letters, renamed)
    return (
        [frozenset(real[name] for name in group) for group in groups],
        {real[name]: said for name, said in told.items()},
    )


def _rank(letter: Letter) -> tuple[Any, ...]:
    facts = (letter.title, letter.body, letter.addressee, letter.channel or "", letter.region)
    return (letter.received_at or LAST, facts, sorted(letter.petitioners), letter.id)


def _decided(
    connection: Connection, ids: AbstractSet[str], before: Mapping[str, str | None], large: AbstractSet[str]
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Return the pairs that stay together and those that stay apart, by what people decided.

    A matter with a confirmed pair stays whole, and so does a large one.
    """
    standing = decision_queries.standing_pairs(connection, list(ids))
    together, apart = (
        [frozenset((row.a_id, row.b_id)) for row in standing if row.kind == kind and {row.a_id, row.b_id} <= ids]
        for kind in decision_queries.KINDS
    )
    inside = ({before.get(one) for one in pair} for pair in together)
    kept = sorted(large | {at for places in inside if len(places) == 1 for at in places if at})
    members = {matter_id: sorted(one for one, at in before.items() if at == matter_id) for matter_id in kept}
    together += [frozenset(step) for group in members.values() for step in pairwise(group)]
    return together, apart


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
