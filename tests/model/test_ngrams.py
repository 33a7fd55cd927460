from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.ngrams import BUCKET_BITS, KINDS, Occurrences, character_occurrences, single_words, word_occurrences
from model.reading import Page, read
from tests.model.strategies import messy_texts

GIVERS: dict[str, Callable[[Page], Occurrences]] = {**KINDS, "single": single_words}


def page_of(*texts: str) -> Page:
    return Page.of([read(text) for text in texts])


def quotes(page: Page, seen: Occurrences) -> list[str]:
    laid = page.points.tobytes().decode("utf-32-le")
    return [laid[start:end] for start, end in zip(seen.starts, seen.ends, strict=True)]


def rows(seen: Occurrences, letter: int, first: int = 0) -> list[tuple[int, int, int]]:
    """Return bucket, start and end of each feature of a letter, counted from where the letter begins."""
    mine = seen.letters == letter
    found = zip(seen.buckets[mine], seen.starts[mine] - first, seen.ends[mine] - first, strict=True)
    return [(int(bucket), int(start), int(end)) for bucket, start, end in found]


@pytest.mark.parametrize("kind", sorted(GIVERS))
@given(texts=st.lists(messy_texts | st.just(""), min_size=1, max_size=5))
def test_a_letter_has_the_same_features_among_others_as_alone(kind: str, texts: list[str]) -> None:
    page = page_of(*texts)
    among = GIVERS[kind](page)
    for number, text in enumerate(texts):
        assert rows(among, number, int(page.bounds[number])) == rows(GIVERS[kind](page_of(text)), 0)


@pytest.mark.parametrize("kind", sorted(GIVERS))
@given(texts=st.lists(messy_texts, max_size=4))
def test_no_feature_reaches_across_letters(kind: str, texts: list[str]) -> None:
    page = page_of(*texts)
    seen = GIVERS[kind](page)
    assert (seen.starts >= page.bounds[seen.letters]).all()
    assert (seen.ends <= page.bounds[seen.letters + 1]).all()
    assert (seen.starts < seen.ends).all()


def test_the_last_word_of_a_letter_makes_no_pair_with_the_first_of_the_next() -> None:
    page = page_of("拖欠", "工资")
    assert quotes(page, word_occurrences(page)) == ["拖欠", "工资"]
    assert quotes(page, character_occurrences(page, (2,))) == ["拖欠", "工资"]


def test_features_of_words_are_words_and_pairs_of_words() -> None:
    page = page_of("老板拖欠加班费")
    assert quotes(page, word_occurrences(page)) == ["老板", "拖欠", "加班费", "老板拖欠", "拖欠加班费"]
    assert quotes(page, single_words(page)) == ["老板", "拖欠", "加班费"]


def test_a_pair_of_words_spans_the_mark_between_them() -> None:
    page = page_of("老板，工资")
    assert quotes(page, word_occurrences(page)) == ["老板", "工资", "老板,工资"]


def test_marks_are_no_words() -> None:
    page = page_of("工资，！？。")
    assert quotes(page, word_occurrences(page)) == ["工资"]


@pytest.mark.parametrize(
    ("sizes", "grams"),
    [
        ((1,), ["河", "水", "发", "臭"]),
        ((2, 3), ["河水", "水发", "发臭", "河水发", "水发臭"]),
        ((4,), ["河水发臭"]),
        ((5,), []),
    ],
)
def test_character_ngrams_have_the_sizes_asked_for(sizes: Sequence[int], grams: list[str]) -> None:
    page = page_of("河水发臭")
    assert quotes(page, character_occurrences(page, sizes)) == grams


@pytest.mark.parametrize("kind", sorted(GIVERS))
def test_equal_passages_share_a_bucket_wherever_they_stand(kind: str) -> None:
    page = page_of("拖欠工资，拖欠工资", "", "老板拖欠工资")
    seen = GIVERS[kind](page)
    buckets: dict[str, set[int]] = {}
    for text, bucket in zip(quotes(page, seen), seen.buckets.tolist(), strict=True):
        buckets.setdefault(text, set()).add(bucket)
    assert "拖欠工资" in buckets or kind == "character"
    assert all(len(found) == 1 for found in buckets.values())
    assert len(set.union(*buckets.values())) == len(buckets)


def test_numbers_of_equal_length_share_a_bucket() -> None:
    first, second, longer = (
        character_occurrences(page_of(text), (3,)).buckets.tolist() for text in ("12月", "37月", "123")
    )
    assert first == second != longer


def test_a_feature_keeps_its_bucket_for_ever() -> None:
    """A model on disk knows features by their buckets alone."""
    assert word_occurrences(page_of("工资")).buckets.tolist() == [276375]
    assert word_occurrences(page_of("拖欠工资，2024年")).buckets.tolist() == [948474, 355897, 907563, 688530, 626541]
    one, two, three = (character_occurrences(page_of("工资9元😀"), (size,)).buckets.tolist() for size in (1, 2, 3))
    assert one == [1029164, 205349, 654938, 794823, 898691]
    assert two == [276375, 370396, 854141, 421400]
    assert three == [332072, 91207, 214946]


def test_more_bits_part_a_bucket_and_move_no_feature_to_another() -> None:
    seen = character_occurrences(page_of("老板拖欠加班费"))
    np.testing.assert_array_equal(seen.buckets, seen.buckets_of(BUCKET_BITS))
    np.testing.assert_array_equal(seen.buckets, seen.buckets_of(22) >> 2)
    assert (seen.buckets_of(31) >= 0).all()


def test_buckets_fill_their_range_evenly_and_rarely_meet() -> None:
    page = page_of(*(chr(first) + chr(second) for first in range(0x5E00, 0x5E40) for second in range(0x6700, 0x6740)))
    seen = character_occurrences(page, (2,))
    texts = len(set(quotes(page, seen)))
    buckets = np.unique(seen.buckets)
    assert 0 <= buckets[0] < buckets[-1] < 1 << BUCKET_BITS
    assert np.bincount(buckets >> (BUCKET_BITS - 3)).min() > texts / 8 * 0.8
    assert len(buckets) > texts * 0.99


def test_only_the_chosen_occurrences_are_kept() -> None:
    page = page_of("老板拖欠加班费")
    seen = word_occurrences(page)
    assert quotes(page, seen.only(np.asarray([2, 0]))) == ["加班费", "老板"]
