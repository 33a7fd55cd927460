"""Links new letters to those that may be of the same matter, and finds their matters."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from model.analyse import Analyser
from model.gathering import LINK_FROM, MOST_COMPARED, NEAR_FROM, Link
from model.profile import Profile
from model.records import Letter
from model.signatures import Signature
from model.similar import EmbeddedIndex, Entry
from service.circle import Coming
from service.engine import Engine
from service.preparing import Preparation
from service.queries import letters as letter_queries
from service.queries.thresholds import join_from
from service.regrouping import Place, Why, open_matter, settle

# Scores that differ only by the order of adding up must compare as equal.
DIGITS = 9
# So many pairs are compared at once: their letters lie in memory, a dozen kilobytes each.
PIECE = 256
# The ids of a letter and of one that came after it.
Pair = tuple[str, str]
ARRIVED = Why("a new letter changed what belongs together")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A letter that is about to be stored, with its vector, among accusations or among all others.

    `prepared` is what the version `model` has prepared of it for comparison, if one has.
    """

    letter: Letter
    vector: Signature | None
    restricted: bool
    prepared: bytes | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """Pairs that a version of the model has scored before the transaction that stores their letters."""

    model: str = ""
    scored: Mapping[Pair, Link] = field(default_factory=dict)


NOTHING = Ahead()


def compare_ahead(connection: Connection, engine: Engine, arrivals: Sequence[Arrival]) -> Ahead:
    """Score the pairs that `find_links` will ask for, as far as letters are known and prepared, while others may write.

    Comparing takes longest of all that follows reading, and one letter is stored at a time.
    """
    analyser = engine.analyser
    if analyser.relation is None:
        return NOTHING
    engine.catch_up(connection)
    # What is in the other compartment by now is not asked for later.
    near = zip(arrivals, _near(connection, engine, arrivals), strict=True)
    pairs = [(other, arrival.letter.id) for arrival, found in near for other in sorted(found)]
    prepared = _preparation(connection, analyser, arrivals).kept
    return Ahead(analyser.version, dict(_scored(analyser, pairs, prepared)))


def find_links(
    connection: Connection, engine: Engine, arrivals: Sequence[Arrival], ahead: Ahead = NOTHING
) -> list[list[Link]]:
    """Return the scored pairs of each letter with stored ones and with those that come before it in the sequence.

    Accusations meet accusations only. Compared are the letters whose texts are near, and those that somebody who wrote
    this one wrote too: the facts decide in either case. What was compared ahead is not compared again. The engine must
    have caught up before the transaction wrote.
    """
    analyser = engine.analyser
    if analyser.relation is None:
        return [[] for _ in arrivals]
    pairs = _pairs(connection, engine, arrivals)
    scored = dict(ahead.scored) if ahead.model == analyser.version else {}
    left = [pair for theirs in pairs for pair in theirs if pair not in scored]
    scored.update(_scored(analyser, left, _preparation(connection, analyser, arrivals).profiles))
    return [[scored[pair] for pair in theirs if scored[pair].score >= LINK_FROM] for theirs in pairs]


def _pairs(connection: Connection, engine: Engine, arrivals: Sequence[Arrival]) -> list[list[Pair]]:
    """Return for each letter the pairs to compare, the other letter first.

    No index knows what the transaction has moved among accusations, or away from there: the letters say where they are.
    """
    near = _near(connection, engine, arrivals)
    known = letter_queries.compartments_of(connection, set[str]().union(*near))
    known |= {arrival.letter.id: arrival.restricted for arrival in arrivals}
    return [
        [(other, arrival.letter.id) for other in sorted(found) if known.get(other) is arrival.restricted]
        for arrival, found in zip(arrivals, near, strict=True)
    ]


def _preparation(connection: Connection, analyser: Analyser, arrivals: Sequence[Arrival]) -> Preparation:
    given = {one.letter.id: one.letter for one in arrivals}
    packed = {one.letter.id: one.prepared for one in arrivals if one.prepared and one.model == analyser.version}
    return Preparation(connection, analyser, given, packed)


def _scored(
    analyser: Analyser, pairs: Sequence[Pair], prepared: Callable[[set[str]], Mapping[str, Profile]]
) -> Iterator[tuple[Pair, Link]]:
    """Yield the pairs of which both letters are prepared, scored."""
    for start in range(0, len(pairs), PIECE):
        profiles = prepared({one for pair in pairs[start : start + PIECE] for one in pair})
        piece = [(a, b) for a, b in pairs[start : start + PIECE] if a in profiles and b in profiles]
        relations = analyser.relate([(profiles[a], profiles[b]) for a, b in piece])
        for (a, b), relation in zip(piece, relations, strict=True):
            yield (a, b), Link(min(a, b), max(a, b), round(relation.score, DIGITS), relation.name)


def _near(connection: Connection, engine: Engine, arrivals: Sequence[Arrival]) -> list[set[str]]:
    """Return for each letter the ids of those to compare it with, in its compartment."""
    wrote: dict[tuple[str, bool], set[str]] = defaultdict(set)
    hashes = set[str]().union(*(arrival.letter.petitioners for arrival in arrivals))
    for row in letter_queries.letters_by_the_same(connection, hashes):
        wrote[row.hash, row.restricted].add(row.letter_id)
    # No index holds what has not committed.
    fresh = {False: EmbeddedIndex(), True: EmbeddedIndex()}
    found: list[set[str]] = []
    for letter, vector, restricted in ((one.letter, one.vector, one.restricted) for one in arrivals):
        near: set[str] = set()
        if vector is not None:
            near |= set(engine.nearest(vector, restricted, MOST_COMPARED, NEAR_FROM))
            near |= {one.id for one in fresh[restricted].search(vector, MOST_COMPARED, NEAR_FROM)}
            near |= set[str]().union(*(wrote[one, restricted] for one in letter.petitioners))
            fresh[restricted].add([Entry(letter.id, vector)])
        for one in letter.petitioners:
            wrote[one, restricted].add(letter.id)
        found.append(near - {letter.id})
    return found


def join_matters(
    connection: Connection, arrivals: Sequence[Arrival], found: Sequence[Sequence[Link]], why: Why = ARRIVED
) -> dict[str, Place]:
    """Find the matters of letters that are about to be stored together, moving stored letters where these change.

    Returns the places of those that join another letter; all others belong to nothing that is known.
    """
    places: dict[str, Place] = {}
    if not any(found):
        return places
    at_least = join_from(connection)
    for restricted in (False, True):
        links = [
            link for one, theirs in zip(arrivals, found, strict=True) if one.restricted is restricted for link in theirs
        ]
        touched = {end for link in links if link.score >= at_least for end in link.ends}
        fresh = [one.letter for one in arrivals if one.letter.id in touched]
        if fresh:
            stored = touched - {letter.id for letter in fresh}
            places |= settle(connection, stored, at_least, why, coming=Coming(fresh, links, restricted))
    return places


def join_matter(connection: Connection, arrival: Arrival, found: Sequence[Link]) -> Place:
    """Find the matter of a letter that is about to be stored; one that joins no other opens a matter."""
    places = join_matters(connection, [arrival], [found])
    return places.get(arrival.letter.id) or Place(open_matter(connection, arrival.restricted), "first")
