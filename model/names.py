"""Named things in a letter (estates, villages, roads, firms ...), found by their endings, not by a dictionary."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import cn2an

from model.reading import READ_TOGETHER, REGION_CODE
from model.text import without_traps
from model.words.tables import table

_LONGEST = 8


class Name(NamedTuple):
    """A named thing: `kind` of the table, `stem` before the ending, place [start, end) in the clean text.

    `grams` are the character pairs of the stem, by which misspelt and shortened names still meet. A tuple, because it
    is made three times as fast.
    """

    kind: str
    stem: str
    start: int
    end: int
    grams: frozenset[str]

    def meets(self, other: "Name") -> bool:
        """Say whether a name has at least half of the character pairs of the other or the other of its own."""
        return 2 * len(self.grams & other.grams) >= min(len(self.grams), len(other.grams))


@cache
def _pattern() -> re.Pattern[str]:
    content = table("names")
    stem = f"[^{content['stops']}\\W_]{{1,{_LONGEST}}}?"
    kinds = sorted(content["kinds"].items(), key=lambda item: item[0])
    endings = "|".join(f"(?P<{kind}>{ending})" for kind, ending in kinds)
    return re.compile(f"(?P<stem>{stem})(?:{endings})")


@cache
def _general() -> re.Pattern[str]:
    return re.compile(table("names")["general"])


@cache
def _plain_estates() -> frozenset[str]:
    """Return the endings of estates that the table spells out; others hold the last character of the name."""
    return frozenset(table("names")["kinds"]["estate"].split("|"))


@lru_cache(maxsize=READ_TOGETHER)
def find_names(text: str) -> tuple[Name, ...]:
    """Return the named things of a clean text; the stem may hold a few characters too many or too few."""
    return tuple(_named(text))


def _named(text: str) -> Iterator[Name]:
    for match in _pattern().finditer(without_traps(text, (REGION_CODE,))):
        kind = match.lastgroup
        stem = match["stem"]
        ending = match.group()[len(stem) :]
        if kind == "estate" and len(ending) == 2 and ending not in _plain_estates():
            stem += ending[0]
        if kind and len(stem) >= 1 and not _general().search(stem):
            yield Name(kind, stem, match.start(), match.end(), name_grams(stem))


@cache
def _numbered() -> re.Pattern[str]:
    endings = "|".join(table("names")["numbered"])
    return re.compile(rf"(\d+|[一二三四五六七八九十]{{1,3}})({endings})")


def numbered_things(text: str) -> frozenset[tuple[str, str]]:
    """Return the things of a clean text that a number tells apart (1号线, 805路, 五组), each as ending and number."""
    return frozenset((match[2], _digits(match[1])) for match in _numbered().finditer(text))


def _digits(number: str) -> str:
    return number if number[0].isdigit() else str(cn2an.cn2an(number, "smart"))


def name_grams(stem: str) -> frozenset[str]:
    """Return the character pairs of a stem, by which misspelt and shortened names still meet."""
    return frozenset(stem[i : i + 2] for i in range(len(stem) - 1)) or frozenset({stem})
