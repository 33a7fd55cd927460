import numpy as np
import pytest
from scipy.sparse import csr_matrix, identity

from model.linear import CalibratedLinear

ROWS = csr_matrix(np.array([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0.1, 0.9, 0], [0, 0, 1], [0, 0.1, 0.9]] * 3))
NAMES = ["road", "road", "wages", "wages", "noise", "noise"] * 3
APART = range(len(NAMES))


@pytest.mark.parametrize("names", [NAMES, ["road" if name == "road" else "other" for name in NAMES], ["road"] * 18])
def test_probabilities_of_one_two_or_three_classes_add_up_to_one(names: list[str]) -> None:
    machine = CalibratedLinear().fit(ROWS, names, APART)
    proba = machine.predict_proba(ROWS)
    assert proba.shape == (18, len(set(names)))
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert machine.classes_[proba.argmax(axis=1)].tolist() == names


def test_the_temperature_never_changes_which_class_wins() -> None:
    machine = CalibratedLinear().fit(ROWS, NAMES, APART)
    decisions = machine.decision_function(ROWS)
    assert machine.temperature_ > 0
    assert decisions.argmax(axis=1).tolist() == machine.probabilities(decisions).argmax(axis=1).tolist()


def test_decisions_are_sums_of_weights() -> None:
    machine = CalibratedLinear().fit(ROWS, NAMES, APART)
    expected = ROWS.toarray() @ machine.coef_.T + machine.intercept_
    np.testing.assert_allclose(machine.decision_function(ROWS), expected, rtol=1e-5)


def test_twins_of_one_group_never_stand_on_both_sides_of_a_fold() -> None:
    # Each letter has a twin and shares no feature with others, so that only its twin can give its class away.
    rows = csr_matrix(np.repeat(identity(12).toarray(), 2, axis=0))
    names = np.repeat(["a", "b", "c"] * 4, 2).tolist()
    truth = np.searchsorted(["a", "b", "c"], names)
    pairs = np.repeat(np.arange(12), 2).tolist()
    parted = CalibratedLinear().fit(rows, names, list(range(24))).held_out_
    together = CalibratedLinear().fit(rows, names, pairs).held_out_
    assert (parted.argmax(axis=1) == truth).mean() > 0.6
    assert (together.argmax(axis=1) == truth).mean() < 0.4


def test_a_single_group_is_enough_to_learn() -> None:
    machine = CalibratedLinear().fit(ROWS, NAMES, [0] * len(NAMES))
    assert machine.classes_[machine.predict_proba(ROWS).argmax(axis=1)].tolist() == NAMES


def test_the_same_seed_gives_the_same_machine() -> None:
    first, second = (CalibratedLinear(seed=3).fit(ROWS, NAMES, APART) for _ in range(2))
    np.testing.assert_array_equal(first.coef_, second.coef_)
    assert first.temperature_ == second.temperature_
