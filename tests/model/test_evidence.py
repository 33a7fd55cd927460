import numpy as np
import pytest
from numpy.typing import NDArray

from model.evidence import MOST_PASSAGES, explain
from model.features import HashedTfidf, read, word_occurrences

TEXT = "门口的路灯坏了，老板拖欠工資不发，河水发臭。"


def weights_for(features: HashedTfidf, words: str) -> NDArray[np.float32]:
    """Return weights that speak for the given words and against nothing."""
    weights = np.zeros(features.size, np.float32)
    weights[features.columns_["word"][word_occurrences(read(words)).buckets]] = 1
    return weights


def test_the_word_that_decided_is_quoted_as_it_was_written() -> None:
    features = HashedTfidf(("word",), min_df=1).fit([read(TEXT)])
    (passage,), rest = explain(features, read(TEXT), TEXT, weights_for(features, "拖欠工资"), 2.0)
    assert passage.text == TEXT[passage.start : passage.end] == "拖欠工資"
    assert passage.weight > 0
    assert passage.weight + rest == pytest.approx(2)


def test_nothing_is_quoted_where_no_word_speaks_for_the_decision() -> None:
    features = HashedTfidf(min_df=1).fit([read(TEXT)])
    assert explain(features, read(TEXT), TEXT, -np.ones(features.size, np.float32), 0.5) == ((), 0.5)


def test_at_most_eight_passages_come_strongest_first() -> None:
    text = "，".join(f"老板拖欠工资{mark}" for mark in "甲乙丙丁戊己庚辛壬癸")
    features = HashedTfidf(min_df=1).fit([read(text)])
    passages, _ = explain(features, read(text), text, weights_for(features, "拖欠工资"), 1.0)
    strengths = [passage.weight for passage in passages]
    assert len(passages) == MOST_PASSAGES
    assert strengths == sorted(strengths, reverse=True)


def test_a_word_too_long_to_quote_stays_in_the_rest() -> None:
    text = "a" * 61
    features = HashedTfidf(min_df=1).fit([read(text)])
    assert explain(features, read(text), text, np.ones(features.size, np.float32), 1.0) == ((), 1.0)
