"""Hashed word and character n-grams of letters, counted with NumPy, with the place of each in the text.

The place is what evidence needs: a feature's weight can be laid back on the characters that made it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from model.segment import words
from model.text import CleanText, clean_text

BUCKET_BITS = 20
_BASE = np.uint64(0x9E3779B97F4A7C15)
_BASE_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(64 - BUCKET_BITS)
_MASKED_DIGITS = str.maketrans("123456789", "000000000")

Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Reading:
    """A letter read once: its clean text and its words. Every feature and cue works from it."""

    clean: CleanText
    words: tuple[str, ...]
    word_starts: tuple[int, ...]


def read(text: str) -> Reading:
    """Clean and segment a text."""
    clean = clean_text(text)
    cut, starts = words(clean.text)
    return Reading(clean, tuple(cut), tuple(starts))


def _prefix_hashes(text: str) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return running sums of `point * base**i` and the inverse powers, so that any passage hashes in one step."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64) + np.uint64(1)
    size = len(points)
    powers = np.full(size + 1, _BASE, np.uint64)
    powers[0] = 1
    inverses = np.full(size + 1, _BASE_INVERSE, np.uint64)
    inverses[0] = 1
    np.multiply.accumulate(powers, out=powers)
    np.multiply.accumulate(inverses, out=inverses)
    sums = np.zeros(size + 1, np.uint64)
    np.cumsum(points * powers[:-1], out=sums[1:])
    return sums, inverses


def _buckets(sums: NDArray[np.uint64], inverses: NDArray[np.uint64], starts: Places, ends: Places) -> NDArray[np.int32]:
    value = (sums[ends] - sums[starts]) * inverses[starts]
    value ^= value >> np.uint64(31)
    value *= _MIX
    return (value >> _SHIFT).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Features of one letter in the order of the text: bucket, and the clean passage [start, end) of each."""

    buckets: NDArray[np.int32]
    starts: Places
    ends: Places


def single_words(reading: Reading) -> Occurrences:
    """Return the letter's words."""
    return _hashed(reading, *_word_places(reading))


def word_occurrences(reading: Reading) -> Occurrences:
    """Return the letter's words and pairs of neighbouring words."""
    starts, ends = _word_places(reading)
    starts = np.concatenate([starts, starts[:-1]])
    ends = np.concatenate([ends, ends[1:]])
    return _hashed(reading, starts, ends)


def _word_places(reading: Reading) -> tuple[Places, Places]:
    named = [
        (start, start + len(word))
        for word, start in zip(reading.words, reading.word_starts, strict=True)
        if word[0].isalnum()
    ]
    places = np.array(named, np.int32).reshape(-1, 2)
    return places[:, 0], places[:, 1]


def character_occurrences(reading: Reading, sizes: Iterable[int] = (1, 2, 3)) -> Occurrences:
    """Return the letter's character n-grams of the given sizes; white space counts as a character."""
    length = len(reading.clean.text)
    firsts = [np.arange(max(0, length - size + 1), dtype=np.int32) for size in sizes]
    starts = np.concatenate(firsts)
    ends = np.concatenate([first + size for first, size in zip(firsts, sizes, strict=True)]).astype(np.int32)
    return _hashed(reading, starts, ends)


def _hashed(reading: Reading, starts: Places, ends: Places) -> Occurrences:
    sums, inverses = _prefix_hashes(reading.clean.text.translate(_MASKED_DIGITS))
    return Occurrences(_buckets(sums, inverses, starts, ends), starts, ends)


KINDS = {"word": word_occurrences, "character": character_occurrences}


class HashedTfidf:
    """Weigh hashed features by term frequency and inverse document frequency, one block for each kind.

    Follows scikit-learn's TfidfTransformer with `sublinear_tf=True` and L2 norm, on features that
    `min_df` letters or more contain.

    Learned: `columns_` maps a kind's bucket to its column or -1; `idf_` holds a weight for each column.
    """

    def __init__(self, kinds: Sequence[str] = ("word", "character"), min_df: int = 2) -> None:
        self.kinds = tuple(kinds)
        self.min_df = min_df
        self.columns_: dict[str, NDArray[np.int32]] = {}
        self.idf_: dict[str, NDArray[np.float32]] = {}

    def fit(self, readings: Sequence[Reading]) -> "HashedTfidf":
        """Learn which features to keep and their weights."""
        for kind in self.kinds:
            counts = np.zeros(1 << BUCKET_BITS, np.int64)
            for reading in readings:
                counts[np.unique(KINDS[kind](reading).buckets)] += 1
            kept = np.flatnonzero(counts >= self.min_df)
            columns = np.full(1 << BUCKET_BITS, -1, np.int32)
            columns[kept] = np.arange(len(kept), dtype=np.int32)
            self.columns_[kind] = columns
            self.idf_[kind] = (np.log((1 + len(readings)) / (1 + counts[kept])) + 1).astype(np.float32)
        return self

    @property
    def size(self) -> int:
        """Return the number of columns."""
        return sum(len(weights) for weights in self.idf_.values())

    def transform(self, readings: Sequence[Reading]) -> csr_matrix:
        """Return a matrix of shape (letters, size), each block of a row of length 1 or 0."""
        blocks = []
        for kind in self.kinds:
            rows = [self._row(kind, self.columns_[kind][KINDS[kind](reading).buckets]) for reading in readings]
            indices = np.concatenate([row[0] for row in rows])
            data = np.concatenate([row[1] for row in rows])
            offsets = np.cumsum([0, *(len(row[0]) for row in rows)])
            blocks.append(csr_matrix((data, indices, offsets), shape=(len(rows), len(self.idf_[kind]))))
        return csr_matrix(hstack(blocks, format="csr"))

    def _row(self, kind: str, found: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the distinct columns of a letter's features, -1 left out, and their values."""
        columns, counts = np.unique(found[found >= 0], return_counts=True)
        values = (1 + np.log(counts)).astype(np.float32) * self.idf_[kind][columns]
        norm = float(np.linalg.norm(values))
        return columns, values / np.float32(norm) if norm else values

    def occurrences(self, reading: Reading) -> Iterator[tuple[NDArray[np.int32], Places, Places, NDArray[np.float32]]]:
        """Yield for each kind the column, start, end and share of value of every known feature of a letter.

        A feature's value in `transform` is shared equally among its occurrences.
        """
        before = 0
        for kind in self.kinds:
            seen = KINDS[kind](reading)
            found = self.columns_[kind][seen.buckets]
            known = found >= 0
            columns, values = self._row(kind, found)
            place = np.searchsorted(columns, found[known])
            times = np.bincount(place, minlength=len(columns))
            shares = (values / np.maximum(times, 1))[place]
            yield found[known] + before, seen.starts[known], seen.ends[known], shares.astype(np.float32)
            before += len(self.idf_[kind])

    def known_share(self, reading: Reading) -> float:
        """Return the share, 0 to 1, of the letter's words and word pairs that were seen in training."""
        seen = word_occurrences(reading).buckets
        return float((self.columns_["word"][seen] >= 0).mean()) if len(seen) else 0.0
