"""Hashed word and character n-grams of a page of letters, with the place of each.

The place is what evidence needs: a feature's weight can be laid back on the characters that made it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.reading import REGION_CODE, Page
from model.text import is_word

BUCKET_BITS = 20
_BASE = np.uint64(0x9E3779B97F4A7C15)
_BASE_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))
_MIX = np.uint64(0xBF58476D1CE4E5B9)

Places = NDArray[np.int32]
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Features of a page: the letter and hash of each, and the passage [start, end) of the page it stands at."""

    letters: Places
    hashes: Hashes
    starts: Places
    ends: Places

    @property
    def buckets(self) -> Places:
        """Return the bucket of each, below 2**20."""
        return self.buckets_of(BUCKET_BITS)

    def buckets_of(self, bits: int) -> Places:
        """Return the bucket of each among 2**bits; `bits` is 31 at most."""
        return (self.hashes >> np.uint64(64 - bits)).astype(np.int32)

    def only(self, chosen: NDArray[np.intp]) -> "Occurrences":
        """Return the chosen occurrences."""
        return Occurrences(self.letters[chosen], self.hashes[chosen], self.starts[chosen], self.ends[chosen])


def _masked(points: NDArray[np.uint32]) -> Hashes:
    """Return code points plus one, with all digits alike: numbers differ from letter to letter, their length tells."""
    digits = (points >= ord("1")) & (points <= ord("9"))
    return np.where(digits, np.uint32(ord("0")), points).astype(np.uint64) + np.uint64(1)


def _mixed(sums: Hashes) -> Hashes:
    """Spread sums over all bits, so that the highest can serve as a bucket."""
    mixed = sums ^ (sums >> np.uint64(31))
    mixed *= _MIX
    return mixed


def _powers(base: np.uint64, count: int) -> Hashes:
    powers = np.full(count, base, np.uint64)
    powers[:1] = 1
    np.multiply.accumulate(powers, out=powers)
    return powers


def _passages(page: Page, letters: Places, starts: Places, ends: Places) -> Occurrences:
    """Hash passages of any length by running sums of `point * base**i`: each costs one step."""
    points = _masked(page.points)
    sums = np.zeros(len(points) + 1, np.uint64)
    np.cumsum(points * _powers(_BASE, len(points)), out=sums[1:])
    hashes = (sums[ends] - sums[starts]) * _powers(_BASE_INVERSE, len(sums))[starts]
    return Occurrences(letters, _mixed(hashes), starts, ends)


def single_words(page: Page) -> Occurrences:
    """Return the words of a page, without marks."""
    return _passages(page, *_proper_words(page))


def word_occurrences(page: Page) -> Occurrences:
    """Return the words of a page and pairs of words that follow each other, marks between them left out."""
    letters, starts, ends = _proper_words(page)
    pairs = np.flatnonzero(letters[1:] == letters[:-1])
    return _passages(
        page,
        np.concatenate([letters, letters[pairs]]),
        np.concatenate([starts, starts[pairs]]),
        np.concatenate([ends, ends[pairs + 1]]),
    )


def _proper_words(page: Page) -> tuple[Places, Places, Places]:
    proper = is_word(page.points[page.word_starts])
    return page.word_letters[proper], page.word_starts[proper], page.word_ends[proper]


def character_occurrences(page: Page, sizes: Sequence[int] = (1, 2, 3)) -> Occurrences:
    """Return the character n-grams of a page of the given ascending sizes; white space counts as a character."""
    points = _masked(page.points)
    found: list[tuple[Places, Hashes, Places]] = []
    hashes = points
    for size in range(1, max(sizes) + 1):
        if size > 1:
            hashes = points[: max(len(hashes) - 1, 0)] + _BASE * hashes[1:]
        if size in sizes:
            inside = np.flatnonzero(page.letters[: len(hashes)] == page.letters[size - 1 :]).astype(np.int32)
            found.append((page.letters[inside], hashes[inside], inside))
    starts = np.concatenate([inside for _, _, inside in found])
    lengths = np.repeat(np.asarray(sizes, np.int32), [len(inside) for _, _, inside in found])
    return Occurrences(
        np.concatenate([letters for letters, _, _ in found]),
        _mixed(np.concatenate([values for _, values, _ in found])),
        starts,
        starts + lengths,
    )


def inside_words(page: Page, seen: Occurrences) -> Occurrences:
    """Return the occurrences that hold no mark, white space or anonymised region: what is left says something."""
    silent = np.zeros(len(page.points) + 1, np.int32)
    silent[1:] = ~is_word(page.points)
    for letter, reading in enumerate(page.readings):
        for match in REGION_CODE.finditer(reading.clean.text):
            start = int(page.bounds[letter])
            silent[start + match.start() + 1 : start + match.end() + 1] = 1
    before = np.cumsum(silent)
    return seen.only(np.flatnonzero(before[seen.ends] == before[seen.starts]))


KINDS: dict[str, Callable[[Page], Occurrences]] = {"word": word_occurrences, "character": character_occurrences}
