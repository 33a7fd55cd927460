"""What every index of similar letters must do, whatever it is made of."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from model.signatures import BITS, BYTES, Signature, cosine_of
from model.similar import Entry, Filter, SimilarityIndex

START = datetime(2026, 1, 1, tzinfo=UTC)
Maker = Callable[[], SimilarityIndex]


def vector(seed: int) -> Signature:
    return np.random.default_rng(seed).integers(0, 256, BYTES, dtype=np.uint8)


def turned(signature: Signature, bits: int) -> Signature:
    """Return a signature that differs in so many bits."""
    changed = np.unpackbits(signature)
    changed[:bits] ^= 1
    return np.packbits(changed)


def entry(letter_id: str, seed: int, region: str = "", days: int | None = None) -> Entry:
    return Entry(letter_id, vector(seed), region, None if days is None else START + timedelta(days=days))


def found(index: SimilarityIndex, query: Signature, count: int, where: Filter | None = None) -> Sequence[str]:
    return [neighbour.id for neighbour in index.search(query, count, where=where or Filter())]


def by_force(entries: Sequence[Entry], query: Signature, count: int, at_least: float) -> list[tuple[str, float]]:
    apart = [(int(np.unpackbits(one.vector ^ query).sum()), one.id) for one in entries]
    near = [(name, float(cosine_of(bits))) for bits, name in sorted(apart)]
    return [(name, cosine) for name, cosine in near if cosine >= at_least - 1e-9][:count]


class IndexContract:
    """Tests that a subclass runs with its own fixture `new_index`."""

    def test_an_empty_index_finds_nothing(self, new_index: Maker) -> None:
        assert new_index().search(vector(1), 5) == []

    def test_the_nearest_come_first(self, new_index: Maker) -> None:
        index = new_index()
        index.add(
            [Entry("far", turned(vector(1), 300)), Entry("near", turned(vector(1), 10)), Entry("self", vector(1))]
        )
        assert found(index, vector(1), 3) == ["self", "near", "far"]
        first, second, _ = index.search(vector(1), 3)
        assert first.cosine == 1
        assert second.cosine == pytest.approx(np.cos(np.pi * 10 / BITS))

    def test_equally_near_letters_come_by_their_ids(self, new_index: Maker) -> None:
        index = new_index()
        index.add([Entry(name, vector(1)) for name in ("c", "a", "b")])
        assert found(index, vector(1), 2) == ["a", "b"]

    def test_what_is_added_is_found_at_once_and_what_is_removed_no_more(self, new_index: Maker) -> None:
        index = new_index()
        index.add([entry("a", 1), entry("b", 2)])
        assert len(index) == 2
        assert "a" in index
        index.remove(["a", "unknown"])
        assert found(index, vector(1), 5) == ["b"]
        assert "a" not in index
        index.add([entry("a", 3)])
        assert found(index, vector(3), 1) == ["a"]

    def test_a_letter_can_get_a_new_signature(self, new_index: Maker) -> None:
        index = new_index()
        index.add([entry("a", 1), entry("b", 2)])
        index.add([entry("a", 5)])
        assert len(index) == 2
        assert found(index, vector(5), 1) == ["a"]
        assert index.search(vector(1), 5, at_least=0.99) == []

    def test_only_letters_that_are_near_enough_are_found(self, new_index: Maker) -> None:
        index = new_index()
        index.add([Entry("near", turned(vector(1), 100)), Entry("far", turned(vector(1), 500))])
        assert [one.id for one in index.search(vector(1), 5, at_least=0.5)] == ["near"]
        exact = float(cosine_of(100))
        assert [one.id for one in index.search(vector(1), 5, at_least=exact)] == ["near"]

    def test_a_filter_never_makes_a_search_return_less(self, new_index: Maker) -> None:
        index = new_index()
        index.add([Entry(f"other-{i}", turned(vector(1), i), "东", START) for i in range(40)])
        index.add([Entry(f"own-{i}", turned(vector(1), 400 + i), "西", START + timedelta(days=i)) for i in range(10)])
        assert len(found(index, vector(1), 10, Filter(region="西"))) == 10
        assert found(index, vector(1), 10, Filter(region="南")) == []
        assert found(index, vector(1), 2, Filter(region="西", since=START + timedelta(days=3))) == ["own-3", "own-4"]

    def test_times_count_from_the_first_up_to_but_not_with_the_last(self, new_index: Maker) -> None:
        index = new_index()
        index.add([entry(str(day), day, days=day) for day in range(5)])
        index.add([entry("timeless", 9)])
        since, until = START + timedelta(days=1), START + timedelta(days=3)
        assert sorted(found(index, vector(0), 9, Filter(since=since, until=until))) == ["1", "2"]
        assert "timeless" not in found(index, vector(9), 9, Filter(until=until))
        assert "timeless" in found(index, vector(9), 9)

    def test_a_search_is_exact(self, new_index: Maker) -> None:
        index = new_index()
        random = np.random.default_rng(7)
        entries = [Entry(f"{i:03d}", turned(vector(i % 9), int(random.integers(0, 600)))) for i in range(200)]
        index.add(entries)
        index.remove([one.id for one in entries[::7]])
        left = [one for i, one in enumerate(entries) if i % 7]
        for at_least in (-1.0, 0.0, 0.4):
            for seed in range(9):
                near = [(one.id, one.cosine) for one in index.search(vector(seed), 25, at_least)]
                assert near == by_force(left, vector(seed), 25, at_least)
