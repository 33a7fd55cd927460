"""Keeps the matters of the database up to date as letters arrive."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row
from ulid import ULID

from model.matters import JOIN_FROM, LINK_FROM, MOST_NEAREST, Link, gather, verdict
from model.records import Letter
from service.engine import Engine
from service.queries import letters as letter_queries
from service.queries import matters as matter_queries
from service.queries.letters import Sight

EVERYTHING = Sight(restricted=True)


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


def find_links(connection: Connection, engine: Engine, letter: Letter, restricted: bool) -> list[Link]:
    """Return the scored pairs of a new letter with earlier ones; accusations meet accusations only."""
    vector = engine.vector(letter)
    if vector is None:
        return []
    engine.catch_up(connection)
    rows = letter_queries.letters_by_id(connection, engine.nearest(vector, restricted, MOST_NEAREST))
    others = [letter_of_row(row) for row in rows.values() if row.restricted == restricted]
    relations = engine.relate(letter, others)
    return [
        Link(min(letter.id, other.id), max(letter.id, other.id), relation.score, relation.name)
        for other, relation in zip(others, relations, strict=True)
        if relation.score >= LINK_FROM
    ]


def join_matter(connection: Connection, letter: Letter, restricted: bool, found: Sequence[Link]) -> tuple[str, str]:
    """Choose the matter of a letter that is about to be stored; returns the matter's id and the verdict.

    Every matter that the letter touches is gathered anew. Each keeps its id where most of it stays together; letters
    that move are recorded as events.
    """
    near = [link.other(letter.id) for link in found if link.score >= JOIN_FROM]
    rows = letter_queries.letters_by_id(connection, near)
    touched = sorted({row.matter_id for row in rows.values()})
    present = letter_queries.letters_of_matters(connection, touched, EVERYTHING)
    ids = [row.id for row in present]
    links = [*matter_queries.links_among(connection, ids), *found]
    groups = gather([*ids, letter.id], links)
    matter_of = _named(connection, groups, {row.id: row.matter_id for row in present}, restricted)
    people = letter_queries.identities_of(connection, ids)
    everyone = {row.id: letter_of_row(row, people[row.id]) for row in present} | {letter.id: letter}
    verdicts = _verdicts(groups, everyone, links)
    for row in present:
        if (row.matter_id, row.verdict) != (matter_of[row.id], verdicts[row.id]):
            letter_queries.move_letter(connection, row.id, matter_of[row.id], verdicts[row.id])
        if row.matter_id != matter_of[row.id]:
            _record_move(connection, row.id, row.matter_id, matter_of[row.id])
    return matter_of[letter.id], verdicts[letter.id]


def _named(
    connection: Connection, groups: Sequence[frozenset[str]], before: Mapping[str, str], restricted: bool
) -> dict[str, str]:
    """Give each group the id of the matter that most of its letters had, or a new one."""
    taken: set[str] = set()
    matter_of: dict[str, str] = {}
    for group in sorted(groups, key=lambda group: (-len(group), min(group))):
        held = [before[letter] for letter in sorted(group) if letter in before and before[letter] not in taken]
        chosen = max(sorted(set(held)), key=held.count, default=None)
        if chosen is None:
            chosen = str(ULID())
            matter_queries.insert_matter(connection, chosen, datetime.now(UTC), restricted)
        taken.add(chosen)
        matter_of.update(dict.fromkeys(group, chosen))
    return matter_of


def _verdicts(
    groups: Sequence[frozenset[str]], everyone: Mapping[str, Letter], links: Sequence[Link]
) -> dict[str, str]:
    relations: dict[str, dict[str, Any]] = {letter_id: {} for letter_id in everyone}
    for link in links:
        if link.a in relations and link.b in relations:
            relations[link.a][link.b] = relations[link.b][link.a] = link.relation
    return {
        letter_id: verdict(everyone[letter_id], [everyone[i] for i in group if i != letter_id], relations[letter_id])
        for group in groups
        for letter_id in group
    }


def _record_move(connection: Connection, letter_id: str, old: str, new: str) -> None:
    detail = {"letter": letter_id, "from": old, "to": new, "reason": "a new letter changed what belongs together"}
    for matter_id in (old, new):
        matter_queries.insert_event(connection, matter_id, datetime.now(UTC), "moved", detail)
