"""Links a new letter to those that may be of the same matter, and finds its matter."""

from collections.abc import Sequence

from sqlalchemy import Connection

from model.gathering import JOIN_FROM, LINK_FROM, MOST_COMPARED, NEAR_FROM, Link
from model.records import Letter
from model.signatures import Signature
from model.similar import EmbeddedIndex, Entry
from service.engine import Engine
from service.queries import letters as letter_queries
from service.regrouping import Place, Why, circle_of, letter_of_row, open_matter, settle

# Scores that differ only by the order of adding up must compare as equal.
DIGITS = 9
ARRIVED = Why("a new letter changed what belongs together")


class Arrivals:
    """Letters stored in a transaction that has not committed: no index holds them, yet later ones may be like them."""

    def __init__(self) -> None:
        self._indexes = {False: EmbeddedIndex(), True: EmbeddedIndex()}

    def add(self, letter: Letter, vector: Signature | None, restricted: bool) -> None:
        """Take in a letter, among accusations or among all others."""
        if vector is not None:
            self._indexes[restricted].add([Entry(letter.id, vector)])

    def nearest(self, vector: Signature, restricted: bool) -> list[str]:
        """Return the ids of those that are near a vector."""
        return [near.id for near in self._indexes[restricted].search(vector, MOST_COMPARED, NEAR_FROM)]


def find_links(
    connection: Connection,
    engine: Engine,
    letter: Letter,
    vector: Signature | None,
    restricted: bool,
    arrivals: Arrivals | None = None,
) -> list[Link]:
    """Return the scored pairs of a letter with stored ones; accusations meet accusations only.

    Compared are the letters whose texts are near, and those that somebody who wrote this one wrote too: the facts
    decide in either case. The engine must have caught up before the transaction wrote; `arrivals` are the letters
    stored since.
    """
    if vector is None:
        return []
    near = engine.nearest(vector, restricted, MOST_COMPARED, NEAR_FROM)
    near += arrivals.nearest(vector, restricted) if arrivals else []
    same_people = letter_queries.letters_by_the_same(connection, letter.petitioners, restricted)
    rows = letter_queries.texts_by_id(connection, sorted({*near, *same_people} - {letter.id}))
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
