"""Clauses of a letter, short enough to quote."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from model.ngrams import Occurrences, single_words
from model.reading import Page, Reading
from model.records import LONGEST_QUOTE

_CLAUSE = re.compile(r"[^,。;!?\n]+")
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Clause:
    """A passage [start, end) of the clean text between marks, with the words inside it."""

    start: int
    end: int
    words: Occurrences


def clauses(reading: Reading) -> Iterator[Clause]:
    """Yield the clauses of a letter that are long enough to say something, cut at 60 characters."""
    words = single_words(Page.of([reading]))
    for match in _CLAUSE.finditer(reading.clean.text):
        for start in range(match.start(), match.end(), LONGEST_QUOTE):
            end = min(start + LONGEST_QUOTE, match.end())
            if end - start >= SHORTEST:
                inside = np.flatnonzero((words.starts >= start) & (words.ends <= end))
                yield Clause(start, end, words.only(inside))
