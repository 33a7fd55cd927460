import random
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.reading import read
from tests.model.letters import EXAMPLES, MATTERS
from training.duplicates import LARGEST_CROSSED, duplicate_groups

STORY = "".join(example.text for example in EXAMPLES[:4])
OTHER = "".join(example.text for example in EXAMPLES[20:24])
TEXTS = [example.text for example in EXAMPLES]

# The first is like both others, and they are not like each other: half of the passages, most, and just below half.
OPENING = "养老保险。我们全体退休职工的医疗保险"
MIDDLE = "被单位停缴，三十多名老职工联名反映，请补缴社保。我举"
REST = (
    "报某公司虚报工资基数少缴社保，经办人收受好处，请纪委严肃查处。建议社保大厅增加养老保险办理窗口，建议开通网上缴费，"
    "方便退休老人。单位停缴社保，我们八十名职工多次到市政府集体上访静"
)
END = "坐，至今没有结果。公交车早上半个小时才来一班，上"
BARELY_ALIKE = (
    f"{MIDDLE}{REST}{END}班经市民换乘。我们小区",
    f"{REST}市民换乘。我们小区",
    f"{OPENING}{MIDDLE}{REST}{END}市民",
)


def groups(texts: Sequence[str]) -> list[int]:
    return [int(number) for number in duplicate_groups([read(text) for text in texts])]


def parts(texts: Sequence[str]) -> set[frozenset[str]]:
    """Return which texts stand together, whatever their numbers."""
    numbers = groups(texts)
    return {frozenset(text for text, n in zip(texts, numbers, strict=True) if n == number) for number in numbers}


@pytest.mark.parametrize(
    "again",
    [
        STORY,
        f"{STORY}谢谢领导！",
        f"尊敬的领导：您好！{STORY}",
        STORY[20:],
        STORY[:60] + STORY[70:],
        STORY.replace("公司", "企业"),
        STORY.replace("，", ","),
        f"  {STORY}\n\n",
    ],
)
def test_near_duplicates_share_a_group(again: str) -> None:
    first, second, other = groups([STORY, again, OTHER])
    assert first == second != other


def test_digits_do_not_tell_copies_apart() -> None:
    text = STORY + "我的合同编号是20230145，签于2023年4月5日。"
    assert len(set(groups([text, text.replace("20230145", "20230999").replace("4月", "9月")]))) == 1


def test_unlike_letters_do_not_share_a_group() -> None:
    assert len(set(groups(TEXTS))) == len(TEXTS)


def test_one_matter_in_other_words_is_no_duplicate() -> None:
    for a, b in MATTERS:
        assert len(set(groups([a, b]))) == 2


def test_letters_that_share_an_opening_only_are_no_duplicates() -> None:
    opening = "尊敬的领导：您好！我是本市一名普通市民，现向您反映如下问题，"
    assert len(set(groups([opening + STORY, opening + OTHER]))) == 2


def test_a_chain_of_copies_is_one_group() -> None:
    chain = [STORY[start : start + 110] for start in range(0, 50, 8)]
    assert len(set(groups(chain))) == 1


def copies_of(text: str, count: int) -> list[str]:
    """Return different copies of a letter, each with another two characters missing."""
    return [text[:start] + text[start + 2 :] for start in range(10, 10 + 3 * count, 3)]


def test_more_copies_than_are_compared_with_each_other_still_share_a_group() -> None:
    many = copies_of(STORY * 2, LARGEST_CROSSED + 15)
    assert len(set(many)) > LARGEST_CROSSED
    first, *others, other = groups([*many, OTHER])
    assert set(others) == {first}
    assert other != first


def test_two_large_groups_that_share_a_form_stay_apart() -> None:
    """A form that many send has the same passages; what each has filled in tells them apart."""
    form = "".join(TEXTS[48:50])
    count = LARGEST_CROSSED + 10
    wages, road = (copies_of(form + "".join(TEXTS[i : i + 4]), count) for i in (0, 20))
    numbers = groups([text for pair in zip(wages, road, strict=True) for text in pair])
    assert len(set(numbers[::2])) == len(set(numbers[1::2])) == 1
    assert numbers[0] != numbers[1]


def test_comparing_neighbours_alone_joins_the_same_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*TEXTS, *copies_of(STORY, 20), *copies_of(OTHER, 8), TEXTS[40] + "请回复。"]
    compared = parts(texts)
    assert len(compared) == len(TEXTS) + 2
    monkeypatch.setattr("training.duplicates.LARGEST_CROSSED", 1)
    assert parts(texts) == compared


def test_short_letters_are_told_apart_and_put_together() -> None:
    first, second, third = groups(["路灯", "水管", "路灯"])
    assert first == third != second


def test_empty_letters_are_copies_of_each_other_and_of_nothing_else() -> None:
    first, second, third = groups(["", STORY, ""])
    assert first == third != second


def test_no_letters_have_no_groups() -> None:
    assert groups([]) == []


@given(st.integers(0, 10_000))
@settings(max_examples=8)
def test_the_order_of_letters_does_not_matter(seed: int) -> None:
    texts = [STORY, f"{STORY}谢谢！", STORY[15:], OTHER, OTHER[:-10], *TEXTS[40:52], TEXTS[40] + "请回复。"]
    mixed = random.Random(seed).sample(texts, len(texts))  # noqa: S311 - no secret depends on it
    assert parts(mixed) == parts(texts)


def test_the_order_does_not_matter_for_letters_that_are_barely_alike() -> None:
    assert len({frozenset(parts(order)) for order in permutations(BARELY_ALIKE)}) == 1
