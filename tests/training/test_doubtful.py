import warnings

import numpy as np
from numpy.typing import NDArray

from training.doubtful import doubtful_labels

CLASSES = ["labour", "land", "health"]
EACH = 12


def believed(truth: list[str], classes: list[str] = CLASSES, sure: float = 0.9) -> NDArray[np.float64]:
    """Return probabilities that are sure of the truth, a little less so from letter to letter."""
    proba = np.zeros((len(truth), len(classes)))
    for row, name in enumerate(truth):
        top = sure - 0.001 * row
        proba[row] = (1 - top) / (len(classes) - 1)
        proba[row, classes.index(name)] = top
    return proba


TRUTH = [name for name in CLASSES for _ in range(EACH)]


def swapped(**labels: str) -> list[str]:
    found = list(TRUTH)
    for place, label in labels.items():
        found[int(place[1:])] = label
    return found


def test_a_swapped_label_is_found_with_what_it_should_be() -> None:
    found = doubtful_labels(swapped(_3="health"), CLASSES, believed(TRUTH))
    assert [(entry["place"], entry["label"], entry["suggested"]) for entry in found] == [(3, "health", "labour")]
    assert 0 <= found[0]["quality"] < 0.2


def test_right_labels_are_not_doubted() -> None:
    assert doubtful_labels(TRUTH, CLASSES, believed(TRUTH)) == []


def test_the_most_doubtful_label_comes_first_and_most_limits_them() -> None:
    labels, proba = swapped(_3="health", _20="labour", _30="land"), believed(TRUTH)
    proba[20] = [0.001, 0.998, 0.001]
    found = doubtful_labels(labels, CLASSES, proba)
    assert [entry["place"] for entry in found] == [20, 3, 30]
    assert [entry["quality"] for entry in found] == sorted(entry["quality"] for entry in found)
    assert doubtful_labels(labels, CLASSES, proba, most=2) == found[:2]


def test_the_same_letters_give_the_same_doubts() -> None:
    labels = swapped(_3="health", _20="labour")
    first = doubtful_labels(labels, CLASSES, believed(TRUTH))
    assert doubtful_labels(labels, CLASSES, believed(TRUTH)) == first


def test_the_only_letter_of_a_class_is_not_doubted_and_nothing_is_said_of_it() -> None:
    classes = [*CLASSES, "finance"]
    labels = [*swapped(_3="health"), "finance"]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = doubtful_labels(labels, classes, believed([*TRUTH, "labour"], classes))
    assert [entry["place"] for entry in found] == [3]
    assert said == []


def test_a_class_without_letters_does_no_harm() -> None:
    classes = ["civil-affairs", *CLASSES, "finance"]
    found = doubtful_labels(swapped(_3="health"), classes, believed(TRUTH, classes))
    assert [(entry["place"], entry["suggested"]) for entry in found] == [(3, "labour")]


def test_letters_of_one_class_or_none_cannot_be_doubted() -> None:
    assert doubtful_labels(["land"] * 5, CLASSES, believed(["labour"] * 5)) == []
    assert doubtful_labels(["land"] * 5, ["land"], np.ones((5, 1))) == []
    assert doubtful_labels([], CLASSES, np.zeros((0, 3))) == []
