"""What a letter says, clause by clause, in words that name nobody and no place."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from model.cues import class_pattern, readable
from model.names import find_names
from model.reading import Reading
from model.records import LONGEST_QUOTE
from model.words.tables import table

_CLAUSE = re.compile(r"[^,。;!?\n:]+[,。;!?\n:]*")
_ENDS_SENTENCE = re.compile(r"[。!?\n]")
_NUMBER = re.compile(r"(?:[\d.,]+|[一二两三四五六七八九十百千万零几数多余上近]+)[名位个户人家口次年月日天元块]?")
# Longer stretches without a mark are cut, so that two of them can be quoted.
LONGEST_CLAUSE = LONGEST_QUOTE // 2
# Words at most so far apart make a pair.
FARTHEST = 4
_NAMELESS = "<name>"
_GOVERNING = ("<authority>", "<official>")
_TELLING = ("<group>", "<petition>", "<refusal>", "<banner>", "<clash>", "<unrest>", "<crowd>")
_GOING = ("去", "到", "找", "跑")
# Words for the public at large, which stand in every complaint about those who govern.
_ANYBODY = ("群众", "老百姓", "百姓", "大家")


@dataclass(frozen=True, slots=True)
class Utterances:
    """The clauses of a letter and the terms in them.

    Clause i stands at [bounds[i, 0], bounds[i, 1]) of the clean text and is the first of its sentence where `opens[i]`
    is true; term j is in clause `clauses[j]`.
    """

    terms: tuple[str, ...]
    clauses: NDArray[np.int64]
    bounds: NDArray[np.int64]
    opens: NDArray[np.bool_]

    @classmethod
    def joined(cls, letters: Sequence["Utterances"]) -> "Utterances":
        """Lay letters one behind the other, so that NumPy works on many at once."""
        firsts = np.cumsum([0, *(len(letter.bounds) for letter in letters)])
        return cls(
            tuple(chain.from_iterable(letter.terms for letter in letters)),
            np.concatenate([letter.clauses + first for letter, first in zip(letters, firsts, strict=False)]),
            np.concatenate([letter.bounds for letter in letters]),
            np.concatenate([letter.opens for letter in letters]),
        )

    def passage(self, clause: int) -> tuple[int, int]:
        """Return where a clause stands in the clean text, with the one before it in its sentence if both are short."""
        end = int(self.bounds[clause, 1])
        start = int(self.bounds[clause if self.opens[clause] else clause - 1, 0])
        return (start if end - start <= LONGEST_QUOTE else int(self.bounds[clause, 0])), end


def utterances(reading: Reading, words: Collection[str]) -> Utterances:
    """Return the clauses of a letter with their terms.

    A term is one of the given words or the name of a class of words: groups, doings, authorities, officials, numbers.
    Names of persons, places and bodies are no terms, and a sentence that only speaks of those who govern has none, so
    that nothing judged by terms depends on names or on criticism.
    """
    text = reading.clean.text
    bounds = np.asarray(list(_clauses(text)), np.int64).reshape(-1, 2)
    found = list(_terms(reading, words)) if len(bounds) else []
    places = np.asarray([place for _, place in found], np.int64)
    clauses = np.maximum(np.searchsorted(bounds[:, 0], places, side="right") - 1, 0)
    ends = [bool(_ENDS_SENTENCE.search(text, int(start), int(end))) for start, end in bounds]
    opens = np.asarray([True, *ends][: len(bounds)], bool)
    told = _tells(found, np.cumsum(opens)[clauses].tolist(), text)
    return Utterances(
        tuple(term for (term, _), kept in zip(found, told, strict=True) if kept), clauses[told], bounds, opens
    )


def _tells(found: Sequence[tuple[str, int]], sentences: Sequence[int], text: str) -> NDArray[np.bool_]:
    """Say of each term whether its sentence speaks of more than those who govern and people in general."""
    said: dict[int, set[str]] = {}
    for (term, place), sentence in zip(found, sentences, strict=True):
        anybody = term == "<group>" and text.startswith(_ANYBODY, place)
        said.setdefault(sentence, set()).add("" if anybody else term)
    told = {sentence: _is_told(terms) for sentence, terms in said.items()}
    return np.asarray([told[sentence] for sentence in sentences], bool)


def _is_told(terms: set[str]) -> bool:
    """Say whether a sentence of these terms tells more than what somebody thinks of those who govern."""
    went = "<self>" in terms and not terms.isdisjoint(_GOING)
    return terms.isdisjoint(_GOVERNING) or went or not terms.isdisjoint(_TELLING)


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    for match in _CLAUSE.finditer(text):
        if match.group().strip():
            for start in range(match.start(), match.end(), LONGEST_CLAUSE):
                yield start, min(start + LONGEST_CLAUSE, match.end())


def _terms(reading: Reading, words: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield the terms of a letter with their places; a word that touches a passage of a class gives way to it."""
    classes = _classes(reading.clean.text)
    marked = bytes(map(bool, classes))
    last = ""
    for word, start in zip(reading.words, reading.bounds[:-1].tolist(), strict=True):
        first = marked.find(1, start, start + len(word))
        touched = [one for one in classes[first : start + len(word)] if one] if first >= 0 else ()
        # A segmenter may join the beginning of a name to the word before it.
        free = word[: first - start] if touched else word
        if _NUMBER.fullmatch(free):
            yield "<number>", start
        elif free in words:
            yield free, start
        for one in dict.fromkeys(touched):
            if one != last and not one.startswith(_NAMELESS):
                yield one.partition("@")[0], start
        last = touched[-1] if touched else ""


def _classes(text: str) -> list[str]:
    """Return for each character the class of its passage, with the place where that begins; empty for none.

    Named places and bodies that belong to no class are a class of their own, which says nothing.
    """
    legible = readable(text)
    classes = [""] * len(text)
    spans = [
        (f"<{name}>", *match.span())
        for name in table("group_visit")["terms"]
        for match in class_pattern(name).finditer(legible)
    ]
    spans += [(_NAMELESS, name.start, name.end) for name in find_names(text)]
    for name, start, end in spans:
        if not any(classes[start:end]):
            classes[start:end] = [f"{name}@{start}"] * (end - start)
    return classes


@cache
def common_words() -> frozenset[str]:
    """Return what may become terms: the words of jieba's dictionary that are no names of persons, places or bodies.

    Of single characters, which are what a segmenter leaves of a name, only those of the table count.
    """
    lines = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines()
    entries = (line.split(" ") for line in lines)
    longer = {entry[0] for entry in entries if len(entry[0]) > 1 and entry[2][:2] not in ("nr", "ns", "nt", "nz")}
    return frozenset(longer | set(table("group_visit")["characters"]))
