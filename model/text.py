"""A clean copy of a letter's text for reading by machine, and the way back to the original."""

import re
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

from model.words.tables import lines

BLANK = "\u25a1"
_ZERO_WIDTH = {"Cf", "Cc", "Co", "Cs"}
_ODD_QUOTES = str.maketrans("「」『』〝〞‘’＂", "“”“”“”“”“")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A normalised copy; character i came from `original[starts[i]]`. `points` holds its code points, uint32."""

    text: str
    points: NDArray[np.uint32]
    starts: NDArray[np.int32]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where the clean passage [start, end) stands in the original; both ends must lie in the text."""
        return int(self.starts[start]), int(self.starts[end - 1]) + 1


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def _clean_character(character: str) -> str:
    """Return what becomes of one character: nothing, one character or several."""
    if character in "\n\t\r ":
        return "\n" if character in "\n\r" else " "
    if unicodedata.category(character) in _ZERO_WIDTH:
        return ""
    folded = unicodedata.normalize("NFKC", character.translate(_ODD_QUOTES)).lower()
    return "".join(_simplifier().convert(part) for part in folded)


class _CharacterTable:
    """The clean form of every code point, worked out once for each that occurs.

    `firsts` holds the first code point of the clean form and `lengths` how many there are, -1 while unknown.
    """

    def __init__(self) -> None:
        self.firsts = np.zeros(sys.maxunicode + 1, np.uint32)
        self.lengths = np.full(sys.maxunicode + 1, -1, np.int8)
        self.longer: dict[int, NDArray[np.uint32]] = {}

    def learn(self, points: NDArray[np.uint32]) -> None:
        """Work out the clean forms of code points. The length is set last: another thread may be reading."""
        for point in np.unique(points).tolist():
            clean = code_points(_clean_character(chr(point)))
            if len(clean) > 1:
                self.longer[point] = clean
            if len(clean):
                self.firsts[point] = clean[0]
            self.lengths[point] = len(clean)

    def clean(self, points: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
        """Return the clean code points of a text, and for each the place that it came from."""
        lengths = self.lengths[points]
        if (lengths < 0).any():
            self.learn(points[lengths < 0])
            lengths = self.lengths[points]
        places = np.arange(len(points), dtype=np.int32)
        if (lengths == 1).all():
            return self.firsts[points], places
        starts = np.repeat(places, lengths)
        clean = self.firsts[points[starts]]
        ends = np.cumsum(lengths, dtype=np.int64)
        for place in np.flatnonzero(lengths > 1).tolist():
            clean[ends[place] - lengths[place] : ends[place]] = self.longer[int(points[place])]
        return clean, starts


_CHARACTERS = _CharacterTable()


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _text_of(points: NDArray[np.uint32]) -> str:
    return points.tobytes().decode("utf-32-le")


def clean_text(text: str) -> CleanText:
    """Normalise text (NFKC, simplified, lower case) and drop what copied web pages bring.

    Control and zero-width characters, HTML remains, page chrome and pinyin in brackets after a character vanish;
    offsets lead back to the original code points.
    """
    points, starts = _CHARACTERS.clean(code_points(text))
    clean = _text_of(points)
    found = [match.span() for sign, pattern in _remains() if sign in clean for match in pattern.finditer(clean)]
    if found:
        keep = np.ones(len(clean), bool)
        for start, end in found:
            keep[start:end] = False
        points, starts = points[keep], starts[keep]
        clean = _text_of(points)
    return CleanText(clean, points, starts)


@cache
def _remains() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of page remains, each with the characters that a text must hold to match it."""
    parts = (line.split(" ", 1) for line in lines("page_remains"))
    return tuple((sign, re.compile(pattern)) for sign, pattern in parts)


def without_traps(text: str, traps: Iterable[re.Pattern[str]]) -> str:
    """Return a text of the same length in which no word of a trap can be read."""
    for trap in traps:
        text = trap.sub(lambda match: BLANK * len(match.group()), text)
    return text


@cache
def _alphanumeric() -> NDArray[np.bool_]:
    every = range(sys.maxunicode + 1)
    return np.fromiter(map(str.isalnum, map(chr, every)), bool, len(every))


def is_word(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say of code points whether they belong to words and are no marks."""
    return _alphanumeric()[points]


def is_han(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which code points are Chinese characters."""
    return (points >= 0x4E00) & (points <= 0x9FFF)
