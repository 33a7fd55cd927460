from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer

from model.features import Counted, HashedTfidf
from model.ngrams import BUCKET_BITS, KINDS, word_occurrences
from model.reading import PAGE_SIZE, Page, Reading, read
from tests.model.letters import EXAMPLES
from tests.model.strategies import messy_texts

TEXTS = [example.text for example in EXAMPLES[:20]]
READINGS = [read(text) for text in TEXTS]
FEATURES = HashedTfidf(min_df=1).fit(READINGS)

batches = st.lists(st.sampled_from(TEXTS) | messy_texts | st.just(""), min_size=1, max_size=6)


def page_of(*texts: str) -> Page:
    return Page.of([read(text) for text in texts])


def entry_list(counted: Counted, letter: int, first: int = 0) -> list[tuple[int, float, int, int, float]]:
    """Return column, value, place in the letter and share of each occurrence of a letter."""
    columns, values, letters = counted.rows.indices, counted.rows.data, counted.letters
    return [
        (int(columns[entry]), float(values[entry]), int(start) - first, int(end) - first, float(share))
        for entry, start, end, share in zip(counted.entries, counted.starts, counted.ends, counted.shares, strict=True)
        if letters[entry] == letter
    ]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_weights_agree_with_scikit_learn_on_the_same_counts(kind: str) -> None:
    counts = np.zeros((len(READINGS), 1 << BUCKET_BITS))
    for row, reading in zip(counts, READINGS, strict=True):
        np.add.at(row, KINDS[kind](Page.of([reading])).buckets, 1)
    kept = counts[:, (counts > 0).sum(axis=0) >= 2]
    expected = TfidfTransformer(sublinear_tf=True).fit_transform(csr_matrix(kept)).toarray()
    found = HashedTfidf((kind,), min_df=2).fit(READINGS).transform(READINGS).toarray()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("bits", [18, 22])
def test_the_number_of_buckets_changes_no_weight_where_no_two_features_meet(bits: int) -> None:
    """Features that meet in a bucket become one; the few of a small corpus hardly do."""
    found = HashedTfidf(("word",), min_df=2, bits=bits).fit(READINGS)
    assert len(found.columns_["word"]) == 1 << bits
    expected = HashedTfidf(("word",), min_df=2).fit(READINGS)
    assert found.size == expected.size
    rows, expected_rows = found.transform(READINGS).toarray(), expected.transform(READINGS).toarray()
    np.testing.assert_allclose(np.sort(rows), np.sort(expected_rows), rtol=1e-6)


@given(texts=batches)
@example(texts=["", "", TEXTS[0], ""])
@example(texts=[TEXTS[0], TEXTS[0], TEXTS[1]])
def test_counting_a_page_gives_each_letter_what_counting_it_alone_gives(texts: list[str]) -> None:
    page = page_of(*texts)
    among = FEATURES.count(page)
    assert among.rows.shape == (len(texts), FEATURES.size)
    for number, text in enumerate(texts):
        alone = FEATURES.count(page_of(text))
        np.testing.assert_array_equal(among.rows[number].toarray(), alone.rows.toarray())
        assert entry_list(among, number, int(page.bounds[number])) == entry_list(alone, 0)
        assert among.known_share[number] == alone.known_share[0]


@given(texts=batches)
def test_the_shares_of_the_occurrences_add_up_to_the_row(texts: list[str]) -> None:
    counted = FEATURES.count(page_of(*texts))
    total = np.bincount(counted.entries, weights=counted.shares, minlength=counted.rows.nnz)
    np.testing.assert_allclose(total, counted.rows.data, rtol=1e-5)


@given(texts=batches)
def test_every_entry_belongs_to_the_letter_of_its_row_and_stands_inside_it(texts: list[str]) -> None:
    page = page_of(*texts)
    counted = FEATURES.count(page)
    np.testing.assert_array_equal(counted.letters, counted.rows.nonzero()[0])
    letters = counted.letters[counted.entries]
    assert (counted.starts >= page.bounds[letters]).all()
    assert (counted.ends <= page.bounds[letters + 1]).all()


def test_all_occurrences_of_a_feature_share_alike() -> None:
    counted = FEATURES.count(page_of("工资，工资，工资"))
    bucket = word_occurrences(page_of("工资")).buckets[0]
    entry = np.flatnonzero(counted.rows.indices == FEATURES.columns_["word"][bucket])[0]
    shares = counted.shares[counted.entries == entry]
    assert shares.tolist() == [pytest.approx(counted.rows.data[entry] / 3)] * 3


@given(messy_texts)
def test_each_block_of_a_row_has_length_one_or_zero(text: str) -> None:
    row = FEATURES.transform([read(text)])
    kinds = FEATURES.kind_of(row.indices)
    lengths = np.bincount(kinds, weights=row.data**2, minlength=2)
    for kind, length in enumerate(lengths.tolist()):
        assert length == (pytest.approx(1, abs=1e-4) if (kinds == kind).any() else 0)


def test_the_columns_of_a_kind_follow_those_of_the_kind_before_it() -> None:
    words, characters = FEATURES.sizes_
    assert FEATURES.size == words + characters == len(FEATURES.idf_)
    for kind, first, end in (("word", 0, words), ("character", words, FEATURES.size)):
        columns = FEATURES.columns_[kind]
        assert columns[columns >= 0].tolist() == list(range(first, end))
    assert FEATURES.kind_of(np.asarray([0, words - 1, words, FEATURES.size - 1], np.int32)).tolist() == [0, 0, 1, 1]


def test_more_letters_than_a_page_holds_are_learnt_and_weighed_alike() -> None:
    many = [READINGS[i % len(READINGS)] for i in range(PAGE_SIZE + 44)]
    rows = FEATURES.transform(many)
    assert rows.shape == (len(many), FEATURES.size)
    np.testing.assert_array_equal(rows[PAGE_SIZE:].toarray(), FEATURES.transform(many[PAGE_SIZE:]).toarray())
    assert HashedTfidf(("word",), min_df=PAGE_SIZE + 44).fit([READINGS[0]] * len(many)).size > 0


def test_letters_may_come_one_by_one() -> None:
    def arriving() -> Iterator[Reading]:
        yield from READINGS

    found = HashedTfidf(min_df=1).fit(arriving())
    np.testing.assert_array_equal(found.idf_, FEATURES.idf_)
    np.testing.assert_array_equal(
        found.transform(arriving()).toarray(), FEATURES.transform(READINGS).toarray(), strict=True
    )


def test_no_letters_have_no_rows() -> None:
    assert FEATURES.transform([]).shape == (0, FEATURES.size)


def test_letters_without_a_known_feature_have_empty_rows() -> None:
    counted = FEATURES.count(page_of("", "\u200b", "qqq"))
    assert counted.rows.shape == (3, FEATURES.size)
    assert counted.rows.nnz == len(counted.entries) == len(counted.shares) == 0


def test_features_of_fewer_letters_than_asked_are_left_out() -> None:
    readings = [read("河水，鱼塘"), read("河水，庄稼")]
    assert HashedTfidf(("word",), min_df=2).fit(readings).size == 1
    assert HashedTfidf(("word",), min_df=3).fit(readings).size == 0


def test_the_known_share_is_one_for_a_training_letter_and_zero_for_an_unlike_one() -> None:
    counted = FEATURES.count(Page.of([READINGS[0], read("quantum entanglement"), read("")]))
    assert counted.known_share.tolist() == [1, 0, 0]


def test_fewer_columns_give_the_rows_that_reading_anew_would_give() -> None:
    kept = np.arange(0, FEATURES.size, 3)
    fewer = FEATURES.only(kept)
    assert fewer.size == len(kept)
    found = FEATURES.cut(FEATURES.transform(READINGS), kept).toarray()
    np.testing.assert_allclose(found, fewer.transform(READINGS).toarray(), rtol=1e-4, atol=1e-6)
