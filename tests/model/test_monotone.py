import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from model.monotone import MonotoneLogistic

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(200, 3)) * [1, 5, 0.2] + [0, 10, 1]
Y = (X[:, 0] - 0.3 * (X[:, 1] - 10) + RANDOM.normal(size=200) > 0).astype(float)
WEIGHTS = RANDOM.uniform(0.5, 2, size=200)


@pytest.mark.parametrize("strength", [0.1, 1.0, 10.0])
def test_with_free_signs_it_agrees_with_scikit_learn(strength: float) -> None:
    rows = StandardScaler().fit_transform(X)
    expected = LogisticRegression(C=strength, tol=1e-8).fit(rows, Y, sample_weight=WEIGHTS)
    found = MonotoneLogistic((0, 0, 0), C=strength).fit(X, Y, WEIGHTS)
    np.testing.assert_allclose(found.coef_, expected.coef_[0], atol=2e-3)
    np.testing.assert_allclose(found.predict_proba(X), expected.predict_proba(rows)[:, 1], atol=2e-3)


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, -1, -1), (-1, 1, 0), (1, -1, 1)])
def test_no_weight_leaves_its_sign_whatever_the_examples_say(signs: tuple[int, ...]) -> None:
    coef = MonotoneLogistic(signs).fit(X, Y, WEIGHTS).coef_
    assert all(weight * sign >= 0 for weight, sign in zip(coef, signs, strict=True))


def test_a_feature_that_may_only_help_never_lowers_the_probability() -> None:
    model = MonotoneLogistic((1, 1, 1)).fit(X, Y, WEIGHTS)
    for feature in range(3):
        raised = X.copy()
        raised[:, feature] += 1
        assert (model.predict_proba(raised) >= model.predict_proba(X)).all()


def test_a_constant_feature_is_no_error() -> None:
    rows = np.hstack([X[:, :1], np.ones((200, 1))])
    model = MonotoneLogistic((0, 0)).fit(rows, Y, WEIGHTS)
    assert model.coef_[1] == pytest.approx(0)
    assert np.isfinite(model.predict_proba(rows)).all()


def test_a_row_of_double_weight_counts_as_two_rows() -> None:
    twice = MonotoneLogistic((0, 0, 0)).fit(np.vstack([X, X]), np.concatenate([Y, Y]), np.ones(400))
    double = MonotoneLogistic((0, 0, 0)).fit(X, Y, np.full(200, 2.0))
    np.testing.assert_allclose(twice.coef_, double.coef_, atol=1e-3)
