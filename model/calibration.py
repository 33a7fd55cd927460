"""From decision values to probabilities that hold: of letters given 0.9, nine in ten are right."""

from collections.abc import Sequence

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import logsumexp, softmax
from sklearn.model_selection import GroupKFold

from model.linear import Aids, BlendedLinear, Decisions, Labels, learnt

# What a machine says of a class of which it has seen no letter.
UNSEEN = -1.0
# A little resistance keeps the calibration of small corpora from following single letters.
_RESISTANCE = 0.01
_LEAST_SPREAD = 1e-3
_FURTHEST = 4.0

Floats = NDArray[np.float64]


class Temperature:
    """One factor on all decision values (Guo et al., On Calibration of Modern Neural Networks, 2017).

    Works on decisions of shape (letters, kinds, k), one part for each kind of features; the parts add up to the
    decision value. Learned: `weights_`, the logarithm of the factor.
    """

    def signals(self, parts: Decisions) -> Floats:
        """Return what the factor of each letter depends on, shape (letters, signals), the first always 1."""
        return np.ones((len(parts), 1))

    def fit(self, parts: Decisions, truth: NDArray[np.intp]) -> "Temperature":
        """Learn from held-out decisions and the place of the right class of each."""
        signals = self.signals(parts)
        start = np.concatenate([[1.0], np.zeros(signals.shape[1] - 1)])
        self.mean_, self.scale_, self.weights_ = np.zeros(len(start)), np.ones(len(start)), start
        if not len(truth):
            return self
        spread = signals[:, 1:].std(axis=0)
        self.mean_[1:] = signals[:, 1:].mean(axis=0)
        # A signal that hardly varied here would be blown up where it does.
        self.scale_[1:] = np.where(spread > _LEAST_SPREAD, spread, 1.0)
        rows = self._standardised(signals)
        decisions = parts.sum(axis=1).astype(np.float64)

        def loss(weights: Floats) -> float:
            scaled = decisions * np.exp(rows @ weights)[:, None]
            fit = np.mean(logsumexp(scaled, axis=1) - scaled[np.arange(len(truth)), truth])
            return float(fit + _RESISTANCE * np.sum(weights[1:] ** 2))

        bounds = [(-2.0, 5.0), *[(-3.0, 3.0)] * (rows.shape[1] - 1)]
        self.weights_ = np.asarray(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)
        return self

    def _standardised(self, signals: Floats) -> Floats:
        """Return the signals on a common scale, none further from the mean than any of ordinary letters."""
        return np.clip((signals - self.mean_) / self.scale_, -_FURTHEST, _FURTHEST)

    def predict_proba(self, parts: Decisions) -> Floats:
        """Return probabilities, shape (letters, k); their order is that of the decision values."""
        rows = self._standardised(self.signals(parts))
        factor = np.exp(np.clip(rows @ self.weights_, -3.0, 5.0))
        return np.asarray(softmax(parts.sum(axis=1).astype(np.float64) * factor[:, None], axis=1))


class AgreementTemperature(Temperature):
    """A factor for each letter, higher where words and characters speak for the same class and clearly.

    Temperature scaling with a learnt temperature for each example (Joy et al., Sample-dependent Adaptive Temperature
    Scaling, 2023). At 98 % precision it accepts more letters than one common factor.
    """

    def signals(self, parts: Decisions) -> Floats:
        """Return the margin and height of the decision, and how far the kinds of features agree on it."""
        total = parts.sum(axis=1)
        order = np.argsort(-total, axis=1)
        letters = np.arange(len(total))
        first, second = order[:, 0], order[:, min(1, total.shape[1] - 1)]
        margins = parts[letters, :, first] - parts[letters, :, second]
        apart = margins[:, 0] - margins[:, 1:].sum(axis=1)
        agreeing = (parts.argmax(axis=2) == first[:, None]).astype(np.float64)
        return np.column_stack(
            [
                np.ones(len(total)),
                np.tanh(margins.sum(axis=1)),
                total[letters, first],
                total[letters, second],
                apart,
                np.abs(apart),
                agreeing,
            ]
        )


TEMPERATURES: dict[str, type[Temperature]] = {
    "Temperature": Temperature,
    "AgreementTemperature": AgreementTemperature,
}


class CalibratedLinear:
    """A linear machine with calibrated probabilities.

    `jobs` folds are fitted at the same time. Learned: `machine_`, `temperature_`, `sizes_`, and `held_out_` (letters,
    kinds, k): the decision values by machines that had not seen the letter, on which thresholds may be chosen.
    """

    def __init__(
        self, machine: BlendedLinear, temperature: type[Temperature] = Temperature, folds: int = 5, jobs: int = 1
    ) -> None:
        self.machine = machine
        self.temperature = temperature
        self.folds = folds
        self.jobs = jobs

    def fit(
        self,
        X: csr_matrix,
        y: Sequence[str] | Labels,
        groups: Sequence[int] | NDArray[np.integer],
        sizes: Sequence[int] | None = None,
        aids: Aids | None = None,
    ) -> "CalibratedLinear":
        """Learn from rows X of classes y; rows of one group never meet on both sides of a fold.

        `sizes` gives the number of columns of each kind of features, one kind by default.
        """
        labels = np.asarray(y)
        self.sizes_ = tuple(sizes or (X.shape[1],))
        self.machine_ = learnt(self.machine, X, labels, aids)
        self.held_out_ = self._held_out(X, labels, np.asarray(groups), aids)
        self.temperature_ = self.temperature().fit(self.held_out_, np.searchsorted(self.classes_, labels))
        return self

    def relearn(
        self, X: csr_matrix, y: Labels, like: Decisions, sizes: Sequence[int], aids: Aids | None = None
    ) -> None:
        """Learn the machine anew from other columns of the same letters; the calibration stays as it is.

        The new decisions are brought to the scale of `like`, those of the machine before, to which it belongs.
        """
        self.sizes_ = tuple(sizes)
        self.machine_ = learnt(self.machine, X, y, aids)
        found = self.machine_.decision_function(X)
        self.machine_.scale(float((found * like).sum() / np.square(found).sum()))

    def _held_out(self, rows: csr_matrix, labels: Labels, groups: NDArray[np.integer], aids: Aids | None) -> Decisions:
        """Return the decision parts of machines that had not seen the letter; zeros if all are of one group."""
        parts = np.zeros((len(labels), len(self.sizes_), len(self.classes_)), np.float32)
        folds = min(self.folds, len(np.unique(groups)))
        if folds < 2:
            return parts
        splits = list(GroupKFold(folds, shuffle=True, random_state=self.machine.seed).split(rows, labels, groups))
        found = Parallel(n_jobs=self.jobs)(
            delayed(_fold_parts)(self.machine, rows, labels, split, self.sizes_, aids) for split in splits
        )
        for (_, hold), (classes, seen) in zip(splits, found, strict=True):
            parts[hold] = UNSEEN / len(self.sizes_)
            parts[np.ix_(hold, np.arange(len(self.sizes_)), np.searchsorted(self.classes_, classes))] = seen
        return parts

    @property
    def classes_(self) -> Labels:
        """Return the classes in the order of the columns of every answer."""
        return np.asarray(self.machine_.classes_)

    def decision_parts(self, X: csr_matrix) -> Decisions:
        """Return the decision values, one part for each kind of features, shape (rows, kinds, k)."""
        return decision_parts(self.machine_, X, self.sizes_)

    def decision_function(self, X: csr_matrix) -> Decisions:
        """Return the decision values, shape (rows, k)."""
        return self.machine_.decision_function(X)

    def predict_proba(self, X: csr_matrix) -> Floats:
        """Return calibrated probabilities, shape (rows, k)."""
        return self.temperature_.predict_proba(self.decision_parts(X))


def _fold_parts(
    machine: BlendedLinear,
    rows: csr_matrix,
    labels: Labels,
    split: tuple[NDArray[np.intp], NDArray[np.intp]],
    sizes: Sequence[int],
    aids: Aids | None,
) -> tuple[Labels, Decisions]:
    """Return the classes that a fold's machine knows and its decision parts of the letters held out."""
    learn, hold = split
    fresh = learnt(machine, rows[learn], labels[learn], aids)
    return fresh.classes_, decision_parts(fresh, rows[hold], sizes)


def decision_parts(machine: BlendedLinear, rows: csr_matrix, sizes: Sequence[int]) -> Decisions:
    """Return the decision values of each kind of features, shape (rows, kinds, k); they add up to the decision."""
    kinds = len(sizes)
    if kinds == 1:
        return machine.decision_function(rows)[:, None, :]
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    blocks = owners * kinds + np.searchsorted(np.cumsum(sizes), rows.indices, side="right")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(blocks, minlength=rows.shape[0] * kinds))])
    split = csr_matrix((rows.data, rows.indices, offsets), shape=(rows.shape[0] * kinds, rows.shape[1]))
    parts = (split @ np.asarray(machine.coef_).T).reshape(-1, kinds, len(machine.classes_))
    return np.asarray(parts + machine.intercept_ / kinds, np.float32)
