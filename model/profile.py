"""What a letter brings to a comparison: weighted terms, names, numbers. Computed once, compared many times."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from model import segment
from model.lexicon import Lexicon, starts_with_han
from model.likeness import WordLikeness
from model.names import Name, find_names, numbered_things
from model.ngrams import BUCKET_BITS, Occurrences, character_occurrences, inside_words, single_words
from model.reading import PAGE_SIZE, Page, Reading, pages, read
from model.records import Letter
from model.regions import fine_regions
from model.signatures import BYTES, signatures
from model.terms import PRESENT, Terms, TermsByKind, ranges
from model.topics import TopicSpace

MOST_NAMES = 60
# The gist of a letter is its title and so many characters of its beginning.
GIST_LENGTH = 30
# A pair of characters that stands in so many letters of the corpus at most is rare.
RARE_COUNT = 3
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


def _characters(page: Page) -> Occurrences:
    return inside_words(page, character_occurrences(page, (1,)))


def _pairs(page: Page) -> Occurrences:
    return inside_words(page, character_occurrences(page, (2,)))


def _fours(page: Page) -> Occurrences:
    return inside_words(page, character_occurrences(page, (4,)))


def _eights(page: Page) -> Occurrences:
    return character_occurrences(page, (8,))


# Terms that are weighed by how few letters of the corpus have them.
WEIGHED: dict[str, Callable[[Page], Occurrences]] = {
    "word": single_words,
    "character": _characters,
    "pair": _pairs,
}
# Terms that make a letter's signature.
SIGNED = ("character", "pair", "word")
# Terms that count as present or not.
COUNTED: dict[str, Callable[[Page], Occurrences]] = dict(zip(PRESENT, (_fours, _eights), strict=True))


@dataclass(frozen=True, slots=True)
class Profile:
    """A letter prepared for comparison, by its clean text.

    `terms` holds by kind: word, character, pair, four, eight; ordinary and specific (words that are in the general
    dictionary, and those that are mostly names), wide (ordinary words and words like them, weighed by likeness); and
    of the gist, which is title and beginning: gist_pair, gist_character, gist_ordinary, gist_rare (pairs that
    few letters have) and gist_specific (pairs inside specific words).
    """

    text: str
    terms: TermsByKind
    topics: NDArray[np.float32]
    regions: frozenset[str]
    names: tuple[Name, ...]
    gist_names: tuple[Name, ...]
    gist_numbered: frozenset[tuple[str, str]]
    numbered: frozenset[tuple[str, str]]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReadProfile(Profile):
    """A letter prepared for comparison with what evidence needs besides."""

    letter: Letter
    reading: Reading


class Profiler:
    """Prepare letters for comparison with weights learnt from a corpus.

    Learned: `idf_`, a weight for every bucket of each kind of terms; what was never seen counts as the rarest, because
    offices' place names are in no corpus. `rare_from_` is the weight from which a pair of characters is rare,
    `lexicon_` knows ordinary words, `likeness_` words that mean nearly the same, and `topics_` places letters by what
    they are about.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, readings: Sequence[Reading]) -> "Profiler":
        """Learn how common each term is and which words are alike."""
        counts = {kind: np.zeros(1 << BUCKET_BITS, np.int64) for kind in WEIGHED}
        for page in pages(readings):
            for kind, occurrences in WEIGHED.items():
                np.add.at(counts[kind], _distinct(occurrences(page))[1], 1)
        letters = 1 + len(readings)
        self.idf_ = {kind: np.log(letters / (1 + seen)).astype(np.float32) for kind, seen in counts.items()}
        self.rare_from_ = float(np.log(letters / (1 + RARE_COUNT))) - 1e-4
        self.lexicon_ = Lexicon().fit()
        self.likeness_ = WordLikeness().fit(readings, self.lexicon_, self.seed)
        self.topics_ = TopicSpace(seed=self.seed).fit(readings)
        return self

    def profile(self, letter: Letter, segmenter: segment.Name = segment.DEFAULT) -> ReadProfile:
        """Read a letter and weigh its terms."""
        return self.profiles([letter], segmenter)[0]

    def profiles(self, letters: Sequence[Letter], segmenter: segment.Name = segment.DEFAULT) -> list[ReadProfile]:
        """Read letters and weigh their terms."""
        if not letters:
            return []
        readings = [read(letter.text, segmenter) for letter in letters]
        gists = [read(f"{letter.title}。{letter.body[:GIST_LENGTH]}", segmenter) for letter in letters]
        topics = self.topics_.transform(readings)
        kinds = [
            [dict(zip(found, parts, strict=True)) for parts in zip(*found.values(), strict=True)]
            for found in (self._terms_of(Page.of(readings)), self._gist_terms_of(Page.of(gists)))
        ]
        return [
            ReadProfile(
                letter=letter,
                reading=reading,
                text=reading.clean.text,
                terms=TermsByKind.of({**whole, **gist}),
                topics=topics[i],
                regions=fine_regions(reading.clean.text),
                names=_distinct_names(reading),
                gist_names=_distinct_names(gists[i]),
                numbered=numbered_things(reading.clean.text),
                gist_numbered=numbered_things(gists[i].clean.text),
                numbers=frozenset(number for number in _NUMBER.findall(reading.clean.text) if len(number) > 1),
            )
            for i, (letter, reading, whole, gist) in enumerate(zip(letters, readings, *kinds, strict=True))
        ]

    def signatures(self, letters: Sequence[Letter], segmenter: segment.Name = segment.DEFAULT) -> NDArray[np.uint8]:
        """Return the signatures of letters, shape (letters, 128), by which their nearest are found."""
        readings = [read(letter.text, segmenter) for letter in letters]
        pages_ = (Page.of(readings[start : start + PAGE_SIZE]) for start in range(0, len(readings), PAGE_SIZE))
        rows = [self._signatures_of(page) for page in pages_]
        return np.concatenate(rows) if rows else np.zeros((0, BYTES), np.uint8)

    def _signatures_of(self, page: Page) -> NDArray[np.uint8]:
        kinds = []
        for kind in SIGNED:
            letters, buckets, counts = _distinct(WEIGHED[kind](page))
            kinds.append((letters, buckets, self._rarity(kind, buckets, counts)))
        return signatures(kinds, len(page.readings))

    def _terms_of(self, page: Page) -> dict[str, list[Terms]]:
        """Return the terms of each letter of a page, by kind."""
        found = {kind: self._weighed(kind, occurrences(page), page) for kind, occurrences in WEIGHED.items()}
        found |= {kind: self._weighed(None, occurrences(page), page) for kind, occurrences in COUNTED.items()}
        words = single_words(page)
        found["ordinary"] = self._weighed("word", self._ordinary(page, words), page)
        found["specific"] = self._weighed("word", self._specific(page, words), page)
        found["wide"] = [Terms(*self.likeness_.widen(terms.buckets)) for terms in found["ordinary"]]
        return found

    def _gist_terms_of(self, page: Page) -> dict[str, list[Terms]]:
        pairs = _pairs(page)
        found = {"gist_character": self._weighed("character", _characters(page), page)}
        found["gist_pair"] = self._weighed("pair", pairs, page)
        words = single_words(page)
        found["gist_ordinary"] = self._weighed("word", self._ordinary(page, words), page)
        rare = np.flatnonzero(self.idf_["pair"][pairs.buckets] >= self.rare_from_)
        found["gist_rare"] = self._weighed("pair", pairs.only(rare), page)
        found["gist_specific"] = self._weighed("pair", _inside(self._specific(page, words), pairs, page), page)
        return found

    def _ordinary(self, page: Page, words: Occurrences) -> Occurrences:
        """Return the ordinary words of two characters and more."""
        long = words.ends - words.starts > 1
        return words.only(np.flatnonzero(starts_with_han(page, words) & self.lexicon_.is_ordinary(words) & long))

    def _specific(self, page: Page, words: Occurrences) -> Occurrences:
        """Return the words that are mostly names."""
        return words.only(np.flatnonzero(self.lexicon_.is_specific(page, words)))

    def _weighed(self, kind: str | None, seen: Occurrences, page: Page) -> list[Terms]:
        """Return the terms of each letter, weighed by rarity, or by 1 without a kind."""
        letters, buckets, counts = _distinct(seen)
        weights = self._rarity(kind, buckets, counts) if kind else np.ones(len(buckets), np.float32)
        bounds = np.searchsorted(letters, np.arange(len(page.readings) + 1)).tolist()
        return [Terms(buckets[start:end], weights[start:end]) for start, end in pairwise(bounds)]

    def _rarity(self, kind: str, buckets: NDArray[np.int32], counts: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the weights of terms by how often they stand in their letter and how rare they are."""
        return (1 + np.log(counts)).astype(np.float32) * self.idf_[kind][buckets]

    def weight(self, words: Occurrences) -> NDArray[np.float32]:
        """Return the rarity of each occurrence of a word."""
        return self.idf_["word"][words.buckets]


def _inside(words: Occurrences, pairs: Occurrences, page: Page) -> Occurrences:
    """Return the pairs of characters that stand inside one of the words."""
    owners = np.full(len(page.points) + 1, -1, np.int32)
    lengths = words.ends - words.starts
    owners[ranges(words.starts, lengths)] = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    first, last = owners[pairs.starts], owners[pairs.ends - 1]
    return pairs.only(np.flatnonzero((first >= 0) & (first == last)))


def _distinct_names(reading: Reading) -> tuple[Name, ...]:
    """Return the first of each named thing of which more than one character is known, not more than 60."""
    found = {(name.kind, name.stem): name for name in find_names(reading.clean.text) if len(name.stem) > 1}
    return tuple(islice(found.values(), MOST_NAMES))


def _distinct(seen: Occurrences) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Return the letter, bucket and count of each different term of each letter, in ascending order."""
    keys, counts = np.unique((seen.letters.astype(np.int64) << BUCKET_BITS) | seen.buckets, return_counts=True)
    return (keys >> BUCKET_BITS).astype(np.int32), (keys & ((1 << BUCKET_BITS) - 1)).astype(np.int32), counts
