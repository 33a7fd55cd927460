"""Which words are ordinary: what is left of a letter without them are mostly the names of places, firms and people."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from model.ngrams import Hashes, Occurrences, single_words
from model.reading import Page, Reading, bounds_of
from model.text import CleanText, code_points, is_han

# Parts of speech of jieba's dictionary that mark names: of people, places, bodies and other proper names.
_NAMES = re.compile(r"nr|ns|nt|nz")
# A single character below this share of all text stands in a name more often than for itself.
_RARE_CHARACTER = 7e-5
_BATCH = 20_000


class Lexicon:
    """Know the ordinary words of jieba's dictionary by their hashes.

    Learned: `hashes_` in ascending order.
    """

    def fit(self) -> "Lexicon":
        """Read jieba's dictionary."""
        self.hashes_ = _ordinary_hashes()
        return self

    def is_ordinary(self, words: Occurrences) -> NDArray[np.bool_]:
        """Say which occurrences of words are ordinary words."""
        places = np.minimum(np.searchsorted(self.hashes_, words.hashes), len(self.hashes_) - 1)
        return np.asarray(self.hashes_[places] == words.hashes)

    def is_specific(self, page: Page, words: Occurrences) -> NDArray[np.bool_]:
        """Say which occurrences of words are mostly names: words in Chinese characters that are not ordinary."""
        return starts_with_han(page, words) & ~self.is_ordinary(words)


@cache
def _ordinary_hashes() -> Hashes:
    words = list(_ordinary_words())
    pages = (Page.of([_reading_of(words[i : i + _BATCH])]) for i in range(0, len(words), _BATCH))
    return np.unique(np.concatenate([single_words(page).hashes for page in pages]))


def _ordinary_words() -> Iterator[str]:
    dictionary = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8")
    entries = [line.split() for line in dictionary.splitlines()]
    total = sum(int(count) for _, count, _ in entries)
    for word, count, speech in entries:
        if not _NAMES.match(speech) and (len(word) > 1 or int(count) > _RARE_CHARACTER * total):
            yield word.lower()


def _reading_of(words: Sequence[str]) -> Reading:
    """Return a reading of words that stand one on a line."""
    lines = [part for word in words for part in (word, "\n")]
    points = code_points("".join(lines))
    clean = CleanText("".join(lines), points, np.arange(len(points), dtype=np.int32))
    return Reading(clean, tuple(lines), bounds_of(lines))


def starts_with_han(page: Page, words: Occurrences) -> NDArray[np.bool_]:
    """Say which occurrences begin with a Chinese character: numbers and codes do not."""
    return is_han(page.points[words.starts])
