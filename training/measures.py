"""Measurements of predictions against the truth; everything as plain numbers for JSON."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, precision_recall_fscore_support

BINS = 10
CURVE_POINTS = 50
TOP = 3


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


def confusion(truth: Sequence[str], guess: Sequence[str]) -> dict[str, Any]:
    """Return how many letters of each class (row) were given each class (column)."""
    codes = sorted({*truth, *guess})
    pairs = Counter(zip(truth, guess, strict=True))
    return {"codes": codes, "counts": [[pairs[true, guessed] for guessed in codes] for true in codes]}


def reliability(confidence: Sequence[float], correct: Sequence[bool]) -> list[dict[str, Any]]:
    """Return mean confidence and accuracy in ten bins of equal width; bins without letters are left out."""
    values, right = np.asarray(confidence, float), np.asarray(correct, float)
    bins = np.clip((values * BINS).astype(int), 0, BINS - 1)
    return [
        {
            "from": int(b) / BINS,
            "to": (int(b) + 1) / BINS,
            "letters": int((bins == b).sum()),
            "confidence": float(values[bins == b].mean()),
            "accuracy": float(right[bins == b].mean()),
        }
        for b in np.unique(bins)
    ]


def calibration_error(confidence: Sequence[float], correct: Sequence[bool]) -> float:
    """Return the expected calibration error over the bins of `reliability`."""
    gaps = [abs(b["confidence"] - b["accuracy"]) * b["letters"] for b in reliability(confidence, correct)]
    return float(sum(gaps) / max(len(confidence), 1))


def accept_curve(confidence: Sequence[float], correct: Sequence[bool]) -> list[dict[str, float]]:
    """Return share accepted, precision and threshold, from the most confident letters to all of them.

    Letters of equal confidence are accepted together, since no threshold divides them; at most 50 points are kept.
    """
    if not len(confidence):
        return []
    values, right = np.asarray(confidence, float), np.asarray(correct, float)
    order = np.argsort(-values, kind="stable")
    falling, precision = values[order], right[order].cumsum() / np.arange(1, len(order) + 1)
    ends = np.flatnonzero(np.append(np.diff(falling) != 0, True))
    kept = ends[np.linspace(0, len(ends) - 1, min(len(ends), CURVE_POINTS)).astype(int)]
    return [
        {"accepted": (int(i) + 1) / len(order), "precision": float(precision[i]), "confidence": float(falling[i])}
        for i in kept
    ]


def top_share(truth: Sequence[str], ranked: Sequence[Sequence[str]], first: int = TOP) -> float:
    """Return the share of letters whose true class is among the `first` of its classes, ranked best first."""
    return float(np.mean([code in classes[:first] for code, classes in zip(truth, ranked, strict=True)]))


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
    truth: Sequence[str],
    guess: Sequence[str],
    confidence: Sequence[float],
    kept: Sequence[bool],
    *,
    ranked: Sequence[Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return the quality of tagged letters; `kept` marks those that need no review.

    `ranked` holds the classes of each letter, best first; without it the share of the first three stays unknown.
    """
    right = np.asarray(truth) == np.asarray(guess)
    accepted = np.asarray(kept, bool)
    classes = per_class(truth, guess)
    return {
        "letters": len(truth),
        "accuracy": float(right.mean()),
        "macro_f1": macro_f1(classes),
        "top3": None if ranked is None else top_share(truth, ranked),
        "calibration_error": calibration_error(confidence, right.tolist()),
        "accepted": float(accepted.mean()),
        "accepted_precision": float(right[accepted].mean()) if accepted.any() else None,
        "classes": classes,
        "confusion": confusion(truth, guess),
        "reliability": reliability(confidence, right.tolist()),
        "accept_curve": accept_curve(confidence, right.tolist()),
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
