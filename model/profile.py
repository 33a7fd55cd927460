"""What a letter brings to a comparison: weighted terms, names, numbers. Computed once, compared many times."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from model import segment
from model.names import Name, find_names
from model.ngrams import BUCKET_BITS, Occurrences, character_occurrences, single_words
from model.reading import Page, Reading, read
from model.records import Letter
from model.topics import TopicSpace

SHINGLE = 8
MOST_NAMES = 300
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


def _short_grams(page: Page) -> Occurrences:
    return character_occurrences(page, (2, 3))


TERMS: dict[str, Callable[[Page], Occurrences]] = {"word": single_words, "gram": _short_grams}


@dataclass(frozen=True, slots=True)
class Terms:
    """Distinct hashed terms in ascending order with their weights; `unseen` marks those new to the corpus."""

    buckets: NDArray[np.int32]
    weights: NDArray[np.float32]
    unseen: NDArray[np.bool_]

    def only(self, mask: NDArray[np.bool_]) -> "Terms":
        """Return the marked terms."""
        return Terms(self.buckets[mask], self.weights[mask], self.unseen[mask])

    @property
    def norm(self) -> float:
        """Return the Euclidean length of the weights."""
        return float(np.linalg.norm(self.weights))


@dataclass(frozen=True, slots=True)
class Profile:
    """A letter prepared for comparison."""

    letter: Letter
    reading: Reading
    words: Terms
    grams: Terms
    title: Terms
    topics: NDArray[np.float32]
    shingles: NDArray[np.int32]
    names: tuple[Name, ...]
    numbers: frozenset[str]


class Profiler:
    """Prepare letters for comparison with weights learnt from a corpus.

    Learned: `idf_`, a weight for every bucket of words and of character pairs and triples; what was never seen
    counts as the rarest, because offices' place names are in no corpus. `unseen_from_` is the weight from which a
    term stood in one letter of the corpus at most. `topics_` places letters by what they are about.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, readings: Sequence[Reading]) -> "Profiler":
        """Learn how common each term is."""
        self.idf_: dict[str, NDArray[np.float32]] = {}
        for kind, occurrences in TERMS.items():
            counts = np.zeros(1 << BUCKET_BITS, np.int64)
            for reading in readings:
                counts[np.unique(occurrences(Page.of([reading])).buckets)] += 1
            self.idf_[kind] = np.log((1 + len(readings)) / (1 + counts)).astype(np.float32)
        self.unseen_from_ = float(np.log((1 + len(readings)) / 2)) - 1e-4
        self.topics_ = TopicSpace(seed=self.seed).fit(readings)
        return self

    def profile(self, letter: Letter, segmenter: segment.Name = segment.DEFAULT) -> Profile:
        """Read a letter and weigh its terms."""
        reading = read(letter.text, segmenter)
        title = read(letter.title or letter.body[:30], segmenter)
        shingles = character_occurrences(Page.of([reading]), (SHINGLE,)).buckets
        return Profile(
            letter=letter,
            reading=reading,
            words=self._terms("word", reading),
            grams=self._terms("gram", reading),
            title=self._terms("word", title),
            topics=self.topics_.transform([reading])[0],
            shingles=np.unique(shingles),
            names=tuple(islice(find_names(reading.clean.text), MOST_NAMES)),
            numbers=frozenset(number for number in _NUMBER.findall(reading.clean.text) if len(number) > 1),
        )

    def _terms(self, kind: str, reading: Reading) -> Terms:
        buckets, counts = np.unique(TERMS[kind](Page.of([reading])).buckets, return_counts=True)
        idf = self.idf_[kind][buckets]
        return Terms(buckets, (1 + np.log(counts)).astype(np.float32) * idf, idf >= self.unseen_from_)

    def weight(self, words: Occurrences) -> NDArray[np.float32]:
        """Return the rarity of each occurrence of a word."""
        return self.idf_["word"][words.buckets]
