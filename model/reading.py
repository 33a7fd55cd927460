"""A letter read once: its clean text and its words. Every feature and cue works from it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import segment
from model.text import CleanText, clean_text, code_points

PAGE_SIZE = 128
# Several parts read a letter, one after the other, and keep what they find for those behind them; of letters that come
# at the same time about so many are read together.
READ_TOGETHER = 64
# No clean text holds this character.
_GAP = "\0"
# An anonymised region (A3区, K县). A segmenter would join its last character to the name behind it.
REGION_CODE = re.compile(r"(?<![a-z0-9])([a-z]\d{0,3}[省市区县州镇乡])")


@dataclass(frozen=True, slots=True)
class Reading:
    """A clean text and its words; word i stands at [bounds[i], bounds[i + 1]) of the clean text."""

    clean: CleanText
    words: tuple[str, ...]
    bounds: NDArray[np.int32]


@lru_cache(maxsize=READ_TOGETHER)
def read(text: str, segmenter: segment.Name = segment.DEFAULT) -> Reading:
    """Clean and segment a text."""
    clean = clean_text(text)
    cut = segment.segmenter(segmenter).cut
    pieces = REGION_CODE.split(clean.text)
    words = cut(pieces[0])
    for code, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        words += [code, *cut(piece)]
    return Reading(clean, tuple(words), bounds_of(words))


def bounds_of(words: Sequence[str]) -> NDArray[np.int32]:
    """Return where each word begins and the last one ends; faster than asking every word for its length."""
    gaps = np.flatnonzero(code_points(_GAP.join(["", *words, ""])) == 0)
    return (gaps - np.arange(len(gaps))).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Page:
    """Readings laid one behind the other, so that NumPy works on many letters at once.

    A place on the page counts characters from its beginning; letter i stands at [bounds[i], bounds[i + 1]).
    `origins` says for each character where it stands in the original of its letter.
    """

    readings: tuple[Reading, ...]
    bounds: NDArray[np.int32]
    points: NDArray[np.uint32]
    origins: NDArray[np.int32]
    letters: NDArray[np.int32]
    word_starts: NDArray[np.int32]
    word_ends: NDArray[np.int32]
    word_letters: NDArray[np.int32]

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> "Page":
        """Lay readings on a page."""
        numbers = np.arange(len(readings), dtype=np.int32)
        bounds = np.zeros(len(readings) + 1, np.int32)
        np.cumsum([len(reading.clean.points) for reading in readings], out=bounds[1:])
        words = [reading.bounds + first for reading, first in zip(readings, bounds, strict=False)]
        return cls(
            readings=tuple(readings),
            bounds=bounds,
            points=_laid([reading.clean.points for reading in readings], np.uint32),
            origins=_laid([reading.clean.starts for reading in readings], np.int32),
            letters=np.repeat(numbers, np.diff(bounds)),
            word_starts=_laid([places[:-1] for places in words], np.int32),
            word_ends=_laid([places[1:] for places in words], np.int32),
            word_letters=np.repeat(numbers, [len(reading.words) for reading in readings]),
        )


def _laid(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def pages(readings: Iterable[Reading]) -> Iterator[Page]:
    """Lay readings on pages of 128 letters, few enough for the arrays to stay near the processor."""
    source = iter(readings)
    while chosen := list(islice(source, PAGE_SIZE)):
        yield Page.of(chosen)
