from importlib.util import find_spec

import numpy as np
import pytest

from model import hamming
from model.hamming import Distances, Signatures, distances

WAYS = [
    "numpy",
    pytest.param("simd", marks=pytest.mark.skipif(not find_spec("simsimd"), reason="has no package here")),
]


def rows(count: int, seed: int) -> Signatures:
    return np.random.default_rng(seed).integers(0, 256, (count, 128), dtype=np.uint8)


def one_by_one(queries: Signatures, held: Signatures) -> Distances:
    return np.array([[np.unpackbits(query ^ row).sum() for row in held] for query in queries], np.uint16)


@pytest.fixture(params=WAYS, autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "numpy":
        monkeypatch.setattr(hamming, "find_spec", lambda _: None)


@pytest.mark.parametrize(("queries", "held"), [(1, 1), (1, 9), (3, 17), (5, 8)])
def test_different_bits_are_counted_over_the_bounds_of_chunks(
    queries: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hamming, "_CHUNK", 8)
    found = distances(rows(queries, 1), rows(held, 2))
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, one_by_one(rows(queries, 1), rows(held, 2)))


def test_all_bits_may_differ_and_none() -> None:
    nothing, everything = np.zeros((1, 128), np.uint8), np.full((1, 128), 255, np.uint8)
    assert distances(nothing, np.concatenate([nothing, everything])).tolist() == [[0, 1024]]


def test_rows_need_not_lie_side_by_side() -> None:
    held = rows(20, 3)[::2]
    np.testing.assert_array_equal(distances(rows(2, 4), held), one_by_one(rows(2, 4), held))


def test_nothing_is_far_from_nothing() -> None:
    assert distances(rows(2, 1), rows(0, 1)).shape == (2, 0)
    assert distances(rows(0, 1), rows(2, 1)).shape == (0, 2)
