import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve

from training.measures import calibration_error, macro_f1, per_class, ranking

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
