"""A clean copy of a letter's text for reading by machine, and the way back to the original."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

from model.words.tables import patterns

BLANK = "\u25a1"
_ZERO_WIDTH = {"Cf", "Cc", "Co", "Cs"}
_ODD_QUOTES = str.maketrans("「」『』〝〞‘’＂", "“”“”“”“”“")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A normalised copy; position i came from `original[starts[i]:ends[i]]`."""

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where the clean passage [start, end) stands in the original; both ends must lie in the text."""
        return int(self.starts[start]), int(self.ends[end - 1])


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


class _CharacterTable(dict[int, str]):
    """Maps a code point to its clean form, worked out once for each character that occurs."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        if character in "\n\t\r ":
            clean = "\n" if character in "\n\r" else " "
        elif unicodedata.category(character) in _ZERO_WIDTH:
            clean = ""
        else:
            folded = unicodedata.normalize("NFKC", character.translate(_ODD_QUOTES)).lower()
            clean = "".join(_simplifier().convert(part) for part in folded)
        self[point] = clean
        return clean


_CHARACTERS = _CharacterTable()


def clean_text(text: str) -> CleanText:
    """Normalise text (NFKC, simplified, lower case) and drop what copied web pages bring.

    Control and zero-width characters, HTML remains, page chrome and pinyin in brackets after a character vanish;
    offsets lead back to the original code points.
    """
    parts = [_CHARACTERS[ord(character)] for character in text]
    clean = "".join(parts)
    lengths = np.fromiter(map(len, parts), np.int32, len(parts))
    starts = np.repeat(np.arange(len(parts), dtype=np.int32), lengths)
    keep = np.ones(len(clean), bool)
    for pattern in _remains():
        for match in pattern.finditer(clean):
            keep[match.start() : match.end()] = False
    if not keep.all():
        clean = "".join(character for character, kept in zip(clean, keep, strict=True) if kept)
        starts = starts[keep]
    return CleanText(clean, starts, starts + 1)


@cache
def _remains() -> tuple[re.Pattern[str], ...]:
    return tuple(patterns("page_remains"))


def without_traps(text: str, traps: Iterable[re.Pattern[str]]) -> str:
    """Return a text of the same length in which no word of a trap can be read."""
    for trap in traps:
        text = trap.sub(lambda match: BLANK * len(match.group()), text)
    return text


def han_count(text: str) -> int:
    """Count the Chinese characters of a text."""
    return sum("\u4e00" <= character <= "\u9fff" for character in text)
