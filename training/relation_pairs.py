"""Training pairs for the relation scorer: written ones, those of known matters, near misses and edited copies."""

import random
import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from model.features import HashedTfidf
from model.profile import Profile, Profiler
from model.reading import PAGE_SIZE, Reading
from model.records import Letter
from training.corpus import Example, MatterLetter, Pair

NEIGHBOURS = 3
NEIGHBOUR_WEIGHT = 0.3
COPY_WEIGHT = 0.1
DROPPED_CHARACTERS = 0.03
_SENTENCE = re.compile(r"(?<=[。！？\n])")


def matter_pairs(letters: Sequence[MatterLetter]) -> Iterator[Pair]:
    """Yield every pair within a group of matters that are easily confused."""
    for a, b in combinations(letters, 2):
        if a.group == b.group:
            yield Pair(a.letter, b.letter, a.relation_to(b), a.group)


def neighbour_pairs(examples: Sequence[Example], readings: Sequence[Reading]) -> Iterator[Pair]:
    """Yield each letter with the letters most like it: related if of one class.

    Letters of known matters carry their group as code, and are not paired within it.

    Every letter of the corpus tells a story of its own, so that likeness here is never sameness.
    """
    rows = HashedTfidf().fit(readings).transform(readings)
    by_feature = rows.T.tocsr()
    for i, example in enumerate(examples):
        cosines = (rows[i] @ by_feature).toarray().ravel()
        cosines[i] = -1.0
        if example.code.startswith("group-"):
            cosines[[j for j, other in enumerate(examples) if other.code == example.code]] = -1.0
        for j in (j for j in np.argsort(-cosines, kind="stable")[:NEIGHBOURS] if cosines[j] >= 0):
            label = "related" if example.code == examples[j].code else "different"
            yield Pair(example.letter, examples[j].letter, label, example.letter.id, NEIGHBOUR_WEIGHT)


def edited_copies(letters: Sequence[Letter], seed: int) -> Iterator[Pair]:
    """Yield every letter with a copy of it: sentences dropped or moved, characters lost, title changed."""
    rng = random.Random(seed)  # noqa: S311 - no secret depends on it
    for letter in letters:
        sentences = [sentence for sentence in _SENTENCE.split(letter.body) if sentence]
        if rng.random() < 0.4:
            sentences = [sentence for sentence in sentences if rng.random() < 0.7] or sentences
        if rng.random() < 0.3:
            rng.shuffle(sentences)
        body = "".join(character for character in "".join(sentences) if rng.random() >= DROPPED_CHARACTERS)
        title = letter.title if rng.random() < 0.6 else ""
        if body:
            yield Pair(letter, Letter(f"{letter.id}-copy", title, body), "same_text", letter.id, COPY_WEIGHT)


def prepare(profiler: Profiler, pairs: Sequence[Pair]) -> list[tuple[Profile, Profile]]:
    """Prepare both letters of every pair for comparison, each letter once."""
    letters = {(letter.id, letter.text): letter for pair in pairs for letter in (pair.a, pair.b)}
    ordered = list(letters.values())
    profiles = (profiler.profiles(ordered[start : start + PAGE_SIZE]) for start in range(0, len(ordered), PAGE_SIZE))
    ready = dict(zip(letters, (profile for page in profiles for profile in page), strict=True))
    return [(ready[pair.a.id, pair.a.text], ready[pair.b.id, pair.b.text]) for pair in pairs]
