import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from model.analyse import Analyser
from model.similar import DIMENSIONS, SimilarityIndex, Vector, vector_of
from tests.factories import letter
from tests.model.letters import MATTERS


def vector(seed: int) -> Vector:
    return np.random.default_rng(seed).integers(-127, 128, DIMENSIONS).astype(np.int8)


def cosine(a: Vector, b: Vector) -> float:
    left, right = a.astype(float), b.astype(float)
    return float(left @ right / (np.linalg.norm(left) * np.linalg.norm(right)))


def filled(size: int) -> SimilarityIndex:
    index = SimilarityIndex()
    for i in range(size):
        index.add(str(i), vector(i))
    return index


def test_the_search_is_exact() -> None:
    index, wanted = filled(1500), vector(9999)
    expected = sorted(((cosine(wanted, vector(i)), str(i)) for i in range(1500)), reverse=True)[:20]
    found = index.search(wanted, 20)
    assert [letter_id for letter_id, _ in found] == [letter_id for _, letter_id in expected]
    assert [score for _, score in found] == pytest.approx([score for score, _ in expected], abs=1e-5)


def test_a_letter_finds_itself_first() -> None:
    ((letter_id, score),) = filled(50).search(vector(7), 1)
    assert letter_id == "7"
    assert score == pytest.approx(1)


def test_a_new_vector_replaces_the_old() -> None:
    index = filled(3)
    index.add("1", vector(77))
    assert len(index) == 3
    assert index.search(vector(77), 1)[0][0] == "1"
    assert dict(index.search(vector(1), 3))["1"] < 0.9


def test_a_removed_letter_is_found_no_more() -> None:
    index = filled(3)
    index.remove("0")
    index.remove("unknown")
    assert "0" not in index
    assert {letter_id for letter_id, _ in index.search(vector(0), 3)} == {"1", "2"}


def test_a_filter_never_returns_less_than_it_could() -> None:
    among = [str(i) for i in range(190, 200)]
    found = filled(200).search(vector(0), 10, [*among, "unknown"])
    assert {letter_id for letter_id, _ in found} == set(among)


def test_a_filter_that_names_a_letter_twice_returns_it_once() -> None:
    assert [letter_id for letter_id, _ in filled(3).search(vector(1), 3, ["1", "1"])] == ["1"]


def test_an_empty_index_finds_nothing() -> None:
    assert SimilarityIndex().search(vector(0), 5) == []
    assert filled(3).search(vector(0), 5, []) == []


def test_a_letter_without_words_has_a_zero_vector_and_resembles_none(small_analyser: Analyser) -> None:
    profile = small_analyser.profile(letter("\u200b"))
    assert profile
    assert not vector_of(profile).any()
    assert filled(1).search(vector_of(profile), 1) == [("0", 0.0)]


def test_the_letters_of_a_matter_find_each_other(small_analyser: Analyser) -> None:
    assert small_analyser.relation
    profiler = small_analyser.relation.profiler
    index = SimilarityIndex()
    for i, (_, again) in enumerate(MATTERS):
        index.add(str(i), vector_of(profiler.profile(letter(again))))
    for i, (first, _) in enumerate(MATTERS):
        assert index.search(vector_of(profiler.profile(letter(first))), 1)[0][0] == str(i)


class IndexAgainstDict(RuleBasedStateMachine):
    """The index answers like a dictionary that is searched by brute force."""

    def __init__(self) -> None:
        super().__init__()
        self.index = SimilarityIndex()
        self.model: dict[str, Vector] = {}

    ids = st.sampled_from("abcdefgh")
    seeds = st.integers(0, 20)

    @rule(letter_id=ids, seed=seeds)
    def add(self, letter_id: str, seed: int) -> None:
        self.index.add(letter_id, vector(seed))
        self.model[letter_id] = vector(seed)

    @rule(letter_id=ids)
    def remove(self, letter_id: str) -> None:
        self.index.remove(letter_id)
        self.model.pop(letter_id, None)

    @rule(seed=seeds, count=st.integers(0, 9), among=st.none() | st.sets(ids))
    def search(self, seed: int, count: int, among: set[str] | None) -> None:
        expected = {
            letter_id: cosine(vector(seed), held)
            for letter_id, held in self.model.items()
            if among is None or letter_id in among
        }
        found = self.index.search(vector(seed), count, among)
        assert len({letter_id for letter_id, _ in found}) == len(found) == min(count, len(expected))
        assert [score for _, score in found] == pytest.approx(sorted(expected.values(), reverse=True)[:count], abs=1e-5)
        assert all(score == pytest.approx(expected[letter_id], abs=1e-5) for letter_id, score in found)

    @invariant()
    def holds_the_same_letters(self) -> None:
        assert len(self.index) == len(self.model)
        assert all((letter_id in self.index) == (letter_id in self.model) for letter_id in "abcdefgh")


TestIndexAgainstDict = IndexAgainstDict.TestCase
TestIndexAgainstDict.settings = settings(max_examples=60)
