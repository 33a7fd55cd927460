"""Which category a letter belongs to, how sure that is, and which words decided."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from model.evidence import explain
from model.features import HashedTfidf, Reading
from model.linear import CalibratedLinear
from model.records import CategoryResult, Scored
from model.taxonomy import Taxonomy
from model.text import han_count

SHORTEST = 8
LEAST_KNOWN_SHARE = 0.25
ALSO_FROM = 0.2


class CategoryClassifier:
    """Tag letters with a level-1 category and, within it, a level-2 class.

    Level 1 is a calibrated linear machine over word and character n-grams. Level 2 has a machine of its own in
    every category, so that the probabilities of its classes add up to the category's.

    Learned: `features_`, `level1_`, `level2_` (a machine for each category that has classes), and `threshold_`,
    the confidence from which `precision` was reached on held-out folds; above 1 if it never was.
    """

    def __init__(self, taxonomy: Taxonomy, C: float = 0.5, precision: float = 0.98, seed: int = 0) -> None:  # noqa: N803
        self.taxonomy = taxonomy
        self.C = C
        self.precision = precision
        self.seed = seed

    def fit(self, readings: Sequence[Reading], codes: Sequence[str], groups: Sequence[int]) -> "CategoryClassifier":
        """Learn from letters and their codes, of level 1 or 2.

        Letters of one group are near-duplicates: they never stand on both sides of an inner split.
        """
        parents = self.taxonomy.parents
        self.features_ = HashedTfidf().fit(readings)
        rows = self.features_.transform(readings)
        level1 = [parents.get(code, code) for code in codes]
        self.level1_ = CalibratedLinear(self.C, seed=self.seed).fit(rows, level1, groups)
        self.threshold_ = self._precise_from(level1)
        self.level2_ = self._fit_level2(rows, codes, groups)
        return self

    def _fit_level2(self, rows: csr_matrix, codes: Sequence[str], groups: Sequence[int]) -> dict[str, CalibratedLinear]:
        machines = {}
        for category in self.taxonomy.categories:
            inside = {entry.code for entry in category.classes}
            chosen = [i for i, code in enumerate(codes) if code in inside]
            if chosen:
                machines[category.code] = CalibratedLinear(self.C, seed=self.seed).fit(
                    rows[chosen], [codes[i] for i in chosen], [groups[i] for i in chosen]
                )
        return machines

    def _precise_from(self, truth: Sequence[str]) -> float:
        """Return the lowest confidence from which held-out letters are right at the promised precision."""
        proba = self.level1_.probabilities(self.level1_.held_out_)
        confidence = proba.max(axis=1)
        right = self.level1_.classes_[proba.argmax(axis=1)] == np.asarray(truth)
        order = np.argsort(-confidence)
        running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
        good = np.flatnonzero(running >= self.precision)
        return float(confidence[order][good[-1]]) if len(good) else 1.1

    def predict(self, readings: Sequence[Reading], originals: Sequence[str]) -> list[CategoryResult]:
        """Return a result for each letter; `originals` are the texts that spans count in."""
        rows = self.features_.transform(readings)
        decisions = self.level1_.decision_function(rows)
        proba = self.level1_.probabilities(decisions)
        level2 = self._level2(rows, decisions.argmax(axis=1))
        return [
            self._result(readings[i], originals[i], level2[i], decisions[i], proba[i]) for i in range(len(readings))
        ]

    def _level2(self, rows: csr_matrix, best: NDArray[np.intp]) -> list[tuple[str, float] | None]:
        """Return for each row the likeliest class of its best category, and its share of the category."""
        found: list[tuple[str, float] | None] = [None] * len(best)
        for place in np.unique(best):
            machine = self.level2_.get(str(self.level1_.classes_[place]))
            chosen = np.flatnonzero(best == place)
            if machine is not None:
                proba = machine.predict_proba(rows[chosen])
                for i, shares in zip(chosen, proba, strict=True):
                    found[i] = (str(machine.classes_[shares.argmax()]), float(shares.max()))
        return found

    def _result(
        self,
        reading: Reading,
        original: str,
        level2: tuple[str, float] | None,
        decision: NDArray[Any],
        proba: NDArray[Any],
    ) -> CategoryResult:
        order = np.argsort(-decision, kind="stable")
        ranked = [self._scored(str(self.level1_.classes_[i]), float(proba[i])) for i in order]
        weights, difference = self._against_second(order, decision)
        evidence, rest = explain(self.features_, reading, original, weights, difference)
        return CategoryResult(
            best=ranked[0],
            level2=self._scored(level2[0], level2[1] * ranked[0].confidence) if level2 else None,
            alternatives=tuple(ranked[1:6]),
            also=tuple(scored for scored in ranked[1:] if scored.confidence >= ALSO_FROM),
            evidence=evidence,
            rest=rest,
            scores={scored.code: scored.confidence for scored in ranked},
            unsure=self._doubts(reading, ranked),
        )

    def _scored(self, code: str, confidence: float) -> Scored:
        entry = self.taxonomy.by_code.get(code) or self.taxonomy.classes_by_code[code]
        return Scored(code, entry.name, confidence)

    def _against_second(self, order: NDArray[np.intp], decision: NDArray[Any]) -> tuple[NDArray[np.float32], float]:
        if len(order) < 2:
            return self.level1_.coef_[order[0]], float(decision[order[0]])
        first, second = order[0], order[1]
        return self.level1_.coef_[first] - self.level1_.coef_[second], float(decision[first] - decision[second])

    def _doubts(self, reading: Reading, ranked: Sequence[Scored]) -> tuple[str, ...]:
        """Name why a person should look; empty if the promised precision covers the letter."""
        doubts = []
        if ranked[0].confidence < self.threshold_:
            doubts.append("below_precision")
        if han_count(reading.clean.text) < SHORTEST:
            doubts.append("too_short")
        if self.features_.known_share(reading) < LEAST_KNOWN_SHARE:
            doubts.append("unlike_training")
        return tuple(doubts)
