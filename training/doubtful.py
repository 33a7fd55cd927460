"""Labels of letters that are probably wrong, for a person to look at; nothing is changed."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray

MOST = 50


def doubtful_labels(
    labels: Sequence[str], classes: Sequence[str], proba: NDArray[Any], most: int = MOST
) -> list[dict[str, Any]]:
    """Return the place, label, suggestion and quality (0 to 1, low is doubtful) of doubtful labels, worst first.

    `proba` holds held-out probabilities, one column per class, shape (letters, classes); every label is one of the
    classes. The only letter of a class is never doubted: no other letter could have taught its label.
    """
    places = {name: place for place, name in enumerate(classes)}
    given = np.asarray([places[label] for label in labels], int)
    if len(np.unique(given)) < 2:
        return []
    doubted, quality = _confident_learning(given, proba)
    suggested = proba.argmax(axis=1)
    found = np.flatnonzero(doubted & (suggested != given))
    worst = found[np.argsort(quality[found], kind="stable")][:most]
    return [
        {
            "place": int(i),
            "label": labels[i],
            "suggested": classes[suggested[i]],
            "quality": float(np.clip(quality[i], 0, 1)),
        }
        for i in worst
    ]


def _confident_learning(given: NDArray[Any], proba: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return which labels are doubtful, and the quality of all (Northcutt, Jiang and Chuang, JAIR 2021)."""
    with warnings.catch_warnings():
        # It warns that it passes over classes of one letter, which is what our caller promises.
        warnings.filterwarnings("ignore", message="May not flag all label issues", category=UserWarning)
        doubted = np.asarray(find_label_issues(given, proba, n_jobs=1), bool)
    return doubted, np.asarray(get_label_quality_scores(given, proba), float)
