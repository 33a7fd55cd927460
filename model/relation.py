"""Whether letter b is of the same matter as letter a, with what both share and what is new in b."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from model.agreement import COLUMNS, PARTS, Agreement
from model.comparison import FEATURES, compare
from model.monotone import MonotoneLogistic
from model.passages import clauses
from model.profile import Profile, Profiler, ReadProfile
from model.records import Relation, RelationName, SharedPassage, Span

LONGEST_READ = 2000
SHORTEST_SHARED = 4
KNOWN_FROM = 0.5


QUESTIONS = ("same", "text", "related")
# What they are asked of: columns of the agreement, or features.
SAME = ("wording", "weaker")
RELATED = ("wording", "stronger")
TEXT = ("fours_more", "fours_less", "eights_more", "eights_less", "word_cosine", "character_cosine")
# An agreement so far above or below what is usual, in standard deviations, is a reason that a person is told.
TELLING = 0.25
_WHERE = ("regions_conflict", "places_conflict", "names_shared")


class RelationScorer:
    """Judge a pair of letters from readable features of both texts.

    Three questions, each a logistic regression whose weights never fall below zero: is it the same matter; if so, is it
    the same text; if not, is it related at all. Who wrote is no feature: two letters of one person are the same
    matter only where the facts are.

    Learned: `agreement_` and `models_`, by question.
    """

    def __init__(self, profiler: Profiler, C: float = 1.0) -> None:  # noqa: N803 - scikit-learn's name
        self.profiler = profiler
        self.C = C

    def fit(
        self, rows: NDArray[np.float64], labels: NDArray[np.str_], weights: Mapping[str, NDArray[np.float64]]
    ) -> "RelationScorer":
        """Learn from the features of pairs, shape (pairs, len(FEATURES)), and their labels.

        Labels are same_text, same_matter, related and different. `weights` says for each question what a pair counts.
        """
        same = np.isin(labels, ("same_text", "same_matter"))
        self.agreement_ = Agreement().fit(rows[weights["same"] > 0])
        asked = {"same": np.ones(len(labels), bool), "text": same, "related": ~same}
        truth = {"same": same, "text": labels == "same_text", "related": labels == "related"}
        evidence = self.evidence(rows)
        self.models_ = {
            name: self._answer(evidence[name], truth[name], asked[name] * weights[name]) for name in QUESTIONS
        }
        return self

    def _answer(
        self, evidence: NDArray[np.float64], truth: NDArray[np.bool_], weights: NDArray[np.float64]
    ) -> MonotoneLogistic:
        """Learn to answer a question from the pairs that count for it; yes and no count alike together."""
        chosen = weights > 0
        model = MonotoneLogistic((1,) * evidence.shape[1], self.C)
        return model.fit(evidence[chosen], truth[chosen], balanced(truth[chosen], weights[chosen]))

    def evidence(self, rows: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Return what each question is asked of, from the features of pairs."""
        agreement = self.agreement_.transform(rows)
        return {
            "same": agreement[:, [COLUMNS.index(name) for name in SAME]],
            "text": rows[:, [FEATURES.index(name) for name in TEXT]],
            "related": agreement[:, [COLUMNS.index(name) for name in RELATED]],
        }

    def score(self, pairs: Sequence[tuple[Profile, Profile]]) -> list[Relation]:
        """Return score and relation of each pair, without reasons and evidence."""
        return self._judged(compare(pairs)) if pairs else []

    def _judged(self, rows: NDArray[np.float64]) -> list[Relation]:
        answers = np.column_stack(self.predict_proba(rows)).tolist()
        return [Relation(same, _name(same, text, related)) for same, text, related in answers]

    def predict_proba(self, rows: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """Return the probability that each question is answered yes, from the features of pairs."""
        evidence = self.evidence(rows)
        return [self.models_[name].predict_proba(evidence[name]) for name in QUESTIONS]

    def _reasons(self, rows: NDArray[np.float64]) -> tuple[str, ...]:
        """Return in what a pair agrees, and in what it does not, clearly more than usual; rows has shape (1, features).

        Letters from different regions, or that name different places of a kind and none in common, are never said to
        agree in the place.
        """
        agreement = self.agreement_.transform(rows)[:, : len(PARTS)]
        regions, places, shared = (rows[:, FEATURES.index(name)] for name in _WHERE)
        elsewhere = (regions > 0) | ((places > 0) & (shared == 0))
        place = [*PARTS].index("place")
        agreement[elsewhere, place] = np.minimum(agreement[elsewhere, place], 0)
        said = dict(zip(PARTS, agreement[0].tolist(), strict=True))
        return (
            *(f"same_{name}" for name, value in said.items() if value >= TELLING),
            *(f"other_{name}" for name, value in said.items() if value <= -TELLING),
        )

    def explain(self, a: ReadProfile, b: ReadProfile) -> Relation:
        """Return the relation of b to a with its reasons, the shared passages and what is new in b."""
        rows = compare([(a, b)])
        (judged,) = self._judged(rows)
        shared, new = shared_passages(a, b), self._new_in(a, b)
        return replace(judged, reasons=self._reasons(rows), shared=shared, new_in_b=new)

    def _new_in(self, a: ReadProfile, b: ReadProfile) -> tuple[Span, ...]:
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


def balanced(truth: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights of which the true and the untrue have half each; their sum stays."""
    parts = [float(weights[truth == side].sum()) for side in (False, True)]
    if not all(parts):
        return weights
    return np.where(truth, weights * sum(parts) / (2 * parts[1]), weights * sum(parts) / (2 * parts[0]))


def _name(same: float, text: float, related: float) -> RelationName:
    if same >= 0.5:
        return "same_text" if text >= 0.5 else "same_matter"
    return "related" if related >= 0.5 else "different"


def shared_passages(a: ReadProfile, b: ReadProfile) -> tuple[SharedPassage, ...]:
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
