from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reading import PAGE_SIZE, Page, pages, read
from model.segment import segmenter
from tests.model.strategies import messy_texts

ORIGINALS = ["老闆拖\u200b欠工資", "", "<br/>", "😀河水發臭，𠮷祥村"]


def page_of(texts: Sequence[str]) -> Page:
    return Page.of([read(text) for text in texts])


def clean_texts(page: Page) -> list[str]:
    """Return the text of each letter as it stands on the page."""
    laid = page.points.tobytes().decode("utf-32-le")
    return [laid[start:end] for start, end in zip(page.bounds[:-1], page.bounds[1:], strict=True)]


@given(messy_texts)
def test_every_word_stands_between_its_bounds(text: str) -> None:
    reading = read(text)
    assert len(reading.bounds) == len(reading.words) + 1
    for word, start, end in zip(reading.words, reading.bounds[:-1], reading.bounds[1:], strict=True):
        assert reading.clean.text[start:end] == word
    assert (reading.bounds[0], reading.bounds[-1]) == (0, len(reading.clean.text))


def test_a_text_of_nothing_readable_has_no_words() -> None:
    reading = read("\u200b<br/>")
    assert (reading.words, reading.bounds.tolist()) == ((), [0])


def test_a_letter_can_be_read_by_either_segmenter() -> None:
    text = "春晖廉租房5-601漏水"
    assert list(read(text, "jieba").words) == segmenter("jieba").cut(text)
    assert list(read(text, "rjieba").words) == segmenter("rjieba").cut(text)
    assert read(text, "jieba").words != read(text, "rjieba").words


def test_letters_stand_one_behind_the_other() -> None:
    page = page_of(ORIGINALS)
    assert page.bounds.tolist() == [0, 6, 6, 6, 15]
    assert clean_texts(page) == ["老板拖欠工资", "", "", "😀河水发臭,𠮷祥村"]
    assert page.letters.tolist() == [0] * 6 + [3] * 9


def test_every_character_of_a_page_leads_to_the_original_of_its_letter() -> None:
    page = page_of(ORIGINALS)
    found = [ORIGINALS[letter][origin] for letter, origin in zip(page.letters, page.origins, strict=True)]
    assert "".join(found) == "老闆拖欠工資😀河水發臭，𠮷祥村"


def test_words_of_a_page_belong_to_their_letter() -> None:
    page = page_of(ORIGINALS)
    laid = page.points.tobytes().decode("utf-32-le")
    words = [laid[start:end] for start, end in zip(page.word_starts, page.word_ends, strict=True)]
    for number, reading in enumerate(page.readings):
        assert [words[i] for i in np.flatnonzero(page.word_letters == number)] == list(reading.words)


@given(st.lists(messy_texts, max_size=5))
def test_laying_letters_on_a_page_loses_nothing_of_any(texts: list[str]) -> None:
    page = page_of(texts)
    assert clean_texts(page) == [reading.clean.text for reading in page.readings]
    for number, reading in enumerate(page.readings):
        first = page.bounds[number]
        mine = page.word_letters == number
        np.testing.assert_array_equal(page.origins[page.letters == number], reading.clean.starts)
        np.testing.assert_array_equal(page.word_starts[mine] - first, reading.bounds[:-1])
        np.testing.assert_array_equal(page.word_ends[mine] - first, reading.bounds[1:])


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_a_page_of_nothing_has_no_places(texts: list[str]) -> None:
    page = page_of(texts)
    assert page.bounds.tolist() == [0] * (len(texts) + 1)
    for places in (page.points, page.origins, page.letters, page.word_starts, page.word_ends, page.word_letters):
        assert len(places) == 0


@pytest.mark.parametrize(
    ("letters", "sizes"),
    [
        (0, []),
        (1, [1]),
        (PAGE_SIZE, [PAGE_SIZE]),
        (PAGE_SIZE + 1, [PAGE_SIZE, 1]),
        (2 * PAGE_SIZE + 7, [PAGE_SIZE, PAGE_SIZE, 7]),
    ],
)
def test_letters_are_laid_on_pages_of_a_fixed_size(letters: int, sizes: list[int]) -> None:
    readings = [read(text) for text in ("甲", "乙")]
    given = [readings[i % 2] for i in range(letters)]
    found = list(pages(iter(given)))
    assert [len(page.readings) for page in found] == sizes
    assert [reading for page in found for reading in page.readings] == given
