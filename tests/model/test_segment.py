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


@pytest.mark.parametrize("text", ["阳村" * 3000, "一" * 5000, "，" * 2500, "\n" * 1500 + "拖欠工资"])
def test_a_long_text_without_marks_is_cut_into_words_that_cover_it(text: str) -> None:
    cut, starts = words(text)
    assert "".join(cut) == text
    assert all(text.startswith(word, start) for word, start in zip(cut, starts, strict=True))


def test_a_long_text_is_never_cut_inside_a_word_where_it_has_marks() -> None:
    sentence = "物业公司拖欠农民工的工资，业主委员会已经向信访局反映。"
    assert words(sentence * 200)[0] == words(sentence)[0] * 200
