"""Fits the relation of letters, and measures it on groups of matters that it had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from model.comparison import compare
from model.profile import Profiler
from model.reading import read
from model.relation import QUESTIONS, RelationScorer
from training.corpus import Pair, shipped_matters, shipped_pairs
from training.fit import ReadCorpus
from training.fitted import Fitted
from training.measures import calibration_error, ranking
from training.relation_pairs import edited_copies, matter_pairs, prepare, rewritten_pairs

FOLDS = 5
# What each kind of pair counts for each question. Pairs as they were written are harder than what an inbox holds: they
# tell related from different, and serve to measure, but would teach a false scale of sameness.
WEIGHTS = {"own": (1, 1, 1), "rewritten": (1, 1, 1), "copied": (1, 1, 1), "written": (0, 0, 1)}


@dataclass(frozen=True)
class Material:
    """Pairs with their features, labels, groups and kinds."""

    pairs: Sequence[Pair]
    rows: NDArray[np.float64]
    labels: NDArray[np.str_]
    groups: NDArray[np.int_]
    kinds: NDArray[np.str_]

    def weights(self, chosen: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
        """Return what the chosen pairs count for each question."""
        counts = np.array([[self.pairs[i].weight * part for part in WEIGHTS[self.kinds[i]]] for i in chosen], float)
        return dict(zip(QUESTIONS, counts.T, strict=True))

    def fit(self, profiler: Profiler, chosen: NDArray[np.intp]) -> RelationScorer:
        """Fit a scorer on the chosen pairs."""
        return RelationScorer(profiler).fit(self.rows[chosen], self.labels[chosen], self.weights(chosen))


def fit_relation(corpus: ReadCorpus, seed: int, own: Sequence[Pair] = ()) -> Fitted:
    """Fit on the shipped matters as people would write them, on edited copies, and on an office's own pairs."""
    matters = shipped_matters()
    profiler = Profiler(seed).fit([*corpus.readings, *(read(entry.letter.text) for entry in matters)])
    group_of = {entry.letter.id: entry.group for entry in matters}
    pairs = {
        "own": list(own),
        "rewritten": list(rewritten_pairs(matters, profiler.lexicon_, seed)),
        "copied": list(edited_copies([entry.letter for entry in matters], seed, lambda letter: group_of[letter.id])),
        "written": [*shipped_pairs(), *matter_pairs(matters)],
    }
    material = _material(profiler, pairs)
    scorer = material.fit(profiler, np.arange(len(material.pairs)))
    return Fitted(scorer, _measured(material, profiler))


def _material(profiler: Profiler, by_kind: dict[str, list[Pair]]) -> Material:
    pairs = [pair for part in by_kind.values() for pair in part]
    return Material(
        pairs,
        compare(prepare(profiler, pairs)),
        np.asarray([pair.label for pair in pairs]),
        np.unique([pair.group for pair in pairs], return_inverse=True)[1],
        np.asarray([kind for kind, part in by_kind.items() for _ in part]),
    )


def _measured(material: Material, profiler: Profiler) -> dict[str, Any]:
    """Return the held-out quality of the question “same matter”, on rewritten pairs and on pairs as written."""
    score = np.zeros(len(material.pairs))
    splits = GroupKFold(FOLDS, shuffle=True, random_state=0).split(material.rows, groups=material.groups)
    for learn, hold in splits:
        score[hold] = material.fit(profiler, learn).predict_proba(material.rows[hold])[0]
    same = np.char.startswith(material.labels, "same")
    found = {}
    for kind in ("rewritten", "written"):
        chosen = material.kinds == kind
        found[kind] = {
            "pairs": int(chosen.sum()),
            **ranking(same[chosen], score[chosen]),
            "calibration_error": calibration_error(score[chosen].tolist(), same[chosen].tolist()),
        }
    return {**found["rewritten"], "as_written": found["written"]}
