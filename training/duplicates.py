"""Groups of near-duplicate letters, which no split may divide."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from model.ngrams import character_occurrences
from model.reading import Page, Reading

SHINGLE = 6
ALIKE_FROM = 0.5
SKETCH = 128
BANDS = 32
LARGEST_CROSSED = 30
NEIGHBOURS = 5


def duplicate_groups(readings: Iterable[Reading]) -> NDArray[np.int32]:
    """Give near-duplicate letters a common number, shape (letters,).

    Two letters are near-duplicates if half or more of their distinct six-character passages are the same, estimated
    from 128 minimal hashes; letters that agree on none of 32 bands of four are never compared (Broder 1997;
    Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
    """
    made = [_sketch(reading) for reading in readings]
    sketches = np.vstack(made) if made else np.zeros((0, SKETCH))
    distinct, group = np.unique(sketches, axis=0, return_inverse=True)
    pairs: set[tuple[int, int]] = set()
    for band in np.split(distinct, BANDS, axis=1):
        _, keys = np.unique(band, axis=0, return_inverse=True)
        order = np.argsort(keys.ravel(), kind="stable")
        for together in np.split(order, np.flatnonzero(np.diff(keys.ravel()[order])) + 1):
            pairs.update(_to_compare(sorted(together.tolist())))
    alike = [(a, b) for a, b in pairs if float((distinct[a] == distinct[b]).mean()) >= ALIKE_FROM]
    links = np.array(alike, np.int64).reshape(-1, 2)
    graph = csr_matrix((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(distinct), len(distinct)))
    return np.asarray(connected_components(graph, directed=False)[1][group.ravel()], np.int32)


def _to_compare(together: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of letters to compare; in a large group each meets its neighbours only: a chain joins it too."""
    reach = len(together) if len(together) <= LARGEST_CROSSED else NEIGHBOURS
    for i, first in enumerate(together):
        for second in together[i + 1 : i + 1 + reach]:
            yield first, second


def _sketch(reading: Reading) -> NDArray[np.uint64]:
    """Return the minimal hash of the letter's passages under 128 hash functions, shape (1, 128)."""
    buckets = np.unique(character_occurrences(Page.of([reading]), (SHINGLE,)).buckets).astype(np.uint64)
    if not len(buckets):
        buckets = np.frombuffer(reading.clean.text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    if not len(buckets):
        return np.zeros(SKETCH, np.uint64)
    rng = np.random.default_rng(7)
    factors = rng.integers(1, 2**63, SKETCH, np.uint64) | np.uint64(1)
    mixed = (buckets[:, None] + np.uint64(1)) * factors[None, :]
    mixed ^= mixed >> np.uint64(29)
    return np.asarray((mixed * np.uint64(0xBF58476D1CE4E5B9)).min(axis=0), np.uint64)
