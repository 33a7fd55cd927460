import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import clone

from model.linear import Aids, BlendedLinear

ROWS = csr_matrix(np.array([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0.1, 0.9, 0], [0, 0, 1], [0, 0.1, 0.9]] * 3))
NAMES = ["road", "road", "wages", "wages", "noise", "noise"] * 3
TWO = ["road" if name == "road" else "other" for name in NAMES]
ONE = ["road"] * 18


def guesses(machine: BlendedLinear, rows: csr_matrix) -> list[str]:
    found: list[str] = machine.classes_[machine.decision_function(rows).argmax(axis=1)].tolist()
    return found


@pytest.mark.parametrize("names", [NAMES, TWO, ONE])
def test_one_two_or_many_classes_are_learnt(names: list[str]) -> None:
    machine = BlendedLinear().fit(ROWS, names)
    assert machine.classes_.tolist() == sorted(set(names))
    assert machine.coef_.shape == (len(machine.classes_), 3)
    assert machine.decision_function(ROWS).shape == (18, len(machine.classes_))
    assert guesses(machine, ROWS) == names


@pytest.mark.parametrize("names", [NAMES, TWO, ONE])
def test_decisions_are_sums_of_weights(names: list[str]) -> None:
    machine = BlendedLinear().fit(ROWS, names)
    expected = ROWS.toarray() @ machine.coef_.T + machine.intercept_
    np.testing.assert_allclose(machine.decision_function(ROWS), expected, rtol=1e-5, atol=1e-6)


def test_a_single_class_decides_for_itself_whatever_a_letter_says() -> None:
    assert BlendedLinear().fit(ROWS, ONE).decision_function(ROWS).tolist() == [[1.0]] * 18


def test_two_classes_mirror_each_other() -> None:
    decisions = BlendedLinear().fit(ROWS, TWO).decision_function(ROWS)
    np.testing.assert_allclose(decisions[:, 0], -decisions[:, 1], atol=0.01)


def test_a_clone_has_the_same_settings_and_has_learnt_nothing() -> None:
    machine = BlendedLinear(C=0.3, alpha=2.0, smoothing=0.01, seed=5).fit(ROWS, NAMES)
    twin = clone(machine)
    assert twin.get_params() == machine.get_params() == {"C": 0.3, "alpha": 2.0, "smoothing": 0.01, "seed": 5}
    assert not hasattr(twin, "coef_")
    assert clone(machine).set_params(C=0.7).get_params()["C"] == 0.7


def test_learning_returns_the_machine_itself_and_changes_no_setting() -> None:
    machine = BlendedLinear()
    before = machine.get_params()
    assert machine.fit(ROWS, NAMES) is machine
    assert machine.get_params() == before


def test_learning_changes_neither_rows_nor_names() -> None:
    rows, names = ROWS.copy(), np.asarray(NAMES)
    BlendedLinear().fit(rows, names)
    np.testing.assert_array_equal(rows.toarray(), ROWS.toarray())
    assert names.tolist() == NAMES


def test_learning_again_forgets_what_was_learnt() -> None:
    again = BlendedLinear().fit(ROWS, TWO).fit(ROWS, NAMES)
    np.testing.assert_array_equal(again.coef_, BlendedLinear().fit(ROWS, NAMES).coef_)
    assert again.classes_.tolist() == ["noise", "road", "wages"]


@pytest.mark.parametrize(("trusted", "name"), [(0, "road"), (1, "wages")])
def test_a_letter_that_weighs_more_is_believed_more(trusted: int, name: str) -> None:
    """The last two rows are alike and contradict each other."""
    rows = csr_matrix(np.vstack([ROWS.toarray(), [[0.5, 0.5, 0.0]] * 2]))
    weights: NDArray[np.float64] = np.ones(20)
    weights[18 + trusted] = 30
    machine = BlendedLinear().fit(rows, [*NAMES, "road", "wages"], weights)
    assert guesses(machine, rows[18:]) == [name] * 2


def test_no_weights_are_equal_weights() -> None:
    even = BlendedLinear().fit(ROWS, NAMES, np.ones(18))
    np.testing.assert_array_equal(even.coef_, BlendedLinear().fit(ROWS, NAMES).coef_)


def test_a_rare_class_is_found_as_well_as_a_common_one() -> None:
    rows = csr_matrix(np.vstack([ROWS.toarray(), np.tile([[0.9, 0.1, 0]], (200, 1))]))
    machine = BlendedLinear().fit(rows, [*NAMES, *["road"] * 200])
    assert guesses(machine, ROWS) == NAMES


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = (BlendedLinear(seed=3).fit(ROWS, NAMES) for _ in range(2))
    assert first.coef_.tobytes("A") == second.coef_.tobytes("A")
    assert first.intercept_.tobytes() == second.intercept_.tobytes()


def test_the_weights_of_a_feature_lie_side_by_side() -> None:
    machine = BlendedLinear().fit(ROWS, NAMES)
    assert machine.coef_.flags.f_contiguous
    assert machine.coef_.dtype == machine.intercept_.dtype == np.dtype(np.float32)


def test_aids_stand_behind_the_letters_with_their_weights() -> None:
    aids = Aids(ROWS[:2], np.asarray(["road", "rail"]), np.asarray([0.5, 0.25]))
    rows, labels, weights = aids.joined(ROWS[2:5], np.asarray(NAMES[2:5]))
    np.testing.assert_array_equal(rows.toarray(), ROWS[[2, 3, 4, 0, 1]].toarray())
    assert labels.tolist() == ["wages", "wages", "noise", "road", "rail"]
    assert weights.tolist() == [1, 1, 1, 0.5, 0.25]


def test_chosen_aids_keep_their_labels_and_weights() -> None:
    aids = Aids(ROWS[:3], np.asarray(["road", "rail", "wages"]), np.asarray([0.5, 0.25, 1.0]))
    chosen = aids.only(np.asarray([False, True, True]))
    np.testing.assert_array_equal(chosen.rows.toarray(), ROWS[1:3].toarray())
    assert (chosen.labels.tolist(), chosen.weights.tolist()) == (["rail", "wages"], [0.25, 1.0])
