"""Whether letter b is of the same matter as letter a, with what both share and what is new in b."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.comparison import SIGNS, compare
from model.monotone import MonotoneLogistic
from model.passages import clauses
from model.profile import Profile, Profiler
from model.records import Relation, RelationName, SharedPassage, Span

LONGEST_READ = 2000
SHORTEST_SHARED = 4
KNOWN_FROM = 0.5


class RelationScorer:
    """Judge a pair of letters from readable features of both texts.

    Three questions, each a logistic regression whose weights keep their sign: is it the same matter; if so, is it
    the same text; if not, is it related at all. Who wrote is no feature: two letters of one person are the same
    matter only where the facts are.

    Learned: `models_`, by question.
    """

    QUESTIONS = ("same", "text", "related")

    def __init__(self, profiler: Profiler, C: float = 1.0) -> None:  # noqa: N803 - scikit-learn's name
        self.profiler = profiler
        self.C = C

    def fit(
        self, pairs: Sequence[tuple[Profile, Profile]], labels: Sequence[str], weights: Sequence[float]
    ) -> "RelationScorer":
        """Learn from pairs, their labels (same_text, same_matter, related, different) and what each counts."""
        return self.fit_features(self.features(pairs), np.asarray(labels), np.asarray(weights, float))

    def fit_features(
        self, rows: NDArray[np.float64], named: NDArray[Any], counts: NDArray[np.float64]
    ) -> "RelationScorer":
        """Learn from the features of pairs, shape (pairs, len(FEATURES)), with their labels and weights."""
        same = np.isin(named, ("same_text", "same_matter"))
        questions = {
            "same": (np.ones(len(named), bool), same),
            "text": (same, named == "same_text"),
            "related": (~same, named == "related"),
        }
        self.models_ = {
            name: MonotoneLogistic(SIGNS, self.C).fit(rows[asked], truth[asked], counts[asked])
            for name, (asked, truth) in questions.items()
        }
        return self

    def features(self, pairs: Sequence[tuple[Profile, Profile]]) -> NDArray[np.float64]:
        """Return the features of pairs, shape (pairs, len(FEATURES))."""
        return compare(pairs)

    def score(self, pairs: Sequence[tuple[Profile, Profile]]) -> list[Relation]:
        """Return score and relation of each pair, without evidence."""
        if not pairs:
            return []
        rows = self.features(pairs)
        same, text, related = (self.models_[question].predict_proba(rows) for question in self.QUESTIONS)
        return [
            Relation(float(same[i]), _name(float(same[i]), float(text[i]), float(related[i])))
            for i in range(len(pairs))
        ]

    def explain(self, a: Profile, b: Profile) -> Relation:
        """Return the relation of b to a with the shared passages and what is new in b."""
        judged = self.score([(a, b)])[0]
        return Relation(judged.score, judged.name, shared_passages(a, b), self._new_in(a, b))

    def _new_in(self, a: Profile, b: Profile) -> tuple[Span, ...]:
        """Return the clauses of b most of whose weight is in words that a does not have."""
        new = []
        original = b.letter.text
        for clause in clauses(b.reading):
            weights = self.profiler.weight(clause.words)
            known = np.isin(clause.words.buckets, a.terms["word"].buckets)
            total = float(weights.sum())
            if total > 0 and float(weights[known].sum()) / total < KNOWN_FROM:
                start, end = b.reading.clean.original(clause.start, clause.end)
                new.append(Span(start, end, original[start:end]))
        return tuple(new)


def _name(same: float, text: float, related: float) -> RelationName:
    if same >= 0.5:
        return "same_text" if text >= 0.5 else "same_matter"
    return "related" if related >= 0.5 else "different"


def shared_passages(a: Profile, b: Profile) -> tuple[SharedPassage, ...]:
    """Return the passages of four characters and more that stand in both letters, in their order.

    Reads the first 2,000 words of each: matching words in order takes the product of both lengths at worst.
    """
    left, right = a.reading, b.reading
    matcher = SequenceMatcher(None, left.words[:LONGEST_READ], right.words[:LONGEST_READ], autojunk=False)
    found = []
    for block in matcher.get_matching_blocks():
        words = left.words[block.a : block.a + block.size]
        size = sum(map(len, words))
        if size < SHORTEST_SHARED:
            continue
        a_first, b_first = int(left.bounds[block.a]), int(right.bounds[block.b])
        found.append(
            SharedPassage(*left.clean.original(a_first, a_first + size), *right.clean.original(b_first, b_first + size))
        )
    return tuple(found)
