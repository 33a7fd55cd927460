"""Logistic regression whose weights keep a sign that is known beforehand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit


class MonotoneLogistic:
    """Binary logistic regression with L2 penalty and a fixed sign for each weight.

    A feature that can only speak for the positive class never speaks against it, however the training examples were
    chosen. `signs` holds 1 (never falls), -1 (never rises) or 0 (free) for each feature.

    Learned: `coef_` (features,), `intercept_`, on standardised features `(x - mean_) / scale_`.
    """

    def __init__(self, signs: Sequence[int], C: float = 1.0) -> None:  # noqa: N803 - scikit-learn's name
        self.signs = tuple(signs)
        self.C = C

    def fit(self, X: NDArray[Any], y: NDArray[Any], weights: NDArray[Any]) -> "MonotoneLogistic":
        """Learn from rows X, truth y (0 or 1) and the weight of each row."""
        self.mean_ = X.mean(axis=0)
        self.scale_ = np.maximum(X.std(axis=0), 1e-6)
        rows = np.hstack([(X - self.mean_) / self.scale_, np.ones((len(X), 1))])
        signed = 2.0 * y - 1.0

        def loss(theta: NDArray[Any]) -> tuple[float, NDArray[Any]]:
            margin = signed * (rows @ theta)
            gradient = -rows.T @ (weights * signed * expit(-margin))
            gradient[:-1] += theta[:-1] / self.C
            value = float(weights @ np.logaddexp(0, -margin)) + float(theta[:-1] @ theta[:-1]) / (2 * self.C)
            return value, gradient

        bounds = [{1: (0, None), -1: (None, 0), 0: (None, None)}[sign] for sign in self.signs]
        start = np.zeros(rows.shape[1])
        theta = minimize(loss, start, jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B").x
        self.coef_, self.intercept_ = theta[:-1], float(theta[-1])
        return self

    def predict_proba(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Return the probability of the positive class, shape (rows,)."""
        return np.asarray(expit(((X - self.mean_) / self.scale_) @ self.coef_ + self.intercept_))
