"""What a letter is to its matter: pure functions."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from model.records import Letter, RelationName, Verdict

COPY_WITHIN = timedelta(days=30)
LAST = datetime.max.replace(tzinfo=UTC)


def verdicts(matter: Iterable[Letter], relations: Mapping[str, Mapping[str, RelationName]]) -> dict[str, Verdict]:
    """Tell what each letter is to the other letters of its matter, by its id.

    The earliest is first. A same text to another addressee or over another channel within 30 days is a copy, which
    never counts as a repeat, unless others are known to have written it. A shared petitioner makes a repeat; anonymous
    letters share none. Otherwise it is joint. `relations` tells the relations of letters to others by the ids of both.
    """
    found: dict[str, Verdict] = {}
    earlier: dict[str, Letter] = {}
    wrote: set[str] = set()
    for letter in sorted(matter, key=_order):
        near = relations.get(letter.id, {})
        if not earlier:
            found[letter.id] = "first"
        elif any(_is_copy(letter, earlier[one], relation) for one, relation in near.items() if one in earlier):
            found[letter.id] = "copy"
        else:
            found[letter.id] = "joint" if wrote.isdisjoint(letter.petitioners) else "repeat"
        earlier[letter.id] = letter
        wrote |= letter.petitioners
    return found


def _order(letter: Letter) -> tuple[datetime, str]:
    return (letter.received_at or LAST, letter.id)


def _is_copy(letter: Letter, earlier: Letter, relation: RelationName | None) -> bool:
    others = letter.petitioners and earlier.petitioners and letter.petitioners.isdisjoint(earlier.petitioners)
    if relation != "same_text" or others:
        return False
    elsewhere = letter.addressee != earlier.addressee or letter.channel != earlier.channel
    if letter.received_at is None or earlier.received_at is None:
        return elsewhere
    return elsewhere and abs(letter.received_at - earlier.received_at) <= COPY_WITHIN
