"""Which ordinary words mean nearly the same, learnt from the company they keep and the characters they share."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.decomposition import TruncatedSVD

from model.lexicon import Lexicon, starts_with_han
from model.ngrams import BUCKET_BITS, Places, single_words
from model.reading import Page, Reading, pages
from model.text import is_han

WINDOW = 5
# Contexts count by this power of their frequency, which keeps rare ones from looking telling (Levy et al. 2015).
_SMOOTHING = 0.75
_SHARED_CHARACTERS = 0.8
_BLOCK = 512


class WordLikeness:
    """Find for each ordinary word those that are like it.

    Vectors of words are the positive pointwise mutual information of words within five words of each other, reduced by
    singular value decomposition (Levy, Goldberg and Dagan 2015). Sharing characters counts too: 退款 and 退费.

    Learned: `words_` (v,) buckets in ascending order, `like_` (v, neighbours) their neighbours' buckets and
    `likeness_` (v, neighbours) from 0 to 1, the square of the cosine, 0 where there is none.
    """

    def __init__(self, dimensions: int = 100, min_count: int = 4, neighbours: int = 10, least: float = 0.4) -> None:
        self.dimensions = dimensions
        self.min_count = min_count
        self.neighbours = neighbours
        self.least = least

    def fit(self, readings: Sequence[Reading], lexicon: Lexicon, seed: int = 0) -> "WordLikeness":
        """Learn from the letters of a corpus."""
        seen = [_ordinary_buckets(page, lexicon) for page in pages(readings)]
        counts = np.bincount(np.concatenate([buckets for _, buckets, _ in seen]), minlength=1 << BUCKET_BITS)
        self.words_: Places = np.flatnonzero(counts >= self.min_count).astype(np.int32)
        if len(self.words_) <= 1:
            self.words_ = np.zeros(0, np.int32)
            self.like_, self.likeness_ = np.zeros((0, 0), np.int32), np.zeros((0, 0), np.float32)
            return self
        vectors = self._vectors([(letters, self._numbers(buckets)) for letters, buckets, _ in seen], seed)
        self._keep_nearest(vectors, self._characters(seen))
        return self

    def _numbers(self, buckets: Places) -> Places:
        """Return the places of buckets among the words, -1 for others."""
        if not len(self.words_):
            return np.full(len(buckets), -1, np.int32)
        places = np.minimum(np.searchsorted(self.words_, buckets), len(self.words_) - 1)
        return np.where(self.words_[places] == buckets, places, -1).astype(np.int32)

    def _vectors(self, seen: Sequence[tuple[Places, Places]], seed: int) -> NDArray[np.float64]:
        """Return a vector of length 1 for each word."""
        size = len(self.words_)
        rows, columns, weights = [], [], []
        for letters, numbers in seen:
            for distance in range(1, WINDOW + 1):
                first, second = numbers[:-distance], numbers[distance:]
                near = (letters[:-distance] == letters[distance:]) & (first >= 0) & (second >= 0)
                rows += [first[near], second[near]]
                columns += [second[near], first[near]]
                weights.append(np.full(2 * int(near.sum()), 1 / distance))
        places = np.concatenate(rows), np.concatenate(columns)
        together = csr_matrix((np.concatenate(weights), places), shape=(size, size))
        information = _mutual_information(together.tocoo())
        dimensions = max(1, min(self.dimensions, size - 1))
        decomposition = TruncatedSVD(dimensions, random_state=seed)
        vectors = decomposition.fit_transform(information) / np.sqrt(np.maximum(decomposition.singular_values_, 1e-9))
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))

    def _characters(self, seen: Sequence[tuple[Places, Places, NDArray[np.uint64]]]) -> csr_matrix:
        """Return which words have which characters, each row of length 1, shape (v, characters)."""
        buckets = np.concatenate([buckets for _, buckets, _ in seen])
        packed = np.concatenate([characters for _, _, characters in seen])
        numbers, firsts = np.unique(self._numbers(buckets), return_index=True)
        known = numbers >= 0
        words = np.repeat(numbers[known], 4)
        characters = np.ravel(
            (packed[firsts[known], None] >> np.arange(0, 64, 16, dtype=np.uint64)) & np.uint64(0xFFFF)
        )
        real = characters > 0
        has = csr_matrix((np.ones(int(real.sum())), (words[real], characters[real])), shape=(len(self.words_), 1 << 16))
        has.data[:] = 1
        lengths = np.sqrt(np.maximum(np.asarray(has.sum(axis=1)).ravel(), 1))
        return csr_matrix(has.multiply(1 / lengths[:, None]))

    def _keep_nearest(self, vectors: NDArray[np.float64], characters: csr_matrix) -> None:
        size = len(self.words_)
        count = min(self.neighbours, size)
        self.like_ = np.zeros((size, count), np.int32)
        self.likeness_ = np.zeros((size, count), np.float32)
        for start in range(0, size, _BLOCK):
            rows = slice(start, min(start + _BLOCK, size))
            near = np.maximum(
                vectors[rows] @ vectors.T, _SHARED_CHARACTERS * (characters[rows] @ characters.T).toarray()
            )
            near[np.arange(near.shape[0]), np.arange(rows.start, rows.stop)] = 0
            best = np.argsort(-near, axis=1, kind="stable")[:, :count]
            cosines = np.take_along_axis(near, best, axis=1)
            self.like_[rows] = self.words_[best]
            self.likeness_[rows] = np.where(cosines >= self.least, cosines**2, 0)

    def widen(self, buckets: Places) -> tuple[Places, NDArray[np.float32]]:
        """Return the buckets of words and of all words like them, ascending, with the greatest likeness of each."""
        numbers = self._numbers(buckets)
        known = numbers[numbers >= 0]
        every = np.concatenate([buckets, self.like_[known].ravel()])
        values = np.concatenate([np.ones(len(buckets), np.float32), self.likeness_[known].ravel()])
        order = np.lexsort((-values, every))
        first = np.diff(every[order], prepend=-1) != 0
        chosen = order[first]
        chosen = chosen[values[chosen] > 0]
        return every[chosen], values[chosen]


def _ordinary_buckets(page: Page, lexicon: Lexicon) -> tuple[Places, Places, NDArray[np.uint64]]:
    """Return letter, bucket and the first four characters, packed, of the ordinary words of a page."""
    words = single_words(page)
    kept = np.flatnonzero(lexicon.is_ordinary(words) & starts_with_han(page, words) & (words.ends - words.starts > 1))
    words = words.only(kept)
    packed = np.zeros(len(kept), np.uint64)
    for place in range(4):
        inside = words.starts + place < words.ends
        points = page.points[np.minimum(words.starts + place, len(page.points) - 1)]
        packed |= np.where(inside & is_han(points), points, 0).astype(np.uint64) << np.uint64(16 * place)
    return words.letters, words.buckets, packed


def _mutual_information(together: coo_matrix) -> csr_matrix:
    """Return the positive pointwise mutual information of words that stand together."""
    often = np.asarray(together.sum(axis=1)).ravel()
    contexts = often**_SMOOTHING
    contexts = contexts / max(float(contexts.sum()), 1e-9)
    values = np.log(together.data / (often[together.row] * contexts[together.col]))
    kept = values > 0
    return csr_matrix((values[kept], (together.row[kept], together.col[kept])), shape=together.shape)
