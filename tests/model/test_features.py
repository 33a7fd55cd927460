import numpy as np
import pytest
from hypothesis import given
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer

from model.features import BUCKET_BITS, KINDS, HashedTfidf, character_occurrences, read, word_occurrences
from tests.model.letters import EXAMPLES
from tests.model.strategies import messy_texts

READINGS = [read(example.text) for example in EXAMPLES[:20]]
FEATURES = HashedTfidf(min_df=1).fit(READINGS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_weights_agree_with_scikit_learn_on_the_same_counts(kind: str) -> None:
    counts = np.zeros((len(READINGS), 1 << BUCKET_BITS))
    for row, reading in zip(counts, READINGS, strict=True):
        np.add.at(row, KINDS[kind](reading).buckets, 1)
    kept = counts[:, (counts > 0).sum(axis=0) >= 2]
    expected = TfidfTransformer(sublinear_tf=True).fit_transform(csr_matrix(kept)).toarray()
    found = HashedTfidf((kind,), min_df=2).fit(READINGS).transform(READINGS).toarray()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_the_occurrences_of_a_letter_add_up_to_its_row() -> None:
    for reading in READINGS:
        total = np.zeros(FEATURES.size)
        for columns, _, _, values in FEATURES.occurrences(reading):
            np.add.at(total, columns, values)
        np.testing.assert_allclose(total, FEATURES.transform([reading]).toarray()[0], rtol=1e-4)


def test_the_occurrences_of_a_letter_stand_where_they_say() -> None:
    reading = read("工资三个月,拖欠工资")
    seen = word_occurrences(reading)
    texts = [reading.clean.text[start:end] for start, end in zip(seen.starts, seen.ends, strict=True)]
    by_text = dict(zip(texts, seen.buckets.tolist(), strict=True))
    assert {"工资", "拖欠工资"} <= set(texts)
    assert all(by_text[text] == bucket for text, bucket in zip(texts, seen.buckets.tolist(), strict=True))


def test_a_feature_keeps_its_bucket_for_ever() -> None:
    assert word_occurrences(read("工资")).buckets.tolist() == [276375]


def test_numbers_of_equal_length_share_a_bucket() -> None:
    first, second = (character_occurrences(read(text), (3,)).buckets.tolist() for text in ("12月", "37月"))
    assert first == second


def test_marks_are_no_words() -> None:
    reading = read("工资，！？。")
    assert word_occurrences(reading).ends.tolist() == [2]


@given(messy_texts)
def test_any_text_has_a_row_of_finite_length(text: str) -> None:
    row = FEATURES.transform([read(text)])
    assert np.isfinite(row.data).all()
    assert row.multiply(row).sum() <= 2 + 1e-4


def test_features_of_fewer_letters_than_asked_are_left_out() -> None:
    readings = [read("河水，鱼塘"), read("河水，庄稼")]
    assert HashedTfidf(("word",), min_df=2).fit(readings).size == 1
    assert HashedTfidf(("word",), min_df=3).fit(readings).size == 0


def test_the_known_share_is_one_for_a_training_letter_and_zero_for_an_unlike_one() -> None:
    assert FEATURES.known_share(READINGS[0]) == 1
    assert FEATURES.known_share(read("quantum entanglement")) == 0
    assert FEATURES.known_share(read("")) == 0
