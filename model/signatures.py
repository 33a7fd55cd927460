"""Signatures of letters: 1,024 bits, of which letters that share rare words and characters have most in common."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.ngrams import Places

BITS = 1024
BYTES = BITS // 8
# Each term speaks at so many places: with fewer, the bits of a short letter would be settled by nobody.
PLACES = 24
_ROWS = 1 << 13
_SEED = 20_260_301
# Weights become whole numbers, so that sums are exact and a letter has one signature alone and among others.
_UNIT = 1 << 16
_MULTIPLIERS = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F))

Signature = NDArray[np.uint8]
Weights = NDArray[np.float32]


def _tables() -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return rows of random places and signs; two hashes of a term choose a row, turn it and may turn its signs."""
    random = np.random.default_rng(_SEED)
    places = random.integers(0, BITS, (_ROWS, PLACES), dtype=np.int32)
    return places, random.choice(np.array([-1, 1]), (_ROWS, PLACES))


_PLACES, _SIGNS = _tables()


def signatures(kinds: Sequence[tuple[Places, Places, Weights]], letters: int) -> NDArray[np.uint8]:
    """Return a signature for each letter of a page, shape (letters, 128).

    `kinds` holds for each kind of terms the letter, bucket and weight of every term. The weights of a letter's kind are
    brought to length 1; bit i tells on which side of a random plane the letter lies (Charikar 2002), where the plane is
    made of few places for each term (Achlioptas 2003). No vocabulary is needed. A letter without terms has no bit set.
    """
    totals = np.zeros(letters * BITS)
    for salt, (owners, buckets, weights) in enumerate(kinds):
        lengths = np.sqrt(np.bincount(owners, weights=np.square(weights.astype(np.float64)), minlength=letters))
        whole = np.rint(weights * (_UNIT / np.maximum(lengths, 1e-9)[owners]))
        hashes = (buckets.astype(np.uint64) + np.uint64((salt + 1) << 32)) * _MULTIPLIERS[0]
        turned = (hashes ^ (hashes >> np.uint64(29))) * _MULTIPLIERS[1]
        rows = (turned >> np.uint64(64 - 13)).astype(np.intp)
        shift = ((turned >> np.uint64(30)) & np.uint64(BITS - 1)).astype(np.int32)
        signed = np.where(turned & np.uint64(1 << 29), whole, -whole)
        places = ((_PLACES[rows] + shift[:, None]) & (BITS - 1)) + (owners.astype(np.int64) * BITS)[:, None]
        totals += np.bincount(
            places.ravel(), weights=(_SIGNS[rows] * signed[:, None]).ravel(), minlength=letters * BITS
        )
    return np.packbits(totals.reshape(letters, BITS) > 0, axis=1)


def cosine_of(distance: NDArray[np.integer] | NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Return the cosine that a number of different bits stands for."""
    return np.cos(np.pi * np.asarray(distance, np.float64) / BITS)


def farthest(cosine: float) -> int:
    """Return how many bits may differ at most for a cosine (-1 to 1) to be reached."""
    return int(np.floor(np.arccos(np.clip(cosine, -1, 1)) / np.pi * BITS + 1e-9))
