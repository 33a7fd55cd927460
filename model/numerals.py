"""How many people or households a text states, in digits and Chinese numerals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cn2an import cn2an

from model.records import People
from model.words.tables import table

SMALLEST_GROUP = 5
LARGEST_COUNT = 100_000_000
# What a number counts is said at most so many characters before it.
FARTHEST = 10
_DIGITS = "一二三四五六七八九"
# At most twelve signs, and none before them: a long run of numerals is no number and must not cost time.
_SIGNS = "一二两三四五六七八九十百千万零〇"
_NUMBER = rf"(?<![\d{_SIGNS}])(?<!\d[.,])(?:\d千\d百|\d{{1,9}}(?:[,.]\d{{1,3}}){{0,3}}[万千百]?|[{_SIGNS}]{{1,12}})"
_MIXED = re.compile(r"(\d+)千(\d+)百$")
_RANGE = re.compile(f"([{_DIGITS}])([两{_DIGITS}])(?=[十百千万]|$)")


@dataclass(frozen=True, slots=True)
class StatedPeople:
    """A number of people with its place in the clean text."""

    start: int
    end: int
    people: People


def number_of(numeral: str) -> int | None:
    """Return the value of a numeral such as 1,200, 1.2万, 二百三十, 千 or 三四十 (its lower end), or None."""
    plain = _RANGE.sub(r"\1", numeral.replace(",", ""))
    mixed = _MIXED.match(plain)
    if mixed:
        return int(mixed[1]) * 1000 + int(mixed[2]) * 100
    if plain and plain[0] in "百千万":
        plain = "一" + plain
    if not plain:
        return None
    try:
        value = int(cn2an(plain, "smart"))
    except (ValueError, KeyError, OverflowError):
        return None
    return value if value <= LARGEST_COUNT else None


@cache
def _pattern() -> re.Pattern[str]:
    cues = table("group_visit")["people"]
    return re.compile(
        rf"(?P<vague>几|(?<![人户总家])数|好几|若干|成)?上?(?P<number>{_NUMBER})(?:多|余|来|几)?(?:个)?"
        rf"(?:(?P<household>{cues['households']})|(?P<person>{cues['persons']}))"
    )


@cache
def _not_sharing() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what must not stand just before a number, and what must not follow it."""
    cues = table("group_visit")["people"]
    return re.compile(f"(?:{cues['not_before']})$"), re.compile(cues["not_sharing"])


def stated_people(text: str) -> Iterator[StatedPeople]:
    """Yield every exact number, five or more, of people or households in a clean text.

    几百户 is no number; 近千名 is 1,000; numbers of injured, officials and the like do not count.
    """
    before, counted = _not_sharing()
    for match in _pattern().finditer(text):
        count = number_of(match["number"])
        if match["vague"] or count is None or count < SMALLEST_GROUP:
            continue
        if before.search(text[max(0, match.start() - FARTHEST) : match.start()]) or counted.search(
            text[match.start() : match.end() + 6]
        ):
            continue
        people = People(count, "household") if match["household"] else People(count, "person")
        yield StatedPeople(match.start(), match.end(), people)
