"""Knows again whom a letter accuses, person or unit, without keeping a name: by keyed hashes.

A caller is among the accused of a letter if the caller's name or unit stands in what the letter names as accused, or
if what it names is a part of the caller's unit: both 环保局 and 云河县环保局局长 mean somebody of 云河县环保局.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from service.keys import Keys

_SEPARATORS = re.compile(r"[\W_]+")
# Names are shorter; what is longer is no name and is known by its parts.
LONGEST = 40
LONGEST_PART = 20
SHORTEST_PART = 2
# A shorter part of a unit's name, such as 大队, means many units.
SHORTEST_UNIT = 3


def hashes_of(keys: Keys, accused: Iterable[str]) -> set[str]:
    """Return the hashes of whom a letter accuses: of each name as a whole, and of every part of it."""
    found = set()
    for given in accused:
        for name in _names(given):
            found.add(_hash(keys, "whole", name))
            found |= {_hash(keys, "part", part) for part in _parts(name, SHORTEST_PART, LONGEST_PART)}
    return found


def marks_of(keys: Keys, names: Iterable[str | None]) -> frozenset[str]:
    """Return the hashes by which a caller of these names, of person and unit, is known among the accused."""
    found = set()
    for given in names:
        name = _plain(given or "")[:LONGEST]
        if len(name) >= SHORTEST_PART:
            found.add(_hash(keys, "part", name[:LONGEST_PART]))
        found |= {_hash(keys, "whole", part) for part in _parts(name, SHORTEST_UNIT, LONGEST)}
    return frozenset(found)


def _names(given: str) -> set[str]:
    """Return a line as one name, and what stands between its separators."""
    words = [word for word in _SEPARATORS.split(unicodedata.normalize("NFKC", given).casefold()) if word]
    return {name[:LONGEST] for name in ("".join(words), *words) if name}


def _plain(given: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", given).casefold())


def _parts(name: str, shortest: int, longest: int) -> Iterator[str]:
    for start in range(len(name)):
        for end in range(start + shortest, min(len(name), start + longest) + 1):
            yield name[start:end]


def _hash(keys: Keys, kind: str, name: str) -> str:
    return keys.keyed_hash(f"accused {kind}", name)[:32]
