import pytest

from model.lexicon import Lexicon, starts_with_han
from model.ngrams import single_words
from model.reading import Page, read

LEXICON = Lexicon().fit()


def specific(text: str) -> list[str]:
    page = Page.of([read(text)])
    words = single_words(page)
    kept = starts_with_han(page, words) & ~LEXICON.is_ordinary(words)
    return [page.readings[0].clean.text[words.starts[i] : words.ends[i]] for i in kept.nonzero()[0]]


@pytest.mark.parametrize("text", ["电梯坏了没有修理", "开发商拖欠工资", "请领导帮助解决问题"])
def test_plain_sentences_hold_ordinary_words_alone(text: str) -> None:
    assert specific(text) == []


def test_what_no_dictionary_knows_is_specific() -> None:
    assert "翠竹" in "".join(specific("翠竹云邸的电梯坏了"))


def test_numbers_and_codes_are_no_names() -> None:
    assert specific("A3区1202室，13800000000") == []
