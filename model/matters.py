"""What a letter is to its matter: pure functions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from model.records import Letter, RelationName, Verdict

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


def _order(letter: Letter) -> tuple[datetime, str]:
    return (letter.received_at or LAST, letter.id)


def _is_copy(letter: Letter, earlier: Letter, relation: RelationName | None) -> bool:
    if relation != "same_text":
        return False
    elsewhere = letter.addressee != earlier.addressee or letter.channel != earlier.channel
    if letter.received_at is None or earlier.received_at is None:
        return elsewhere
    return elsewhere and abs(letter.received_at - earlier.received_at) <= COPY_WITHIN
