import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text import clean_text, code_points, is_han, is_word
from tests.model.strategies import messy_texts

ORDINARY = "的一是在不了有和人这中大为上个国我以要他时来用们生作地于出就分对成会可主发年,。;!?\n 0123456789abcxyz()"


@given(messy_texts)
def test_every_clean_character_leads_back_to_the_original_that_made_it(text: str) -> None:
    clean = clean_text(text)
    for i, character in enumerate(clean.text):
        start, end = clean.original(i, i + 1)
        assert 0 <= start < end <= len(text)
        assert character in clean_text(text[start:end]).text


@given(messy_texts)
def test_clean_characters_keep_the_order_of_the_original(text: str) -> None:
    clean = clean_text(text)
    assert len(clean.starts) == len(clean.points) == len(clean.text)
    assert clean.starts.tolist() == sorted(clean.starts.tolist())


@given(messy_texts)
def test_the_code_points_of_a_clean_text_are_those_of_its_characters(text: str) -> None:
    clean = clean_text(text)
    assert clean.points.tolist() == [ord(character) for character in clean.text]


@given(messy_texts)
def test_words_are_made_of_letters_and_digits(text: str) -> None:
    clean = clean_text(text)
    assert is_word(clean.points).tolist() == [character.isalnum() for character in clean.text]


@given(messy_texts)
def test_no_control_or_zero_width_character_is_left(text: str) -> None:
    kinds = {unicodedata.category(character) for character in clean_text(text).text if character != "\n"}
    assert not kinds & {"Cc", "Cf", "Co", "Cs"}


@given(st.text(st.sampled_from(ORDINARY)))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean_text(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "百年老字号被强拆",
        "老字号大酒店",
        "我住在翠竹花园(a座)三单元",
        "工资3000元(含税)",
        "a<b且c>d",
        "银行政务窗口一直关闭,窗口没有人",
        "他说“没有钱”",
    ],
)
def test_what_only_looks_like_page_remains_stays(text: str) -> None:
    assert clean_text(text).text == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("ＡＢＣ１２３，（甲）！", "abc123,(甲)!"),
        ("學校門口車輛亂停", "学校门口车辆乱停"),
        ("「強拆」", "“强拆”"),
        ("工\u200b资\ufeff", "工资"),
        ("好😀的", "好😀的"),
        ("𠮷祥", "𠮷祥"),
        ("甲<br/>乙<P class='x'>丙</p>", "甲乙丙"),
        ("拆迁&nbsp;补偿", "拆迁补偿"),
        ("重（chóng）复", "重复"),
        ("请处理【关闭窗口】", "请处理【】"),
        ("请处理[打印本页]", "请处理"),
        ("正文\n上一篇：某地通知\n下一句", "正文\n\n下一句"),
        ("见http://www.example.cn/1.html。谢谢", "见。谢谢"),
        ("甲\r\n乙", "甲\n\n乙"),
        ("", ""),
    ],
)
def test_normalisation(text: str, clean: str) -> None:
    assert clean_text(text).text == clean


def test_a_link_takes_no_chinese_words_with_it() -> None:
    assert clean_text("视频在https://www.example.cn/1请尽快处理").text == "视频在请尽快处理"


def test_a_clean_passage_quotes_the_original_with_what_was_dropped_inside() -> None:
    text = "老闆拖\u200b欠<br/>工資"
    clean = clean_text(text)
    start = clean.text.index("拖欠工资")
    first, last = clean.original(start, start + 4)
    assert text[first:last] == "拖\u200b欠<br/>工資"


def test_only_chinese_characters_are_counted() -> None:
    assert is_han(code_points("abc 中文，123 字😀")).sum() == 3


def test_a_lone_half_of_a_surrogate_pair_vanishes() -> None:
    clean = clean_text("工\ud83d资\udc00")
    assert (clean.text, clean.starts.tolist()) == ("工资", [0, 2])


def test_one_character_that_becomes_several_leads_back_from_each() -> None:
    clean = clean_text("甲㈱㎡½乙")
    assert clean.text == "甲(株)m21⁄2乙"
    assert clean.starts.tolist() == [0, 1, 1, 1, 2, 2, 3, 3, 3, 4]
