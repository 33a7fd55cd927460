import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, confusion_matrix, f1_score, precision_recall_curve

from training.measures import (
    accept_curve,
    calibration_error,
    category_quality,
    confusion,
    macro_f1,
    per_class,
    ranking,
    reliability,
    top_share,
)

LABELS = st.sampled_from("abc")
JUDGED = st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=30)
CONFIDENT = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def test_a_class_is_measured_by_hand() -> None:
    found = per_class(["a", "a", "a", "b"], ["a", "a", "b", "b"])
    assert found == {
        "a": {"precision": 1.0, "recall": pytest.approx(2 / 3), "f1": pytest.approx(0.8), "support": 3},
        "b": {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1},
    }
    assert macro_f1(found) == pytest.approx((0.8 + 2 / 3) / 2)


def test_a_class_that_is_never_guessed_counts_nothing_but_is_shown() -> None:
    assert per_class(["a", "b"], ["a", "a"])["b"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}


@given(JUDGED)
@settings(max_examples=40)
def test_the_f1_of_each_class_is_that_of_scikit_learn(judged: list[tuple[str, str]]) -> None:
    truth, guess = [pair[0] for pair in judged], [pair[1] for pair in judged]
    found = per_class(truth, guess)
    classes = sorted(set(truth))
    expected = f1_score(truth, guess, labels=classes, average=None, zero_division=0.0)
    assert [found[name]["f1"] for name in classes] == pytest.approx(list(expected))


@given(JUDGED)
@settings(max_examples=40)
def test_the_macro_f1_is_that_of_scikit_learn(judged: list[tuple[str, str]]) -> None:
    """A class that is guessed but never true counts with an F1 of 0."""
    truth, guess = [pair[0] for pair in judged], [pair[1] for pair in judged]
    expected = f1_score(truth, guess, average="macro", zero_division=0.0)
    assert macro_f1(per_class(truth, guess)) == pytest.approx(expected)


def test_confusion_counts_truths_by_row_and_guesses_by_column() -> None:
    found = confusion(["a", "a", "b", "b"], ["a", "c", "b", "a"])
    assert found == {"codes": ["a", "b", "c"], "counts": [[1, 0, 1], [1, 1, 0], [0, 0, 0]]}


@given(JUDGED)
@settings(max_examples=40)
def test_confusion_is_that_of_scikit_learn_and_forgets_no_letter(judged: list[tuple[str, str]]) -> None:
    truth, guess = [pair[0] for pair in judged], [pair[1] for pair in judged]
    assume(len({*truth, *guess}) > 1)  # scikit-learn warns of a single class
    counts = confusion(truth, guess)["counts"]
    assert counts == confusion_matrix(truth, guess).tolist()
    assert sum(map(sum, counts)) == len(judged)


def test_reliability_is_computed_by_hand_and_leaves_empty_bins_out() -> None:
    assert reliability([0.95, 0.91, 0.15, 0.15, 1.0], [True, False, False, True, True]) == [
        {"from": 0.1, "to": 0.2, "letters": 2, "confidence": pytest.approx(0.15), "accuracy": 0.5},
        {
            "from": 0.9,
            "to": 1.0,
            "letters": 3,
            "confidence": pytest.approx((0.95 + 0.91 + 1) / 3),
            "accuracy": pytest.approx(2 / 3),
        },
    ]


def test_confusion_of_a_single_class_is_its_count() -> None:
    assert confusion(["a", "a"], ["a", "a"]) == {"codes": ["a"], "counts": [[2]]}


def test_nothing_measured_has_no_bins_and_no_curve() -> None:
    assert reliability([], []) == []
    assert accept_curve([], []) == []
    assert calibration_error([], []) == 0.0


def test_the_accept_curve_is_computed_by_hand() -> None:
    assert accept_curve([0.5, 0.9, 0.7, 0.8], [True, True, False, True]) == [
        {"accepted": 0.25, "precision": 1.0, "confidence": 0.9},
        {"accepted": 0.5, "precision": 1.0, "confidence": 0.8},
        {"accepted": 0.75, "precision": pytest.approx(2 / 3), "confidence": 0.7},
        {"accepted": 1.0, "precision": 0.75, "confidence": 0.5},
    ]


def test_letters_of_equal_confidence_are_accepted_together() -> None:
    assert accept_curve([0.9, 0.9, 0.1], [False, True, True]) == [
        {"accepted": pytest.approx(2 / 3), "precision": 0.5, "confidence": 0.9},
        {"accepted": 1.0, "precision": pytest.approx(2 / 3), "confidence": 0.1},
    ]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
@settings(max_examples=40)
def test_each_point_of_the_accept_curve_follows_from_its_threshold(judged: list[tuple[float, bool]]) -> None:
    points = accept_curve([value for value, _ in judged], [right for _, right in judged])
    assert 1 <= len(points) <= 50
    assert points[-1]["accepted"] == 1.0
    for point in points:
        inside = [right for value, right in judged if value >= point["confidence"]]
        assert point["accepted"] == pytest.approx(len(inside) / len(judged))
        assert point["precision"] == pytest.approx(np.mean(inside))


def test_the_share_of_the_first_classes_is_counted() -> None:
    ranked = [["a", "b", "c", "d"], ["b", "c", "d", "a"], ["d", "c", "b", "a"]]
    assert top_share(["a", "a", "b"], ranked) == pytest.approx(2 / 3)
    assert top_share(["a", "a", "b"], ranked, 1) == pytest.approx(1 / 3)


def test_the_quality_of_categories_holds_all_that_a_card_shows() -> None:
    truth, guess = ["a", "b", "b"], ["a", "b", "a"]
    found = category_quality(
        truth, guess, [0.9, 0.8, 0.4], [True, False, False], ranked=[["a", "b"], ["b", "a"], ["a", "b"]]
    )
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert (found["accepted"], found["accepted_precision"]) == (pytest.approx(1 / 3), 1.0)
    assert found["top3"] == 1.0
    assert found["confusion"] == confusion(truth, guess)
    assert found["reliability"] == reliability([0.9, 0.8, 0.4], [True, True, False])
    assert found["accept_curve"] == accept_curve([0.9, 0.8, 0.4], [True, True, False])
    assert json.loads(json.dumps(found)) == found


def test_without_ranked_classes_the_share_of_the_first_three_is_unknown() -> None:
    assert category_quality(["a"], ["a"], [0.9], [True])["top3"] is None


def test_the_calibration_error_is_computed_by_hand() -> None:
    assert calibration_error([0.95, 0.91, 0.15, 0.15], [True, True, False, True]) == pytest.approx(
        (1 - 0.93) * 2 / 4 + (0.5 - 0.15) * 2 / 4
    )
    assert calibration_error([1.0, 1.0], [True, True]) == 0.0
    assert calibration_error([1.0], [False]) == 1.0


@given(CONFIDENT)
@settings(max_examples=40)
def test_the_calibration_error_follows_its_definition(judged: list[tuple[float, bool]]) -> None:
    error = 0.0
    for low in range(10):
        inside = [(value, right) for value, right in judged if min(int(value * 10), 9) == low]
        if inside:
            gap = np.mean([value for value, _ in inside]) - np.mean([right for _, right in inside])
            error += abs(float(gap)) * len(inside) / len(judged)
    found = calibration_error([value for value, _ in judged], [right for _, right in judged])
    assert found == pytest.approx(error)
    assert 0.0 <= found <= 1.0


def test_a_perfect_ranking_reaches_all() -> None:
    found = ranking(np.array([True, True, False]), np.array([0.9, 0.8, 0.1]))
    assert found == {
        "average_precision": pytest.approx(1.0),
        "best_f1": pytest.approx(1.0),
        "recall_at_95": pytest.approx(1.0),
    }


def test_a_ranking_with_one_mistake_on_top_is_computed_by_hand() -> None:
    found = ranking(np.array([False, True, True]), np.array([0.9, 0.8, 0.7]))
    assert found["average_precision"] == pytest.approx(0.5 * 1 / 2 + 0.5 * 2 / 3)
    assert found["best_f1"] == pytest.approx(0.8)
    assert found["recall_at_95"] == 0.0


@given(CONFIDENT)
@settings(max_examples=40)
def test_a_ranking_follows_the_curve_of_scikit_learn(judged: list[tuple[float, bool]]) -> None:
    truth = np.array([*(right for _, right in judged), True])
    score = np.array([*(value for value, _ in judged), 0.5])
    found = ranking(truth, score)
    precision, recall, _ = precision_recall_curve(truth, score)
    assert found["average_precision"] == pytest.approx(average_precision_score(truth, score))
    assert found["best_f1"] == pytest.approx((2 * precision * recall / (precision + recall + 1e-9)).max(), abs=1e-6)
    assert found["recall_at_95"] == pytest.approx(recall[precision >= 0.95].max())
