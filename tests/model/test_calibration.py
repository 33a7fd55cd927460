from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joblib import parallel_config
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, identity
from scipy.special import log_softmax, softmax

from model.calibration import (
    TEMPERATURES,
    UNSEEN,
    AgreementTemperature,
    CalibratedLinear,
    Temperature,
    decision_parts,
)
from model.linear import Aids, BlendedLinear, Labels

ROWS = csr_matrix(np.array([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0.1, 0.9, 0], [0, 0, 1], [0, 0.1, 0.9]] * 3))
NAMES = ["road", "road", "wages", "wages", "noise", "noise"] * 3
APART = range(len(NAMES))
BOTH = pytest.mark.parametrize("temperature", TEMPERATURES.values(), ids=list(TEMPERATURES))

values = st.floats(-3, 3, width=32)


def learnt(names: list[str] = NAMES, temperature: type[Temperature] = Temperature, jobs: int = 1) -> CalibratedLinear:
    machine = CalibratedLinear(BlendedLinear(), temperature, jobs=jobs)
    return machine.fit(ROWS, names, APART, sizes=(1, 2))


def simulated(seed: int, scale: float, letters: int = 600) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return decision parts of two kinds, and truths that follow their softmax at the given scale."""
    rng = np.random.default_rng(seed)
    parts = rng.normal(size=(letters, 2, 4)).astype(np.float32)
    proba = softmax(parts.sum(axis=1) * scale, axis=1)
    return parts, np.asarray([rng.choice(4, p=row / row.sum()) for row in proba])


def log_loss(proba: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    return float(-np.log(proba[np.arange(len(truth)), truth]).mean())


FITTED = {name: temperature().fit(*simulated(0, 3.0)) for name, temperature in TEMPERATURES.items()}


class Spy(BlendedLinear):
    """Remembers which letters, told by their own column, each machine has learnt from, and with which weight."""

    seen: ClassVar[list[dict[int, float]]] = []

    def fit(
        self, X: csr_matrix, y: Sequence[str] | Labels, sample_weight: NDArray[np.float64] | None = None
    ) -> "BlendedLinear":
        weights = np.ones(X.shape[0]) if sample_weight is None else sample_weight
        self.seen.append(dict(zip(X.indices.tolist(), weights.tolist(), strict=True)))
        return super().fit(X, y, sample_weight)


@pytest.fixture
def seen() -> list[dict[int, float]]:
    """Return a list that fills with what every machine learns from."""
    Spy.seen.clear()
    return Spy.seen


@BOTH
@pytest.mark.parametrize("names", [NAMES, ["road" if name == "road" else "other" for name in NAMES], ["road"] * 18])
def test_probabilities_of_one_two_or_three_classes_add_up_to_one(
    names: list[str], temperature: type[Temperature]
) -> None:
    machine = learnt(names, temperature)
    proba = machine.predict_proba(ROWS)
    assert proba.shape == (18, len(set(names)))
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert machine.classes_[proba.argmax(axis=1)].tolist() == names


def test_the_parts_of_a_decision_add_up_to_it() -> None:
    machine = learnt()
    parts = machine.decision_parts(ROWS)
    assert parts.shape == (18, 2, 3)
    np.testing.assert_allclose(parts.sum(axis=1), machine.decision_function(ROWS), atol=1e-6)


def test_each_part_of_a_decision_comes_from_its_kind_of_features_alone() -> None:
    machine = learnt()
    bare = decision_parts(machine.machine_, csr_matrix((1, 3)), (1, 2))[0]
    first, second = (decision_parts(machine.machine_, csr_matrix([row]), (1, 2))[0] for row in ([1, 0, 0], [0, 1, 1]))
    np.testing.assert_allclose(bare, np.tile(machine.machine_.intercept_ / 2, (2, 1)))
    np.testing.assert_array_equal(first[1], bare[1])
    np.testing.assert_array_equal(second[0], bare[0])
    assert (first[0] != bare[0]).all()


def test_a_kind_without_features_decides_nothing() -> None:
    machine = CalibratedLinear(BlendedLinear(), AgreementTemperature).fit(ROWS, NAMES, APART, sizes=(0, 3))
    np.testing.assert_allclose(machine.decision_parts(ROWS).sum(axis=1), machine.decision_function(ROWS), atol=1e-6)
    assert machine.classes_[machine.predict_proba(ROWS).argmax(axis=1)].tolist() == NAMES


@pytest.mark.parametrize("name", TEMPERATURES)
@given(decisions=st.lists(st.tuples(*[values] * 8), min_size=1, max_size=8))
def test_the_temperature_never_changes_the_order_of_the_classes(name: str, decisions: list[tuple[float, ...]]) -> None:
    parts = np.asarray(decisions, np.float32).reshape(-1, 2, 4)
    proba = FITTED[name].predict_proba(parts)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    for decision, row in zip(parts.sum(axis=1), proba, strict=True):
        assert (np.diff(row[np.argsort(decision, kind="stable")]) >= 0).all()


@BOTH
@pytest.mark.parametrize("scale", [0.3, 4.0])
def test_calibration_lowers_the_loss_on_letters_seen_and_unseen(temperature: type[Temperature], scale: float) -> None:
    parts, truth = simulated(0, scale)
    fitted = temperature().fit(parts, truth)
    for seed in (0, 1):
        parts, truth = simulated(seed, scale)
        plain = np.exp(log_softmax(parts.sum(axis=1).astype(np.float64), axis=1))
        assert log_loss(fitted.predict_proba(parts), truth) < log_loss(plain, truth) - 0.01


def test_one_factor_finds_the_scale_by_which_decisions_are_too_small() -> None:
    fitted = Temperature().fit(*simulated(0, 4.0, letters=4000))
    assert np.exp(fitted.weights_[0]) == pytest.approx(4.0, rel=0.1)


def test_confidence_is_higher_where_words_and_characters_agree() -> None:
    """All decisions are equally clear; those where both kinds agree are right, the others every second time."""
    agreeing = np.tile(np.asarray([[0.5, 0.0], [0.5, 0.0]], np.float32), (200, 1, 1))
    torn = np.tile(np.asarray([[1.5, 0.0], [-0.5, 0.0]], np.float32), (200, 1, 1))
    parts = np.concatenate([agreeing, torn])
    truth = np.concatenate([np.zeros(200, np.intp), np.arange(200) % 2])
    proba = AgreementTemperature().fit(parts, truth).predict_proba(parts)
    assert proba[0, 0] > 0.95
    assert proba[-1, 0] == pytest.approx(0.5, abs=0.1)
    np.testing.assert_allclose(Temperature().fit(parts, truth).predict_proba(parts)[:, 0], 0.75, atol=0.02)


def test_twins_of_one_group_never_stand_on_both_sides_of_a_fold() -> None:
    # Each letter has a twin and shares no feature with others, so that only its twin can give its class away.
    rows = csr_matrix(np.repeat(identity(12).toarray(), 2, axis=0))
    names = np.repeat(["a", "b", "c"] * 4, 2).tolist()
    truth = np.searchsorted(["a", "b", "c"], names)
    pairs = np.repeat(np.arange(12), 2).tolist()
    parted = CalibratedLinear(BlendedLinear()).fit(rows, names, list(range(24))).held_out_
    together = CalibratedLinear(BlendedLinear()).fit(rows, names, pairs).held_out_
    assert (parted.sum(axis=1).argmax(axis=1) == truth).mean() > 0.6
    assert (together.sum(axis=1).argmax(axis=1) == truth).mean() < 0.4


def test_every_letter_is_held_out_once_with_all_of_its_group(seen: list[dict[int, float]]) -> None:
    groups = np.arange(30) // 3
    CalibratedLinear(Spy()).fit(identity(30, format="csr"), ["a", "b", "c"] * 10, groups)
    whole, *folds = [set(weights) for weights in seen]
    assert whole == set(range(30))
    assert len(folds) == 5
    assert sorted(i for fold in folds for i in whole - fold) == list(range(30))
    for fold in folds:
        assert not {groups[i] for i in fold} & {groups[i] for i in whole - fold}


def test_aids_help_every_machine_with_their_weight_and_are_never_held_out(seen: list[dict[int, float]]) -> None:
    letters = hstack([identity(20), csr_matrix((20, 4))], format="csr")
    aids = Aids(
        csr_matrix(hstack([csr_matrix((4, 20)), identity(4)])), np.asarray(["a", "b", "a", "b"]), np.full(4, 0.5)
    )
    machine = CalibratedLinear(Spy()).fit(letters, ["a", "b"] * 10, range(20), aids=aids)
    assert machine.held_out_.shape == (20, 1, 2)
    assert len(seen) == 6
    for weights in seen:
        assert {i: weight for i, weight in weights.items() if i >= 20} == dict.fromkeys(range(20, 24), 0.5)
        assert {weight for i, weight in weights.items() if i < 20} == {1.0}


def test_a_class_known_from_aids_alone_can_be_guessed() -> None:
    aids = Aids(csr_matrix([[0, 0, 1.0]] * 3), np.asarray(["noise"] * 3), np.ones(3))
    known = [i for i, name in enumerate(NAMES) if name != "noise"]
    machine = CalibratedLinear(BlendedLinear()).fit(ROWS[known], [NAMES[i] for i in known], known, aids=aids)
    assert machine.classes_.tolist() == ["noise", "road", "wages"]
    assert machine.classes_[machine.predict_proba(ROWS[4:5]).argmax()] == "noise"


def test_what_a_fold_has_never_seen_speaks_against_itself() -> None:
    """The only letter of its class cannot be known where it is held out."""
    rows = csr_matrix(np.vstack([ROWS.toarray(), [[0.5, 0.5, 0.5]]]))
    machine = CalibratedLinear(BlendedLinear()).fit(rows, [*NAMES, "rail"], range(19), sizes=(1, 2))
    held_out = machine.held_out_[18].sum(axis=0)
    assert held_out[machine.classes_.tolist().index("rail")] == UNSEEN
    assert (machine.held_out_[18] != 0).all()


def test_a_single_group_is_enough_to_learn() -> None:
    machine = CalibratedLinear(BlendedLinear()).fit(ROWS, NAMES, [0] * len(NAMES))
    assert not machine.held_out_.any()
    assert machine.classes_[machine.predict_proba(ROWS).argmax(axis=1)].tolist() == NAMES


@BOTH
def test_the_same_seed_gives_the_same_machine(temperature: type[Temperature]) -> None:
    first, second = (learnt(temperature=temperature) for _ in range(2))
    assert first.machine_.coef_.tobytes("A") == second.machine_.coef_.tobytes("A")
    assert first.held_out_.tobytes() == second.held_out_.tobytes()
    assert first.temperature_.weights_.tobytes() == second.temperature_.weights_.tobytes()


def test_folds_learnt_at_the_same_time_are_those_learnt_one_by_one() -> None:
    with parallel_config("threading"):
        together = learnt(jobs=2)
    assert together.held_out_.tobytes() == learnt().held_out_.tobytes()


def test_a_sign_that_never_varied_says_nothing() -> None:
    """Words and characters always agreed; a letter on which they hardly differ is judged as if they hardly agreed."""
    parts, truth = simulated(1, 10.0)
    best = parts.argmax(axis=2)
    agreed = best[:, 0] == best[:, 1]
    fitted = AgreementTemperature().fit(parts[agreed], truth[agreed])
    agreeing, differing = (np.asarray([[[0.1, 0, 0, 0], [x, 0, 0, 0]]], np.float32) for x in (0.001, -0.001))
    expected = fitted.predict_proba(agreeing)[0, 0]
    assert fitted.predict_proba(differing)[0, 0] == pytest.approx(expected, abs=0.02)
