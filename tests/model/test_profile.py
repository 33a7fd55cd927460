import numpy as np
import pytest

from model.profile import Profiler
from model.reading import read
from tests.factories import letter
from tests.model.letters import EXAMPLES


@pytest.fixture(scope="module")
def profiler() -> Profiler:
    return Profiler().fit([read(example.text) for example in EXAMPLES])


def test_an_unseen_word_weighs_most(profiler: Profiler) -> None:
    weights = profiler.profile(letter("彗星")).terms["word"].weights
    assert weights.tolist() == [profiler.idf_["word"].max()]
    assert profiler.profile(letter("举报")).terms["word"].weights[0] < weights[0]


def test_terms_stand_once_in_ascending_order(profiler: Profiler) -> None:
    profile = profiler.profile(letter("工资工资工资，拖欠工资，没有工资"))
    for terms in profile.terms.values():
        assert terms.buckets.tolist() == sorted(set(terms.buckets.tolist()))


def test_the_gist_is_the_title_and_the_beginning(profiler: Profiler) -> None:
    body = "红星机械厂拖欠车间工人的工资已经有五个月之久至今没有任何说法，请领导帮助我们解决。"
    whole, shortened = (profiler.profile(letter(text, title="讨薪")).terms["gist_pair"] for text in (body, body[:30]))
    np.testing.assert_array_equal(whole.buckets, shortened.buckets)
    untitled = profiler.profile(letter(body)).terms["gist_pair"]
    assert set(untitled.buckets) < set(whole.buckets)


def test_numbers_of_two_digits_and_more_are_kept(profiler: Profiler) -> None:
    assert profiler.profile(letter("3号楼1202室欠款１２，０００元")).numbers == {"1202", "12,000"}


def test_a_letter_shorter_than_eight_characters_has_no_run_of_eight(profiler: Profiler) -> None:
    assert len(profiler.profile(letter("工" * 7)).terms["eight"].buckets) == 0
    assert len(profiler.profile(letter("工" * 8)).terms["eight"].buckets) == 1


def test_a_letter_of_nothing_readable_has_an_empty_profile(profiler: Profiler) -> None:
    profile = profiler.profile(letter("\u200b"))
    assert not any(len(terms.buckets) for terms in profile.terms.values())


def test_letters_are_prepared_alike_alone_and_together(profiler: Profiler) -> None:
    letters = [letter(example.text, str(i)) for i, example in enumerate(EXAMPLES[:6])]
    for alone, together in zip(map(profiler.profile, letters), profiler.profiles(letters), strict=True):
        assert alone.regions == together.regions
        for kind, terms in alone.terms.items():
            np.testing.assert_array_equal(terms.buckets, together.terms[kind].buckets)
            np.testing.assert_allclose(terms.weights, together.terms[kind].weights, atol=1e-6)


def test_names_are_specific_and_common_words_are_ordinary(profiler: Profiler) -> None:
    terms = profiler.profile(letter("翠竹云邸小区的电梯坏了")).terms
    assert len(terms["specific"].buckets) > 0
    assert set(terms["ordinary"].buckets) <= set(terms["word"].buckets)
    assert not set(terms["ordinary"].buckets) & set(terms["specific"].buckets)


def test_an_anonymised_region_is_in_no_pair_of_characters(profiler: Profiler) -> None:
    plain, coded = (profiler.profile(letter(text)).terms["pair"] for text in ("，路灯坏了", "A3区路灯坏了"))
    np.testing.assert_array_equal(plain.buckets, coded.buckets)
