from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.evidence import LONGEST_RUN, MOST_PASSAGES, Explained, explain
from model.features import Counted, HashedTfidf
from model.ngrams import word_occurrences
from model.reading import Page, read
from model.records import LONGEST_QUOTE
from tests.model.letters import EXAMPLES
from tests.model.strategies import messy_texts

TEXT = "门口的路灯坏了，老板拖欠工資不发，河水发臭。"
FEATURES = HashedTfidf(min_df=1).fit([read(example.text) for example in EXAMPLES])
WEIGHTS = np.random.default_rng(0).normal(size=FEATURES.size).astype(np.float32)


def features_of(*texts: str) -> HashedTfidf:
    return HashedTfidf(min_df=1).fit([read(text) for text in texts])


def weights_for(features: HashedTfidf, words: str) -> NDArray[np.float32]:
    """Return weights that speak for the given words and against nothing."""
    weights = np.zeros(features.size, np.float32)
    weights[features.columns_["word"][word_occurrences(Page.of([read(words)])).buckets]] = 1
    return weights


def explained(
    features: HashedTfidf, weights: NDArray[np.float32], texts: list[str], differences: list[float]
) -> list[Explained]:
    """Explain letters by a weight for each column of the features."""
    page = Page.of([read(text) for text in texts])
    counted: Counted = features.count(page)
    return explain(page, counted, texts, weights[counted.rows.indices], np.asarray(differences, np.float32))


def test_the_word_that_decided_is_quoted_as_it_was_written() -> None:
    features = features_of(TEXT)
    (((passage,), rest),) = explained(features, weights_for(features, "拖欠工资"), [TEXT], [2.0])
    assert passage.text == TEXT[passage.start : passage.end] == "拖欠工資"
    assert passage.weight > 0
    assert passage.weight + rest == pytest.approx(2)


def test_the_quote_keeps_the_script_and_the_dirt_of_the_original() -> None:
    text = "😀老闆拖\u200b欠<br/>工資，河水發臭"
    features = features_of(text)
    (((passage,), _),) = explained(features, weights_for(features, "拖欠工资"), [text], [1.0])
    assert passage.text == text[passage.start : passage.end] == "拖\u200b欠<br/>工資"


def test_each_letter_of_a_page_is_quoted_from_its_own_text() -> None:
    texts = [TEXT, "", "請補發拖欠工資。", "路灯坏了。"]
    features = features_of(*texts)
    found = explained(features, weights_for(features, "拖欠工资"), texts, [1.0, 2.0, 3.0, 4.0])
    assert [[passage.text for passage in passages] for passages, _ in found] == [["拖欠工資"], [], ["拖欠工資"], []]
    assert [found[1][1], found[3][1]] == [2.0, 4.0]


def test_a_run_never_joins_the_end_of_a_letter_to_the_beginning_of_the_next() -> None:
    texts = ["拖欠工资", "拖欠工资"]
    features = features_of(*texts)
    found = explained(features, weights_for(features, "拖欠工资"), texts, [1.0, 1.0])
    assert [[(passage.start, passage.end) for passage in passages] for passages, _ in found] == [[(0, 4)], [(0, 4)]]


def test_neighbouring_words_are_quoted_together() -> None:
    text = "老板拖欠加班费，河水发臭"
    features = features_of(text)
    (((passage,), _),) = explained(features, weights_for(features, "老板拖欠加班费"), [text], [1.0])
    assert passage.text == "老板拖欠加班费"


def test_a_long_run_is_cut() -> None:
    text = "物业公司欺骗小区业主" * 6
    features = features_of(text)
    ((passages, _),) = explained(features, np.ones(features.size, np.float32), [text], [1.0])
    assert len(passages) > 1
    assert max(len(passage.text) for passage in passages) <= LONGEST_RUN + 4
    assert "".join(passage.text for passage in sorted(passages, key=lambda one: one.start)) == text


def test_nothing_is_quoted_where_no_word_speaks_for_the_decision() -> None:
    features = features_of(TEXT)
    assert explained(features, -np.ones(features.size, np.float32), [TEXT], [0.5]) == [((), 0.5)]


def test_at_most_eight_passages_come_strongest_first() -> None:
    text = "，".join(f"老板拖欠工资{mark}" for mark in "甲乙丙丁戊己庚辛壬癸")
    features = features_of(text)
    ((passages, _),) = explained(features, weights_for(features, "拖欠工资"), [text], [1.0])
    strengths = [passage.weight for passage in passages]
    assert len(passages) == MOST_PASSAGES
    assert strengths == sorted(strengths, reverse=True)


def test_every_letter_of_a_page_has_its_own_eight_passages() -> None:
    text = "，".join(f"老板拖欠工资{mark}" for mark in "甲乙丙丁戊己庚辛壬癸")
    features = features_of(text)
    found = explained(features, weights_for(features, "拖欠工资"), [text] * 3, [1.0] * 3)
    assert [len(passages) for passages, _ in found] == [MOST_PASSAGES] * 3


def test_a_word_too_long_to_quote_stays_in_the_rest() -> None:
    text = "a" * (LONGEST_QUOTE + 1)
    features = features_of(text)
    assert explained(features, np.ones(features.size, np.float32), [text], [1.0]) == [((), 1.0)]


def test_a_page_without_words_leaves_everything_in_the_rest() -> None:
    assert explained(FEATURES, WEIGHTS, ["", "\u200b"], [0.5, -0.5]) == [((), 0.5), ((), -0.5)]


@given(st.lists(st.sampled_from([example.text for example in EXAMPLES]) | messy_texts, min_size=1, max_size=5))
def test_passages_are_quoted_without_overlap_and_add_up_with_the_rest(texts: list[str]) -> None:
    differences = [float(i) for i in range(len(texts))]
    for text, difference, (passages, rest) in zip(
        texts, differences, explained(FEATURES, WEIGHTS, texts, differences), strict=True
    ):
        assert sum(passage.weight for passage in passages) + rest == pytest.approx(difference, abs=1e-6)
        ordered = sorted(passages, key=lambda one: one.start)
        assert all(left.end <= right.start for left, right in pairwise(ordered))
        for passage in passages:
            assert passage.text == text[passage.start : passage.end]
            assert 0 < len(passage.text) <= LONGEST_QUOTE


def test_a_letter_without_a_known_word_is_never_quoted() -> None:
    texts = [text for example in EXAMPLES[:10] for text in (example.text, "hello world")]
    found = explained(FEATURES, WEIGHTS, texts, [1.0] * len(texts))
    assert [passages for passages, _ in found[1::2]] == [()] * 10
