"""Linear classifiers whose decisions can be taken apart word by word."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.svm import LinearSVC

from model.terms import ranges

Decisions = NDArray[np.float32]
Labels = NDArray[Any]

# Decision values of about 1 are settled to the third digit at this tolerance; asking for more only takes time.
_TOLERANCE = 1e-2


class BlendedLinear(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """One-against-rest classifier: the mean of a ridge and of a support vector machine on naive Bayes weights.

    The machine sees every feature times the size of its log-count ratio between the class and the rest, which keeps
    small corpora from leaning on words that tell nothing (Wang and Manning, Baselines and Bigrams, 2012). The ridge
    errs elsewhere. Both are linear in the features, so their mean is one row of weights for each class.

    `C` and `alpha` are the strengths of machine and ridge, `smoothing` is added to the mean values that the ratio
    compares. Learned: `classes_` (k,), `coef_` (k, features) float32 and `intercept_` (k,).
    """

    def __init__(self, C: float = 0.5, alpha: float = 1.0, smoothing: float = 0.0005, seed: int = 0) -> None:  # noqa: N803
        self.C = C
        self.alpha = alpha
        self.smoothing = smoothing
        self.seed = seed

    def fit(
        self, X: csr_matrix, y: Sequence[str] | Labels, sample_weight: NDArray[np.float64] | None = None
    ) -> "BlendedLinear":
        """Learn from rows X of classes y, each class weighing the same."""
        labels = np.asarray(y)
        weights = np.ones(len(labels)) if sample_weight is None else sample_weight
        self.classes_ = np.unique(labels)
        if len(self.classes_) == 1:
            self._set(np.zeros((1, X.shape[1])), np.ones(1))
            return self
        ridge = RidgeClassifier(alpha=self.alpha, class_weight="balanced", solver="sparse_cg", tol=_TOLERANCE)
        ridge.fit(X, labels, sample_weight=weights)
        coef, intercept = _both_sides(ridge.coef_, np.atleast_1d(ridge.intercept_))
        for place, name in enumerate(self.classes_):
            ratio = self._ratio(X, labels == name, weights)
            machine = LinearSVC(C=self.C, class_weight="balanced", tol=_TOLERANCE, random_state=self.seed)
            machine.fit(_weighed(X, ratio), labels == name, sample_weight=weights)
            coef[place] = (coef[place] + machine.coef_[0] * ratio) / 2
            intercept[place] = (intercept[place] + machine.intercept_[0]) / 2
        self._set(coef, intercept)
        return self

    def _ratio(self, rows: csr_matrix, inside: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the size of each feature's log ratio of mean values inside and outside a class."""
        means = [(weights * chosen) @ rows / (weights * chosen).sum() + self.smoothing for chosen in (inside, ~inside)]
        return np.asarray(np.abs(np.log(means[0] / means[1])), np.float64)

    def _set(self, coef: NDArray[np.floating], intercept: NDArray[np.floating]) -> None:
        """Keep the weights so that those of one feature lie side by side, as reading a letter needs them."""
        self.coef_ = np.asfortranarray(coef.astype(np.float32))
        self.intercept_ = intercept.astype(np.float32)

    def scale(self, factor: float) -> None:
        """Multiply every decision value by a factor."""
        self._set(np.asarray(self.coef_) * factor, self.intercept_ * factor)

    def decision_function(self, X: csr_matrix) -> Decisions:
        """Return the linear decision values, shape (rows, k)."""
        return np.asarray(X @ np.asarray(self.coef_).T + self.intercept_, np.float32)


def probabilities(model: LogisticRegression, rows: csr_matrix | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each class, shape (rows, classes), as `predict_proba` of the model does.

    Its checks of what it is given take longer than all else where letters come a few at a time.
    """
    decisions = np.asarray(rows @ model.coef_.T + model.intercept_)
    # Of two classes there is one decision value, for the second.
    return np.asarray(softmax(_for_each(decisions), axis=1))


def _for_each(decisions: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hstack([np.zeros_like(decisions), decisions]) if decisions.shape[1] == 1 else decisions


def _weighed(rows: csr_matrix, weights: NDArray[np.float64]) -> csr_matrix:
    """Return rows with every column multiplied by its weight."""
    return csr_matrix((rows.data * weights[rows.indices], rows.indices, rows.indptr), shape=rows.shape)


def _both_sides(coef: NDArray[Any], intercept: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a row for each class; scikit-learn keeps one for two classes."""
    if len(intercept) == 1:
        return np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
    return coef.copy(), intercept.copy()


@dataclass(frozen=True)
class Aids:
    """Rows that help to learn but are never measured on: what is known besides the letters themselves."""

    rows: csr_matrix
    labels: Labels
    weights: NDArray[np.float64]

    def only(self, chosen: NDArray[np.bool_]) -> "Aids":
        """Return the chosen rows."""
        return Aids(self.rows[chosen], self.labels[chosen], self.weights[chosen])

    def weighty(self) -> "Aids | None":
        """Return the rows that have a weight, None if no row has."""
        chosen = self.weights > 0
        return self.only(chosen) if chosen.any() else None

    def equal(self) -> "Aids":
        """Return the same rows, all at full weight."""
        return Aids(self.rows, self.labels, np.ones(len(self.labels)))

    def with_others(self, others: "Aids") -> "Aids":
        """Return these rows and others."""
        rows = vstack([self.rows, others.rows], format="csr")
        return Aids(rows, np.concatenate([self.labels, others.labels]), np.concatenate([self.weights, others.weights]))

    def joined(self, rows: csr_matrix, labels: Labels) -> tuple[csr_matrix, Labels, NDArray[np.float64]]:
        """Return rows and labels with the aids behind them, and the weight of each."""
        weights = np.concatenate([np.ones(len(labels)), self.weights])
        return csr_matrix(vstack([rows, self.rows], format="csr")), np.concatenate([labels, self.labels]), weights


def learnt(machine: BlendedLinear, rows: csr_matrix, labels: Labels, aids: Aids | None = None) -> BlendedLinear:
    """Return a fresh machine of the same settings that learnt from rows, with what helps behind them."""
    fresh: BlendedLinear = clone(machine)
    return fresh.fit(*aids.joined(rows, labels)) if aids else fresh.fit(rows, labels)


class Narrowing:
    """Keeps of many columns those that some rows use, so that a machine on few rows has few weights.

    `places` gives each column's place among those kept, -1 for the others.
    """

    def __init__(self, places: NDArray[np.int32]) -> None:
        self.places = places

    @classmethod
    def to(cls, rows: Sequence[csr_matrix]) -> "Narrowing":
        """Keep the columns that any of the rows use."""
        used = np.unique(np.concatenate([part.indices for part in rows]))
        places = np.full(rows[0].shape[1], -1, np.int32)
        places[used] = np.arange(len(used), dtype=np.int32)
        return cls(places)

    @cached_property
    def size(self) -> int:
        """Return the number of columns kept."""
        return int(self.places.max(initial=-1)) + 1

    def __call__(self, rows: csr_matrix) -> csr_matrix:
        """Return rows with the columns kept; values of others are lost."""
        return self.of(rows, np.arange(rows.shape[0]))

    def of(self, rows: csr_matrix, chosen: NDArray[np.intp]) -> csr_matrix:
        """Return the chosen rows with the columns kept; values of others are lost."""
        lengths = np.diff(rows.indptr)[chosen]
        entries = ranges(rows.indptr[chosen], lengths)
        places = self.places[rows.indices[entries]]
        kept = np.flatnonzero(places >= 0)
        bounds = np.searchsorted(kept, np.append(0, np.cumsum(lengths)))
        return csr_matrix((rows.data[entries[kept]], places[kept], bounds), shape=(len(chosen), self.size))
