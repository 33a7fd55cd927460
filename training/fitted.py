"""A fitted part with what was measured on letters that it had not seen while fitting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.calibration import CalibratedLinear
from model.storage import Part
from training.measures import category_quality, level_quality


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
