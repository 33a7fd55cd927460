"""Weighted features of letters, with the share of each place in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from model.ngrams import BUCKET_BITS, KINDS, Occurrences, Places
from model.reading import Page, Reading, pages

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Counted:
    """The known features of a page.

    `rows` has shape (letters, features); entry i of it belongs to letter `letters[i]`. Every occurrence names its entry
    (`entries`), its passage of the page and its share of the entry's value: equal for all occurrences of a feature.
    `known_share` is the share, 0 to 1, of each letter's words and word pairs that were seen in training.
    """

    rows: csr_matrix
    letters: Places
    entries: NDArray[np.int64]
    starts: Places
    ends: Places
    shares: Values
    known_share: Values


class HashedTfidf:
    """Weigh hashed features by term frequency and inverse document frequency, one block for each kind.

    Follows scikit-learn's TfidfTransformer with `sublinear_tf=True` and L2 norm, on features that
    `min_df` letters or more contain.

    With more `bits` fewer features share a bucket: 20 serve some thousand letters, an archive needs 22.

    Learned: `columns_` maps a kind's bucket to its column or -1, `idf_` holds a weight for each column, and `sizes_`
    the number of columns of each kind; the columns of a kind follow those of the kind before it.
    """

    def __init__(self, kinds: Sequence[str] = ("word", "character"), min_df: int = 2, bits: int = BUCKET_BITS) -> None:
        self.kinds = tuple(kinds)
        self.min_df = min_df
        self.bits = bits
        self.columns_: dict[str, Places] = {}

    def fit(self, readings: Iterable[Reading]) -> "HashedTfidf":
        """Learn which features to keep and their weights."""
        counts = {kind: np.zeros(1 << self.bits, np.int64) for kind in self.kinds}
        letters = 0
        for page in pages(readings):
            letters += len(page.readings)
            for kind in self.kinds:
                np.add.at(counts[kind], _distinct(KINDS[kind](page), self.bits), 1)
        kept = [np.flatnonzero(counts[kind] >= self.min_df) for kind in self.kinds]
        self.sizes_ = tuple(map(len, kept))
        for kind, buckets, end in zip(self.kinds, kept, accumulate(self.sizes_), strict=True):
            columns = np.full(1 << self.bits, -1, np.int32)
            columns[buckets] = np.arange(end - len(buckets), end, dtype=np.int32)
            self.columns_[kind] = columns
        frequency = np.concatenate([counts[kind][buckets] for kind, buckets in zip(self.kinds, kept, strict=True)])
        self.idf_ = (np.log((1 + letters) / (1 + frequency)) + 1).astype(np.float32)
        return self

    def only(self, kept: NDArray[np.intp]) -> "HashedTfidf":
        """Return features with these columns only, given in ascending order."""
        places = np.full(self.size + 1, -1, np.int32)
        places[kept] = np.arange(len(kept), dtype=np.int32)
        fewer = HashedTfidf(self.kinds, self.min_df, self.bits)
        fewer.columns_ = {kind: places[columns] for kind, columns in self.columns_.items()}
        fewer.idf_ = self.idf_[kept]
        fewer.sizes_ = tuple(np.bincount(self.kind_of(kept), minlength=len(self.kinds)).tolist())
        return fewer

    def cut(self, rows: csr_matrix, kept: NDArray[np.intp]) -> csr_matrix:
        """Return rows of these features as the features that `only` returns would make them."""
        fewer = csr_matrix(rows[:, kept])
        owners = np.repeat(np.arange(fewer.shape[0]), np.diff(fewer.indptr))
        values = self._of_length_1(fewer.data, owners, kept[fewer.indices])
        return csr_matrix((values, fewer.indices, fewer.indptr), shape=fewer.shape)

    @property
    def size(self) -> int:
        """Return the number of columns."""
        return sum(self.sizes_)

    def transform(self, readings: Iterable[Reading]) -> csr_matrix:
        """Return a matrix of shape (letters, size), each block of a row of length 1 or 0."""
        rows = [self.count(page).rows for page in pages(readings)]
        return vstack(rows, format="csr") if rows else csr_matrix(np.zeros((0, self.size), np.float32))

    def count(self, page: Page) -> Counted:
        """Return the features of a page with the place of each."""
        seen = [KINDS[kind](page) for kind in self.kinds]
        columns = [self.columns_[kind][each.buckets_of(self.bits)] for kind, each in zip(self.kinds, seen, strict=True)]
        known = [np.flatnonzero(each >= 0) for each in columns]
        letters = _chosen([each.letters for each in seen], known)
        entries, owners, entry_columns, times = _distinct_entries(letters, _chosen(columns, known), self.size)
        values = self._of_length_1((1 + np.log(times)) * self.idf_[entry_columns], owners, entry_columns)
        offsets = np.searchsorted(owners, np.arange(len(page.readings) + 1))
        return Counted(
            rows=csr_matrix((values, entry_columns, offsets), shape=(len(page.readings), self.size)),
            letters=owners,
            entries=entries,
            starts=_chosen([each.starts for each in seen], known),
            ends=_chosen([each.ends for each in seen], known),
            shares=(values / times)[entries],
            known_share=_share(seen[0].letters, known[0], len(page.readings)),
        )

    def _of_length_1(
        self, values: NDArray[np.floating], owners: NDArray[np.integer], columns: NDArray[np.integer]
    ) -> Values:
        """Bring the entries of each letter and kind to length 1 together."""
        blocks = owners * len(self.kinds) + self.kind_of(columns)
        lengths = np.sqrt(np.bincount(blocks, weights=values * values))
        return np.asarray(values / lengths[blocks], np.float32)

    def kind_of(self, columns: NDArray[np.integer]) -> NDArray[np.intp]:
        """Return the place among `kinds` that each column belongs to."""
        return np.searchsorted(np.cumsum(self.sizes_), columns, side="right")


def _chosen(parts: Sequence[NDArray[Any]], known: Sequence[NDArray[np.intp]]) -> NDArray[Any]:
    return np.concatenate([part[places] for part, places in zip(parts, known, strict=True)])


def _distinct(seen: Occurrences, bits: int) -> NDArray[np.int64]:
    """Return the buckets of a page, each once for every letter that has it."""
    keys = np.unique((seen.letters.astype(np.int64) << bits) | seen.buckets_of(bits))
    return keys & ((1 << bits) - 1)


def _distinct_entries(letters: Places, columns: Places, size: int) -> tuple[NDArray[np.int64], Places, Places, Values]:
    """Return for each occurrence the number of its (letter, column), and the letter, column and count of each number.

    Key and place are sorted as one number: that takes a third of the time of sorting places by key.
    """
    if not len(letters):
        return np.zeros(0, np.int64), letters, columns, np.zeros(0, np.float32)
    shift = len(letters).bit_length()
    keys = letters.astype(np.int64) * size + columns
    packed = np.sort((keys << shift) | np.arange(len(keys)))
    order, ordered = packed & ((1 << shift) - 1), packed >> shift
    fresh = np.diff(ordered, prepend=-1) != 0
    firsts = np.flatnonzero(fresh)
    entries = np.empty(len(keys), np.int64)
    entries[order] = np.cumsum(fresh) - 1
    times = np.diff(firsts, append=len(keys)).astype(np.float32)
    return entries, letters[order[firsts]], columns[order[firsts]], times


def _share(letters: Places, known: NDArray[np.intp], size: int) -> Values:
    """Return the share of each letter's occurrences that are known; 0 without any."""
    every = np.bincount(letters, minlength=size)
    return (np.bincount(letters[known], minlength=size) / np.maximum(every, 1)).astype(np.float32)
