"""Measurements of predictions against the truth; everything as plain numbers for JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, precision_recall_fscore_support

BINS = 10


def per_class(truth: Sequence[str], guess: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return precision, recall, F1 and support of every class that occurs in the truth or the guess."""
    classes = sorted({*truth, *guess})
    precision, recall, f1, support = precision_recall_fscore_support(truth, guess, labels=classes, zero_division=0.0)
    return {
        name: {
            "precision": float(precision[i]),
            "recall": float(recall[i]),
            "f1": float(f1[i]),
            "support": int(support[i]),
        }
        for i, name in enumerate(classes)
    }


def macro_f1(classes: dict[str, dict[str, float]]) -> float:
    """Return the mean F1 over classes."""
    return float(np.mean([entry["f1"] for entry in classes.values()]))


def calibration_error(confidence: Sequence[float], correct: Sequence[bool]) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    values, right = np.asarray(confidence), np.asarray(correct, float)
    bins = np.clip((values * BINS).astype(int), 0, BINS - 1)
    gaps = [abs(values[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))


def ranking(truth: NDArray[Any], score: NDArray[Any]) -> dict[str, float]:
    """Return average precision, best F1 and recall at 95 % precision of a score for a yes-or-no truth.

    Empty where nothing is true: there is nothing to rank.
    """
    if not truth.any():
        return {}
    precision, recall, _ = precision_recall_curve(truth, score)
    return {
        "average_precision": float(average_precision_score(truth, score)),
        "best_f1": float((2 * precision * recall / np.maximum(precision + recall, 1e-9)).max()),
        "recall_at_95": float(recall[precision >= 0.95].max()),
    }


def category_quality(
    truth: Sequence[str], guess: Sequence[str], confidence: Sequence[float], kept: Sequence[bool]
) -> dict[str, Any]:
    """Return the quality of tagged letters; `kept` marks those that need no review."""
    right = np.asarray(truth) == np.asarray(guess)
    accepted = np.asarray(kept, bool)
    classes = per_class(truth, guess)
    return {
        "letters": len(truth),
        "accuracy": float(right.mean()),
        "macro_f1": macro_f1(classes),
        "calibration_error": calibration_error(confidence, right.tolist()),
        "accepted": float(accepted.mean()),
        "accepted_precision": float(right[accepted].mean()) if accepted.any() else None,
        "classes": classes,
    }


def level_quality(truth: Sequence[str], guess: Sequence[str], score: NDArray[Any]) -> dict[str, Any]:
    """Return the quality of group-visit levels and of the score of a warning."""
    classes = per_class(truth, guess)
    return {
        "letters": len(truth),
        "macro_f1": macro_f1(classes),
        "warning": ranking(np.asarray([level == "warning" for level in truth]), score) or None,
        "classes": classes,
    }
