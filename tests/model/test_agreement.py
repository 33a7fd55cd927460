import numpy as np
import pytest

from model.agreement import COLUMNS, PARTS, Agreement
from model.comparison import DIRECTIONS, FEATURES

ROWS = np.random.default_rng(0).random((50, len(FEATURES)))
AGREEMENT = Agreement().fit(ROWS)


def changed(name: str, value: float) -> dict[str, float]:
    """Return the agreement of a usual pair in which one feature is set."""
    row = AGREEMENT.mean_.copy()
    row[FEATURES.index(name)] = value
    return dict(zip(COLUMNS, AGREEMENT.transform(row[None])[0].tolist(), strict=True))


def test_every_feature_of_a_part_exists() -> None:
    assert all(feature in FEATURES for part in PARTS.values() for feature in part)


@pytest.mark.parametrize(("part", "feature"), [(part, feature) for part, names in PARTS.items() for feature in names])
def test_a_feature_moves_its_part_in_its_direction(part: str, feature: str) -> None:
    more, less = changed(feature, 1.0), changed(feature, 0.0)
    assert (more[part] - less[part]) * DIRECTIONS[feature] > 0
    assert more["weaker"] * DIRECTIONS[feature] >= less["weaker"] * DIRECTIONS[feature]


def test_the_weaker_of_place_and_problem_stays_below_both_and_the_stronger_above() -> None:
    found = dict(zip(COLUMNS, AGREEMENT.transform(ROWS).T, strict=True))
    assert (found["weaker"] < np.minimum(found["place"], found["problem"])).all()
    assert (found["stronger"] > np.maximum(found["place"], found["problem"])).all()
