import pytest
from hypothesis import given

from model.segment import words
from model.text import clean_text
from tests.model.strategies import messy_texts


@given(messy_texts)
def test_words_cover_the_text_without_gaps(text: str) -> None:
    clean = clean_text(text).text
    cut, starts = words(clean)
    assert "".join(cut) == clean
    assert [clean[start : start + len(word)] for word, start in zip(cut, starts, strict=True)] == cut


@pytest.mark.parametrize("word", ["拖欠工资", "业委会", "棚户区", "网约车"])
def test_words_of_our_dictionary_stay_whole(word: str) -> None:
    assert word in words(f"我们反映{word}的问题")[0]
