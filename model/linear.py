"""A linear classifier with calibrated probabilities, whose decisions can be taken apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import logsumexp, softmax
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

Decisions = NDArray[np.float32]


class CalibratedLinear:
    """One-against-rest linear support vector machine with temperature scaling.

    The temperature is learnt on held-out folds (Guo et al., On Calibration of Modern Neural Networks, 2017) and
    never changes which class wins.

    Learned: `classes_` (k,), `coef_` (k, features) float32, `intercept_` (k,), `temperature_` above 0, and
    `held_out_` (letters, k): the decision values of the folds, on which thresholds may be chosen.
    """

    def __init__(self, C: float = 0.5, folds: int = 5, seed: int = 0) -> None:  # noqa: N803 - scikit-learn's name
        self.C = C
        self.folds = folds
        self.seed = seed

    def fit(self, X: csr_matrix, y: Sequence[str], groups: Sequence[int]) -> "CalibratedLinear":
        """Learn from rows X of classes y; rows of one group never meet on both sides of a fold."""
        labels = np.asarray(y)
        self.classes_ = np.unique(labels)
        self.coef_, self.intercept_ = self._weights(X, labels)
        self.held_out_ = self._held_out_decisions(X, labels, np.asarray(groups))
        self.temperature_ = _temperature(self.held_out_, np.searchsorted(self.classes_, labels))
        return self

    def _weights(self, rows: csr_matrix, labels: NDArray[Any]) -> tuple[Decisions, Decisions]:
        """Fit the machine and return one row of weights for every class of `classes_`, also for those not in labels."""
        coef = np.zeros((len(self.classes_), rows.shape[1]), np.float32)
        intercept = np.full(len(self.classes_), -1.0, np.float32)
        present = np.unique(labels)
        place = np.searchsorted(self.classes_, present)
        if len(present) == 1:
            intercept[place] = 1.0
            return coef, intercept
        machine = LinearSVC(C=self.C, class_weight="balanced", random_state=self.seed).fit(rows, labels)
        learnt, bias = machine.coef_, machine.intercept_
        if len(present) == 2:
            learnt, bias = np.vstack([-learnt, learnt]), np.array([-bias[0], bias[0]])
        coef[place], intercept[place] = learnt, bias
        return coef, intercept

    def _held_out_decisions(self, rows: csr_matrix, labels: NDArray[Any], groups: NDArray[Any]) -> Decisions:
        decisions = np.zeros((len(labels), len(self.classes_)), np.float32)
        folds = min(self.folds, len(np.unique(groups)))
        if folds < 2:
            return decisions
        splitter = GroupKFold(folds, shuffle=True, random_state=self.seed)
        for learn, hold in splitter.split(rows, labels, groups):
            coef, intercept = self._weights(rows[learn], labels[learn])
            decisions[hold] = rows[hold] @ coef.T + intercept
        return decisions

    def decision_function(self, X: csr_matrix) -> Decisions:
        """Return the linear decision values, shape (rows, k).

        Reads the weights of the features that occur only: the product would copy all of them for every call.
        """
        used = np.unique(X.indices)
        return np.asarray(X[:, used] @ np.ascontiguousarray(self.coef_[:, used].T) + self.intercept_, np.float32)

    def probabilities(self, decisions: Decisions) -> NDArray[np.float64]:
        """Turn decision values into calibrated probabilities; each row adds up to 1."""
        return np.asarray(softmax(decisions.astype(np.float64) * self.temperature_, axis=1))

    def predict_proba(self, X: csr_matrix) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (rows, k)."""
        return self.probabilities(self.decision_function(X))


def _temperature(decisions: Decisions, truth: NDArray[np.intp]) -> float:
    """Return the factor on decision values that makes the held-out classes most likely."""

    def loss(log_factor: float) -> float:
        scaled = decisions * np.exp(log_factor)
        return float(np.mean(logsumexp(scaled, axis=1) - scaled[np.arange(len(truth)), truth]))

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 4.0), method="bounded").x))
