import numpy as np
import pytest

from model.lexicon import Lexicon
from model.likeness import WordLikeness
from model.ngrams import single_words
from model.reading import Page, read

LEXICON = Lexicon().fit()
TEXTS = [
    "楼下烧烤店油烟很大",
    "楼下烧烤店油烟太重",
    "餐馆的油烟管道对着窗户",
    "烟管对着窗户",
    "公司不退押金",
    "公司拒绝退钱",
] * 3


def bucket(word: str) -> int:
    return int(single_words(Page.of([read(word)])).buckets[0])


@pytest.fixture(scope="module")
def likeness() -> WordLikeness:
    return WordLikeness(min_count=2).fit([read(text) for text in TEXTS], LEXICON)


def test_a_word_is_wholly_like_itself_and_in_part_like_its_neighbours(likeness: WordLikeness) -> None:
    buckets, values = likeness.widen(np.array([bucket("油烟")], np.int32))
    found = dict(zip(buckets.tolist(), values.tolist(), strict=True))
    assert found.pop(bucket("油烟")) == 1
    assert found
    assert all(0 < value <= 1 for value in found.values())


def test_words_in_the_same_company_are_alike_and_those_in_other_company_are_not(likeness: WordLikeness) -> None:
    buckets, _ = likeness.widen(np.array([bucket("油烟")], np.int32))
    assert bucket("楼下") in buckets.tolist()
    assert bucket("押金") not in buckets.tolist()


def test_words_that_share_characters_are_alike() -> None:
    few = WordLikeness(min_count=1, neighbours=3, least=0.35)
    buckets, _ = few.fit([read("公司退款，学校退费")], LEXICON).widen(np.array([bucket("退款")], np.int32))
    assert bucket("退费") in buckets.tolist()


def test_buckets_come_once_in_ascending_order(likeness: WordLikeness) -> None:
    buckets, values = likeness.widen(np.unique([bucket(word) for word in ("油烟", "楼下", "窗户")]).astype(np.int32))
    assert buckets.tolist() == sorted(set(buckets.tolist()))
    assert len(values) == len(buckets)


def test_an_unknown_word_has_no_neighbours(likeness: WordLikeness) -> None:
    buckets, values = likeness.widen(np.array([bucket("彗星")], np.int32))
    assert (buckets.tolist(), values.tolist()) == ([bucket("彗星")], [1.0])


def test_the_same_letters_and_seed_give_the_same_likeness(likeness: WordLikeness) -> None:
    again = WordLikeness(min_count=2).fit([read(text) for text in TEXTS], LEXICON)
    np.testing.assert_array_equal(again.like_, likeness.like_)


def test_a_corpus_of_too_few_words_makes_nothing_alike() -> None:
    empty = WordLikeness().fit([read("路灯")], LEXICON)
    assert empty.widen(np.array([5], np.int32))[0].tolist() == [5]
