"""What the fields of a letter tell of persons, in the forms in which its text may repeat it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from model.segment import segmenter
from model.words.tables import table
from service.quotes import compiled

Kind = Literal["name", "accused", "address", "number"]

_LONGEST = 60
# A number, or the numbers of an address, that stand for somebody even alone.
_SHORTEST = 5
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys((0x3000, 0xA0, 0x09), 0x20)
_NARROW |= dict.fromkeys((0xFF0D, *range(0x2010, 0x2016), 0x2212), 0x2D)
_NOISE = re.compile(r"[\s-]+")
_PARTS = re.compile(r"[\s,;:/()\[\]、。]+")
_PAUSE = re.compile("[·•・.]")


class Place(NamedTuple):
    """A known form in a text: its first `kept` signs may be read."""

    start: int
    end: int
    kind: Kind
    kept: int


class Forms:
    """Find what the fields tell of persons, however it is spaced, in time that grows with the text."""

    def __init__(self, petitioners: Iterable[str | Mapping[str, Any]], accused: Iterable[str]) -> None:
        self._forms: dict[str, tuple[Kind, int]] = {}
        for name in accused:
            self._add_all(_names_of_accused(name), "accused")
        for i, person in enumerate(petitioners):
            if isinstance(person, Mapping):
                self._add_person(person)
            elif i and _is_name(person):
                self._add_all([person], "name")
        firsts = {form[0] for form in self._forms}
        self._lengths: dict[str, list[int]] = {sign: [] for sign in firsts}
        for form in sorted(self._forms, key=len, reverse=True):
            if len(form) not in self._lengths[form[0]][-1:]:
                self._lengths[form[0]].append(len(form))
        self._first = re.compile("[" + "".join(map(re.escape, sorted(firsts))) + "]") if firsts else None

    def _add_person(self, person: Mapping[str, Any]) -> None:
        if name := person.get("name"):
            self._add_all([name, *_PAUSE.split(name)], "name")
        for field in ("id_number", "phone"):
            if (number := _spelt(person.get(field) or "")) and len(number) >= _SHORTEST:
                self._forms[number] = ("number", 0)
        for form, kept in _forms_of_address(_spelt(person.get("address") or "")):
            self._forms.setdefault(form[:_LONGEST], ("address", kept))

    def _add_all(self, names: Iterable[str], kind: Kind) -> None:
        for name in names:
            if len(form := _spelt(name)[:_LONGEST]) > 1:
                self._forms.setdefault(form, (kind, 1))

    def places(self, plain: str) -> Iterator[Place]:
        """Yield where the forms stand in a text of half-width signs, the longest at each place."""
        if self._first is None:
            return
        at = [i for i, sign in enumerate(plain) if not (sign.isspace() or sign == "-")]
        text = plain.lower() if len(at) == len(plain) else "".join(plain[i] for i in at).lower()
        if len(text) != len(at):
            text = "".join(plain[i] for i in at)
        inside: set[tuple[int, int]] | None = None
        end = 0
        for match in self._first.finditer(text):
            start = match.start()
            form = self._at(text, start) if start >= end else None
            if form is None:
                continue
            kind, kept = self._forms[form]
            if kind in ("name", "accused") and _is_word(form):
                inside = _words(text) if inside is None else inside
                if _is_covered(inside, start, start + len(form)):
                    continue
            end = start + len(form)
            yield Place(at[start], at[end - 1] + 1, kind, at[start + kept - 1] + 1 - at[start] if kept else 0)

    def _at(self, text: str, start: int) -> str | None:
        """Return the longest form that begins at a place and does not end within a number or a Latin word."""
        for length in self._lengths[text[start]]:
            form = text[start : start + length]
            if form in self._forms and not _runs_on(text, start, start + length):
                return form
        return None


def narrow(text: str) -> str:
    """Return a text of the same length in half-width letters, digits, spaces and dashes."""
    return text.translate(_NARROW)


def _spelt(value: str) -> str:
    return _NOISE.sub("", narrow(value)).lower()


def _runs_on(text: str, start: int, end: int) -> bool:
    """Say whether a number or Latin word begins before a place or ends behind it."""
    return _joined(text[max(0, start - 1) : start + 1]) or _joined(text[end - 1 : end + 1])


def _joined(pair: str) -> bool:
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


def _is_name(value: str) -> bool:
    """Say whether a co-signer without fields is given by name, not by an opaque key."""
    return len(value) <= _LONGEST and not any(sign.isdigit() or sign in "_-@:/" for sign in value)


def _is_word(form: str) -> bool:
    """Say whether a name is also a word: such a name is looked for outside longer words only."""
    tagged = segmenter().tagged(form)
    return len(tagged) == 1 and not tagged[0][1].startswith(("nr", "x"))


def _words(text: str) -> set[tuple[int, int]]:
    """Return the places of the words of a text that are longer than two signs."""
    found, start = set(), 0
    for word in segmenter().cut(text):
        if len(word) > 2:
            found.add((start, start + len(word)))
        start += len(word)
    return found


def _is_covered(words: set[tuple[int, int]], start: int, end: int) -> bool:
    reach = range(5)
    return any((start - before, end + behind) in words for before in reach for behind in reach if before or behind)


def _forms_of_address(address: str) -> Iterator[tuple[str, int]]:
    """Yield an address, what it tells below each region, and its numbers, each with how much is kept: the place.

    A place without the number of a house is no address of anybody: matters are about places.
    """
    house = _rules()["house"].search(address)
    if house is None:
        return
    yield address, house.start()
    for region in _rules()["region"].finditer(address, 0, house.start()):
        if region.end() < house.start():
            yield address[region.end() :], house.start() - region.end()
    if len(numbers := address[house.start() :]) >= _SHORTEST:
        yield numbers, 0


def _names_of_accused(value: str) -> list[str]:
    """Return the names of persons that a field of the accused holds, beside titles and units; a unit alone is none."""
    rules = _rules()
    names = []
    for part in _PARTS.split(narrow(value)):
        titled = rules["titled"].fullmatch(part)
        for said in (titled["name"] if titled else part, part):
            if rules["person"].fullmatch(said):
                names.append(said)
            elif (behind := rules["behind"].fullmatch(said)) is not None:
                names.append(behind["name"])
        if not titled and not names and part and not rules["unit"].fullmatch(part):
            names.append(part)
    return names


@cache
def _rules() -> Mapping[str, re.Pattern[str]]:
    content = table("personal")
    return {name: compiled(content[name]) for name in ("house", "region", "unit", "person", "titled", "behind")}
