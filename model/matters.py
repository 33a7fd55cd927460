"""What a letter is to its matter, and why people may come together about a matter: pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from model.records import LEVELS, Letter, People, RelationName, Verdict, VisitLevel

COPY_WITHIN = timedelta(days=30)
LAST = datetime.max.replace(tzinfo=UTC)


def verdict(letter: Letter, others: Sequence[Letter], relations: Mapping[str, RelationName]) -> Verdict:
    """Tell what a letter is to the other letters of its matter.

    The earliest is first. A same text to another addressee or over another channel within 30 days is a copy,
    which never counts as a repeat. A shared petitioner makes a repeat; anonymous letters share none. Otherwise it is
    joint. `relations` tells the relation of the letter to others by their id.
    """
    earlier = [other for other in others if _order(other) < _order(letter)]
    if not earlier:
        return "first"
    if any(_is_copy(letter, other, relations.get(other.id)) for other in earlier):
        return "copy"
    if any(letter.petitioners & other.petitioners for other in earlier):
        return "repeat"
    return "joint"


@dataclass(frozen=True, slots=True)
class Flag:
    """Why people may come together about a matter: about the matter, never about a person."""

    level: VisitLevel
    people: People | None
    petitioners: int
    letters: int
    reasons: tuple[str, ...]


def flag_of(visits: Iterable[Mapping[str, Any] | None], petitioners: Iterable[frozenset[str]], letters: int) -> Flag:
    """Join what the letters of a matter say of acting together.

    The level is the highest that a letter has; the number of people is the largest that a letter states, never a sum
    of claims that may overlap; `petitioners` counts different people who wrote; `letters` leaves out copies.
    """
    present = [visit for visit in visits if visit]
    level = LEVELS[max((LEVELS.index(visit["level"]) for visit in present), default=0)]
    stated = [visit["people"] for visit in present if visit["people"]]
    largest = max(stated, key=lambda people: int(people["count"]), default=None)
    codes = {reason["code"] for visit in present for reason in visit["reasons"]}
    return Flag(
        level=level,
        people=People(largest["count"], largest["unit"]) if largest else None,
        petitioners=len(frozenset[str]().union(*petitioners)),
        letters=letters,
        reasons=tuple(sorted(codes)),
    )


def _order(letter: Letter) -> tuple[datetime, str]:
    return (letter.received_at or LAST, letter.id)


def _is_copy(letter: Letter, earlier: Letter, relation: RelationName | None) -> bool:
    if relation != "same_text":
        return False
    elsewhere = letter.addressee != earlier.addressee or letter.channel != earlier.channel
    if letter.received_at is None or earlier.received_at is None:
        return elsewhere
    return elsewhere and abs(letter.received_at - earlier.received_at) <= COPY_WITHIN
