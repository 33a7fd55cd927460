"""Links a new letter to those that may be of the same matter, and finds its matter."""

from collections.abc import Sequence

from sqlalchemy import Connection

from model.gathering import JOIN_FROM, LINK_FROM, MOST_COMPARED, NEAR_FROM, Link
from model.records import Letter
from model.signatures import Signature
from service.engine import Engine
from service.queries import letters as letter_queries
from service.regrouping import Place, Why, circle_of, letter_of_row, open_matter, settle

# Scores that differ only by the order of adding up must compare as equal.
DIGITS = 9
ARRIVED = Why("a new letter changed what belongs together")


def find_links(
    connection: Connection, engine: Engine, letter: Letter, vector: Signature | None, restricted: bool
) -> list[Link]:
    """Return the scored pairs of a letter with stored ones; accusations meet accusations only.

    Compared are the letters whose texts are near, and those that somebody who wrote this one wrote too: the facts
    decide in either case. Must run before its transaction writes, because the index takes in what it reads.
    """
    if vector is None:
        return []
    engine.catch_up(connection)
    near = engine.nearest(vector, restricted, MOST_COMPARED, NEAR_FROM)
    same_people = letter_queries.letters_by_the_same(connection, letter.petitioners, restricted)
    rows = letter_queries.letters_by_id(connection, sorted({*near, *same_people} - {letter.id}))
    others = [letter_of_row(row) for row in rows.values() if row.restricted == restricted]
    relations = engine.relate(letter, others)
    scored = [
        (other.id, round(relation.score, DIGITS), relation) for other, relation in zip(others, relations, strict=True)
    ]
    return [
        Link(min(letter.id, other), max(letter.id, other), score, relation.name)
        for other, score, relation in scored
        if score >= LINK_FROM
    ]


def join_matter(
    connection: Connection, letter: Letter, restricted: bool, found: Sequence[Link], why: Why = ARRIVED
) -> Place:
    """Find the matter of a letter that is about to be stored, moving stored letters where it changes their matters."""
    near = [link.other(letter.id) for link in found if link.score >= JOIN_FROM]
    if not near:
        return Place(open_matter(connection, restricted), "first")
    return settle(connection, circle_of(connection, near), why, newcomer=letter, found=found)[letter.id]
