from collections.abc import Iterable
from importlib.metadata import version
from itertools import accumulate, islice

import pytest
from hypothesis import given

from model import segment
from model.letter_file import read_rows
from model.package_data import data_folder
from model.segment import DEFAULT, Jieba, RustJieba, segmenter
from model.text import clean_text
from model.words.tables import lines
from tests.model.strategies import messy_texts

NAMES: tuple[segment.Name, ...] = ("rjieba", "jieba")
EVERY = 9


def shipped_texts() -> Iterable[str]:
    """Return the clean text of every ninth of our letters: some five hundred of all kinds."""
    files = sorted((data_folder() / "letters").glob("*.jsonl"))
    rows = (row.fields for file in files for row in read_rows(file))
    return (clean_text(f"{fields['title']}\n{fields['body']}").text for fields in islice(rows, 0, None, EVERY))


def bounds(name: segment.Name, text: str) -> set[int]:
    return set(accumulate(map(len, segmenter(name).cut(text))))


def test_both_segmenters_set_the_same_word_bounds_in_our_letters() -> None:
    """They differ in joined numbers such as 5-601 and in nothing else that we found."""
    found = [(bounds("rjieba", text), bounds("jieba", text)) for text in shipped_texts()]
    shared = sum(len(rust & reference) for rust, reference in found)
    of_either = sum(len(rust | reference) for rust, reference in found)
    assert len(found) > 400
    assert shared / of_either >= 0.998


@pytest.mark.parametrize("name", NAMES)
@given(text=messy_texts)
def test_words_cover_the_text_without_gaps(name: segment.Name, text: str) -> None:
    clean = clean_text(text).text
    words = segmenter(name).cut(clean)
    assert "".join(words) == clean
    assert all(words)


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_our_dictionary_stays_whole(name: segment.Name) -> None:
    broken = [word for word in lines("user_dictionary") if word not in segmenter(name).cut(f"我们反映{word}的问题")]
    assert broken == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["阳村" * 3000, "一" * 5000, "，" * 2500, "\n" * 1500 + "拖欠工资"])
def test_a_long_text_without_marks_is_cut_into_words_that_cover_it(name: segment.Name, text: str) -> None:
    assert "".join(segmenter(name).cut(text)) == text


@pytest.mark.parametrize("name", NAMES)
def test_a_long_text_is_never_cut_inside_a_word_where_it_has_marks(name: segment.Name) -> None:
    sentence = "物业公司拖欠农民工的工资，业主委员会已经向信访局反映。"
    assert segmenter(name).cut(sentence * 200) == segmenter(name).cut(sentence) * 200


def test_a_segmenter_is_chosen_by_its_name_and_read_once() -> None:
    assert isinstance(segmenter("rjieba"), RustJieba)
    assert isinstance(segmenter("jieba"), Jieba)
    assert segmenter("jieba") is segmenter("jieba")
    assert segmenter() is segmenter(DEFAULT)


def test_the_fast_segmenter_is_taken_where_it_is_installed() -> None:
    assert segment.DEFAULT == "rjieba"
    assert isinstance(segmenter(), RustJieba)


@pytest.mark.parametrize("name", NAMES)
def test_the_identity_names_the_installed_version(name: segment.Name) -> None:
    assert segment.identity(name) == f"{name} {version(name)}"


def test_the_identity_of_a_segmenter_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "find_spec", lambda _: None)
    assert segment.identity("rjieba") == "no rjieba"


@pytest.mark.parametrize("name", NAMES)
def test_words_are_tagged_with_their_part_of_speech(name: segment.Name) -> None:
    tagged = segmenter(name).tagged("王建国，北京")
    assert tagged == [("王建国", "nr"), ("，", "x"), ("北京", "ns")]


@pytest.mark.parametrize("name", NAMES)
@given(text=messy_texts)
def test_tagged_words_cover_the_text_without_gaps(name: segment.Name, text: str) -> None:
    clean = clean_text(text).text
    assert "".join(word for word, _ in segmenter(name).tagged(clean)) == clean
