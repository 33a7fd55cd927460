"""Quotes of letters for cards, lists and exports of matters: what was said, without who, when and where.

A flag must not become a prediction of who comes, when and where to. So names, numbers of persons and accounts, dates,
times, days and destinations are hidden, sign by sign; how many people and what they do stays readable.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

from model.segment import segmenter
from model.words.tables import table

HIDDEN = "＊"
_PART = re.compile(r"<<(\w+)>>")
_GROUPS = ("dates", "days", "times", "places", "persons")


@dataclass(frozen=True)
class _Rules:
    kept: tuple[re.Pattern[str], ...]
    sure: tuple[re.Pattern[str], ...]
    hidden: tuple[re.Pattern[str], ...]
    surname: re.Pattern[str]
    sure_surname: re.Pattern[str]
    no_person: re.Pattern[str]
    motion: re.Pattern[str]


@dataclass(frozen=True)
class _View:
    """A text as it is searched, with the place of each of its signs in the quote."""

    text: str
    places: Sequence[int]


def masked_quote(text: str, names: Iterable[str] = ()) -> str:
    """Return a quote of the same length in which ＊ hides who, when and where.

    `names` are those that the letter itself gives of petitioners and accused. They are hidden wherever they stand;
    other names only where words beside them or the tagger tell. Hidden are also numbers of phones, persons and cards,
    dates, days, times, and where people go. Stated numbers of people, and words for what people do, stay.
    """
    known = _known(names)
    hidden = {place for view in _views(text) for place in _hidden(view, known)}
    return "".join(HIDDEN if i in hidden and not sign.isspace() else sign for i, sign in enumerate(text))


def _views(text: str) -> Iterator[_View]:
    """Yield the text in half-width signs, and again without spaces inside words, as scanners leave them."""
    plain = "".join(_narrow(sign) for sign in text)
    yield _View(plain, range(len(text)))
    places = [i for i, sign in enumerate(plain) if not sign.isspace()]
    if len(places) < len(plain):
        kept = {i for a, b in pairwise(places) if _apart(plain, a, b) for i in range(a + 1, b)}
        together = sorted({*places, *kept})
        yield _View("".join(plain[i] for i in together), together)


def _narrow(sign: str) -> str:
    folded = unicodedata.normalize("NFKC", sign)
    return folded if len(folded) == 1 else sign


def _apart(text: str, a: int, b: int) -> bool:
    """Say whether a space parts two numbers or Latin words, which must not run together."""
    return b > a + 1 and text[a].isascii() and text[b].isascii() and text[a].isalnum() and text[b].isalnum()


def _hidden(view: _View, known: re.Pattern[str] | None) -> Iterator[int]:
    rules = _rules()
    kept = set(_covered(rules.kept, view.text))
    hidden = set(_covered(rules.hidden, view.text))
    hidden |= set(_tagged(view.text, rules, hidden))
    sure = set(_covered((*rules.sure, *([known] if known else [])), view.text))
    return (view.places[i] for i in (hidden - kept) | sure)


def _covered(patterns: Iterable[re.Pattern[str]], text: str) -> Iterator[int]:
    for pattern in patterns:
        group = "hide" if "hide" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            yield from range(*match.span(group))


def _tagged(text: str, rules: _Rules, hidden: set[int]) -> Iterator[int]:
    """Yield the places of words that the tagger takes for persons, or for places that people go to."""
    words = segmenter().tagged(text)
    ends = list(accumulate(len(word) for word, _ in words))
    for (word, kind), end in zip(words, ends, strict=True):
        start = end - len(word)
        # Of two characters only the surest surnames make a name: too many words begin with the others.
        surname = rules.surname if len(word) == 3 else rules.sure_surname
        named = kind.startswith("nr") and len(word) in (2, 3, 4) and surname.match(word)
        if named and not rules.no_person.match(word):
            yield from range(start, end)
        if kind.startswith("ns") and (end in hidden or rules.motion.search(text[max(0, start - 3) : start])):
            yield from range(start, end)


def _known(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of names that are known, whole and, of three characters and more, without the surname."""
    spelt = {"".join(_narrow(sign) for sign in name if not sign.isspace()) for name in names}
    parts = {part for name in spelt for part in (name, *re.split("[·•・.]", name))}
    chinese = {name[1:] for name in spelt if len(name) == 3 and not name.isascii()}
    parts |= {part for part in chinese if not any(kept.fullmatch(part) for kept in _rules().kept)}
    found = sorted((part for part in parts if len(part) > 1), key=lambda part: (-len(part), part))
    spaced = (r"\s{0,3}".join(map(re.escape, part)) for part in found)
    return re.compile("|".join(spaced), re.IGNORECASE) if found else None


def compiled(expression: str) -> re.Pattern[str]:
    """Compile an expression in which <<name>> stands for a part of the table of quotes."""
    parts: dict[str, str] = table("quotes")["parts"]
    while _PART.search(expression):
        expression = _PART.sub(lambda match: f"(?:{parts[match[1]]})", expression)
    return re.compile(expression)


@cache
def _rules() -> _Rules:
    content = table("quotes")
    return _Rules(
        kept=tuple(compiled(expression) for expression in content["kept"]),
        sure=tuple(compiled(expression) for expression in content["sure"]),
        hidden=tuple(compiled(expression) for group in _GROUPS for expression in content[group]),
        surname=compiled("<<surname>>"),
        sure_surname=compiled("<<sure>>"),
        no_person=compiled(content["no_persons"]),
        motion=compiled("(?:<<motion>>)$"),
    )
