"""Training pairs for the relation scorer: letters of known matters, as they are and as people write them again."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from model.lexicon import Lexicon
from model.ngrams import single_words
from model.profile import Profile, Profiler
from model.reading import PAGE_SIZE, Page, read
from model.records import Letter
from training.corpus import MatterLetter, Pair

COPY_WEIGHT = 0.25
DROPPED_CHARACTERS = 0.03
# Who writes again keeps between a fifth and nine tenths of the clauses; other people's letters share up to half of
# those that name nothing: forms of address, complaints and demands that everybody uses.
KEPT = (0.2, 0.9)
SHARED = (0.0, 0.5)
_CLAUSE = re.compile(r"(?<=[，,。！？!?；;\n])")
_SENTENCE = re.compile(r"(?<=[。！？\n])")
_DIGIT = re.compile(r"\d")
SHORTEST_CLAUSE = 4


def matter_pairs(letters: Sequence[MatterLetter]) -> Iterator[Pair]:
    """Yield every pair within a group of matters that are easily confused."""
    for a, b in _within_groups(letters):
        yield Pair(a.letter, b.letter, a.relation_to(b), a.group)


def _within_groups(letters: Sequence[MatterLetter]) -> Iterator[tuple[MatterLetter, MatterLetter]]:
    return ((a, b) for a, b in combinations(letters, 2) if a.group == b.group)


def rewritten_pairs(letters: Sequence[MatterLetter], lexicon: Lexicon, seed: int) -> Iterator[Pair]:
    """Yield the pairs of each group as they would look in an inbox, where letters borrow from each other.

    The corpus tells every letter of a matter anew. People do not: they keep parts of what they wrote before, and
    letters about other matters use the same phrases. So the second letter of a pair takes clauses from the first, any
    if both are of one matter, else only such as name nothing.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret depends on it
    general = {entry.letter.id: _general_clauses(entry.letter, lexicon) for entry in letters}
    for first, second in _within_groups(letters):
        relation = first.relation_to(second)
        if relation == "same_text":
            continue
        a, b = (first, second) if rng.random() < 0.5 else (second, first)
        if relation == "same_matter":
            letter = _written_again(a.letter, b.letter, rng)
        else:
            letter = _in_common_phrases(general[a.letter.id], b.letter, rng)
        yield Pair(a.letter, letter, relation, a.group)


def _general_clauses(letter: Letter, lexicon: Lexicon) -> list[str]:
    """Return the clauses of a letter without a number or a word that may be a name."""
    clauses = [clause for clause in _CLAUSE.split(letter.body) if len(clause) >= SHORTEST_CLAUSE]
    return [clause for clause in clauses if not _DIGIT.search(clause) and not _names_something(clause, lexicon)]


def _names_something(clause: str, lexicon: Lexicon) -> bool:
    page = Page.of([read(clause)])
    return bool(lexicon.is_specific(page, single_words(page)).any())


def _written_again(a: Letter, b: Letter, rng: random.Random) -> Letter:
    """Return b with clauses of a before or behind it, and less of its own the more there are."""
    share = rng.uniform(*KEPT)
    kept = _clauses_of(a.body, share, rng)
    own = [clause for clause in _CLAUSE.split(b.body) if rng.random() < 1.2 - share]
    title = rng.choice((a.title, b.title))
    return Letter(f"{a.id}+{b.id}", title, _joined(kept, own, rng) or b.body)


def _clauses_of(body: str, share: float, rng: random.Random) -> list[str]:
    """Return a share of the clauses of a text: mostly a passage, else here and there."""
    clauses = [clause for clause in _CLAUSE.split(body) if clause.strip()]
    count = max(1, round(share * len(clauses)))
    if rng.random() < 0.7:
        start = rng.randrange(max(1, len(clauses) - count + 1))
        return clauses[start : start + count]
    return [clause for clause in clauses if rng.random() < share]


def _in_common_phrases(phrases: Sequence[str], b: Letter, rng: random.Random) -> Letter:
    """Return b with some of the phrases before or behind it."""
    share = rng.uniform(*SHARED)
    chosen = [phrase for phrase in phrases if rng.random() < share]
    return Letter(f"{b.id}+", b.title, _joined(chosen, [b.body], rng))


def _joined(first: Sequence[str], second: Sequence[str], rng: random.Random) -> str:
    parts = ["".join(first), "".join(second)]
    return "".join(parts if rng.random() < 0.5 else parts[::-1])


def edited_copies(letters: Sequence[Letter], seed: int, group_of: Callable[[Letter], str]) -> Iterator[Pair]:
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
            copy = Letter(f"{letter.id}-copy", title, body)
            yield Pair(letter, copy, "same_text", group_of(letter), COPY_WEIGHT)


def prepare(profiler: Profiler, pairs: Sequence[Pair]) -> list[tuple[Profile, Profile]]:
    """Prepare both letters of every pair for comparison, each letter once."""
    letters = {(letter.id, letter.text): letter for pair in pairs for letter in (pair.a, pair.b)}
    ordered = list(letters.values())
    profiles = (profiler.profiles(ordered[start : start + PAGE_SIZE]) for start in range(0, len(ordered), PAGE_SIZE))
    ready = dict(zip(letters, (profile for page in profiles for profile in page), strict=True))
    return [(ready[pair.a.id, pair.a.text], ready[pair.b.id, pair.b.text]) for pair in pairs]
