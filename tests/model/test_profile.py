import numpy as np
import pytest

from model.profile import SHINGLE, Profiler
from model.reading import read
from tests.factories import letter
from tests.model.letters import EXAMPLES


@pytest.fixture(scope="module")
def profiler() -> Profiler:
    return Profiler().fit([read(example.text) for example in EXAMPLES])


def test_an_unseen_word_weighs_most(profiler: Profiler) -> None:
    weights = profiler.profile(letter("彗星")).words.weights
    assert weights.tolist() == [profiler.idf_["word"].max()]
    assert profiler.profile(letter("举报")).words.weights[0] < weights[0]


def test_terms_stand_once_in_ascending_order(profiler: Profiler) -> None:
    profile = profiler.profile(letter("工资工资工资，拖欠工资，没有工资"))
    for terms in (profile.words, profile.grams, profile.title):
        assert terms.buckets.tolist() == sorted(set(terms.buckets.tolist()))
        assert terms.norm == pytest.approx(float(np.sqrt((terms.weights**2).sum())))


def test_a_letter_without_title_is_titled_by_its_beginning(profiler: Profiler) -> None:
    body = "红星机械厂拖欠车间工人的工资已经有五个月之久至今没有任何说法，请领导帮助我们解决。"
    untitled = profiler.profile(letter(body)).title
    titled = profiler.profile(letter(body, title=body[:30])).title
    np.testing.assert_array_equal(untitled.buckets, titled.buckets)


def test_numbers_of_two_digits_and_more_are_kept(profiler: Profiler) -> None:
    assert profiler.profile(letter("3号楼1202室欠款１２，０００元")).numbers == {"1202", "12,000"}


def test_a_letter_shorter_than_a_shingle_has_none(profiler: Profiler) -> None:
    assert len(profiler.profile(letter("工" * (SHINGLE - 1))).shingles) == 0
    assert len(profiler.profile(letter("工" * SHINGLE)).shingles) == 1


def test_a_letter_of_nothing_readable_has_an_empty_profile(profiler: Profiler) -> None:
    profile = profiler.profile(letter("\u200b"))
    assert profile.words.norm == profile.grams.norm == 0
