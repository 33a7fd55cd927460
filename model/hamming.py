"""How many bits differ between signatures: by SIMD where its package is installed, by NumPy elsewhere."""

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

Signatures = NDArray[np.uint8]
Distances = NDArray[np.uint16]

_CHUNK = 1 << 15


def _by_numpy(queries: Signatures, rows: Signatures) -> Distances:
    found = np.empty((len(queries), len(rows)), np.uint16)
    wide = queries.view(np.uint64)
    for start in range(0, len(rows), _CHUNK):
        part = np.ascontiguousarray(rows[start : start + _CHUNK]).view(np.uint64)
        for i, query in enumerate(wide):
            found[i, start : start + _CHUNK] = np.bitwise_count(part ^ query).sum(axis=1, dtype=np.uint16)
    return found


def _by_simd(queries: Signatures, rows: Signatures) -> Distances:
    import simsimd

    found = np.empty((len(queries), len(rows)), np.uint16)
    for start in range(0, len(rows), _CHUNK):
        part = np.ascontiguousarray(rows[start : start + _CHUNK])
        found[:, start : start + _CHUNK] = np.asarray(simsimd.cdist(queries, part, metric="hamming", dtype="bin8"))
    return found


def distances(queries: Signatures, rows: Signatures) -> Distances:
    """Return the number of different bits of every query and row, shape (queries, rows).

    Both hold signatures of equal length, a multiple of eight bytes, shape (n, bytes).
    """
    if not len(queries) or not len(rows):
        return np.zeros((len(queries), len(rows)), np.uint16)
    return _by_simd(queries, rows) if find_spec("simsimd") else _by_numpy(queries, rows)
