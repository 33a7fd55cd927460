"""From the weights of features back to the words of a letter."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.features import Counted
from model.reading import Page
from model.records import LONGEST_QUOTE, Evidence
from model.text import is_word

MOST_PASSAGES = 8
LONGEST_RUN = 20
WEAKEST = 0.15
ROUNDING = 1e-6

Explained = tuple[tuple[Evidence, ...], float]


class Runs(NamedTuple):
    """Runs of words: the letter, the passage [start, end) of its original, and the contribution of each."""

    letters: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    gains: NDArray[np.float64]


def explain(
    page: Page,
    counted: Counted,
    originals: Sequence[str],
    weights: NDArray[np.float32],
    differences: NDArray[np.float32],
) -> list[Explained]:
    """Find the passages that carry the linear decision of each letter of a page.

    `weights` holds, for every entry of `counted.rows`, the weight for the best class of its letter less the weight for
    the second; `differences` are the differences of the letters' decision values, intercepts included. Each
    feature's contribution is spread evenly over its characters and gathered by words. Returns for each letter at most
    eight passages, strongest first, and the rest that is needed for all to add up to the difference.
    """
    if not len(page.word_starts):
        return [((), float(difference)) for difference in differences]
    strengths = _by_word(page, _by_character(page, counted, weights))
    runs = _strongest(_quotable(page, *_runs(page, strengths)))
    found: list[list[Evidence]] = [[] for _ in originals]
    for letter, start, end, gain in zip(*(values.tolist() for values in runs), strict=True):
        found[letter].append(Evidence(start, end, originals[letter][start:end], gain))
    rests = differences - np.bincount(runs.letters, weights=runs.gains, minlength=len(originals))
    return [(tuple(passages), rest) for passages, rest in zip(found, rests.tolist(), strict=True)]


def _by_character(page: Page, counted: Counted, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Lay every feature's contribution on the characters of the page, shape (length of the page,)."""
    each = weights[counted.entries] * counted.shares / (counted.ends - counted.starts)
    size = len(page.points) + 1
    steps = np.bincount(counted.starts, weights=each, minlength=size)
    steps -= np.bincount(counted.ends, weights=each, minlength=size)
    return np.asarray(np.cumsum(steps)[:-1], np.float64)


def _by_word(page: Page, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the contribution of each word; marks carry none, whatever surrounds them."""
    strengths = np.asarray(np.add.reduceat(share, page.word_starts), np.float64)
    strengths[~is_word(page.points[page.word_starts])] = 0.0
    return strengths


def _runs(page: Page, strengths: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return first word, last word and contribution of each run of neighbouring words that speak for the decision.

    A run holds words of one letter; a long one is cut every twenty characters.
    """
    strongest = np.zeros(len(page.readings))
    np.maximum.at(strongest, page.word_letters, strengths)
    words = np.flatnonzero(strengths > np.maximum(WEAKEST * strongest, ROUNDING)[page.word_letters])
    apart = (np.diff(words, prepend=-2) > 1) | (np.diff(page.word_letters[words], prepend=-1) != 0)
    begin = page.word_starts[words[apart]][np.cumsum(apart) - 1]
    pieces = (page.word_starts[words] - begin) // LONGEST_RUN
    heads = np.flatnonzero(apart | (np.diff(pieces, prepend=0) != 0))
    if not len(heads):
        return words, words, np.zeros(0)
    lasts = np.append(heads[1:], len(words)) - 1
    return words[heads], words[lasts], np.add.reduceat(strengths[words], heads)


def _quotable(page: Page, first: NDArray[np.intp], last: NDArray[np.intp], gains: NDArray[np.float64]) -> Runs:
    """Return the runs in the places of the originals, without those too long to quote."""
    starts = page.origins[page.word_starts[first]]
    ends = page.origins[page.word_ends[last] - 1] + 1
    short = np.flatnonzero(ends - starts <= LONGEST_QUOTE)
    return Runs(page.word_letters[first[short]], starts[short], ends[short], gains[short])


def _strongest(runs: Runs) -> Runs:
    """Return the eight runs of each letter that contribute most, letter by letter, strongest first."""
    order = np.lexsort((runs.starts, -runs.gains, runs.letters))
    letters = runs.letters[order]
    ranks = np.arange(len(order)) - np.searchsorted(letters, letters)
    chosen = order[ranks < MOST_PASSAGES]
    return Runs(runs.letters[chosen], runs.starts[chosen], runs.ends[chosen], runs.gains[chosen])
