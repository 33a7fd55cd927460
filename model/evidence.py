"""From the weights of features back to the words of a letter."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from model.features import HashedTfidf, Reading
from model.records import LONGEST_QUOTE, Evidence

MOST_PASSAGES = 8


def explain(
    features: HashedTfidf, reading: Reading, original: str, weights: NDArray[np.float32], difference: float
) -> tuple[tuple[Evidence, ...], float]:
    """Find the passages that carry a linear decision.

    `weights` holds, for every column, the weight for the best class less the weight for the second; `difference`
    is the difference of their decision values, intercepts included. Each feature's contribution is spread evenly
    over its characters and gathered by words. Returns at most eight passages, strongest first, and the rest that is
    needed for all to add up to `difference`.
    """
    share = _by_character(features, reading, weights)
    passages = []
    for start, end in _phrases(reading, share):
        first, last = reading.clean.original(start, end)
        weight = float(share[start:end].sum())
        if last - first <= LONGEST_QUOTE:
            passages.append(Evidence(first, last, original[first:last], weight))
    passages.sort(key=lambda passage: (-passage.weight, passage.start))
    chosen = tuple(passages[:MOST_PASSAGES])
    return chosen, difference - sum(passage.weight for passage in chosen)


def _by_character(features: HashedTfidf, reading: Reading, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Lay every feature's contribution on the characters of the clean text, shape (length of the text,)."""
    steps = np.zeros(len(reading.clean.text) + 1)
    for columns, starts, ends, values in features.occurrences(reading):
        each = weights[columns] * values / np.maximum(ends - starts, 1)
        np.add.at(steps, starts, each)
        np.subtract.at(steps, ends, each)
    return np.cumsum(steps)[:-1]


def _phrases(reading: Reading, share: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Yield runs of neighbouring words that speak for the decision, each run at least a word long."""
    if not len(share):
        return
    sums = np.concatenate([[0.0], np.cumsum(share)])
    bounds = [(start, start + len(word)) for word, start in zip(reading.words, reading.word_starts, strict=True)]
    strengths = [
        float(sums[end] - sums[start]) if reading.words[i][0].isalnum() else 0.0
        for i, (start, end) in enumerate(bounds)
    ]
    enough = 0.15 * max(max(strengths), 0.0)
    run: tuple[int, int] | None = None
    for (start, end), strength in zip(bounds, strengths, strict=True):
        fits = run is None or end - run[0] <= LONGEST_QUOTE // 3
        if strength > enough and fits:
            run = (start, end) if run is None else (run[0], end)
            continue
        if run:
            yield run
        run = (start, end) if strength > enough else None
    if run:
        yield run
