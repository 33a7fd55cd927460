"""A fitted part with what was measured on letters that it had not seen while fitting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from model.calibration import CalibratedLinear
from model.comparison import SIGNS
from model.monotone import MonotoneLogistic
from model.relation import RelationScorer
from model.storage import Part
from training.measures import calibration_error, category_quality, level_quality, ranking

FOLDS = 5


@dataclass(frozen=True)
class Fitted:
    """A part and its measurements, by name."""

    part: Part
    metrics: dict[str, Any]


def classification_metrics(
    machine: CalibratedLinear, truth: Sequence[str], thresholds: NDArray[np.float64] | None = None
) -> dict[str, Any]:
    """Return the held-out quality of a machine; letters from the threshold of their guess on count as accepted."""
    proba = machine.temperature_.predict_proba(machine.held_out_)
    best = proba.argmax(axis=1)
    confidence = proba.max(axis=1)
    kept = confidence >= (0 if thresholds is None else thresholds[best])
    ranked = machine.classes_[np.argsort(-proba, axis=1)[:, :3]].tolist()
    return category_quality(truth, machine.classes_[best].tolist(), confidence.tolist(), kept.tolist(), ranked=ranked)


def level_metrics(proba: NDArray[Any], names: Sequence[str], truth: Sequence[str]) -> dict[str, Any]:
    """Return the held-out quality of group-visit levels; `names` are those of the columns of `proba`."""
    guess = [names[i] for i in proba.argmax(axis=1)]
    return level_quality(truth, guess, proba[:, names.index("warning")])


def relation_metrics(
    rows: NDArray[Any],
    same: NDArray[Any],
    weights: NDArray[Any],
    groups: Sequence[str],
    measured: int,
    scorer: RelationScorer,
) -> dict[str, Any]:
    """Return the held-out quality of the question “same matter” over the first `measured` pairs."""
    score = np.zeros(len(same))
    numbers = np.unique(np.asarray(groups), return_inverse=True)[1]
    for learn, hold in GroupKFold(FOLDS, shuffle=True, random_state=0).split(rows, same, numbers):
        model = MonotoneLogistic(SIGNS, scorer.C).fit(rows[learn], same[learn], weights[learn])
        score[hold] = model.predict_proba(rows[hold])
    truth = same[:measured].astype(bool)
    return {
        "pairs": measured,
        **ranking(truth, score[:measured]),
        "calibration_error": calibration_error(score[:measured].tolist(), truth.tolist()),
    }
