import pytest
from hypothesis import given

from model.caution import find_dangers
from model.text import clean_text
from tests.model.strategies import messy_texts


def quotes(text: str) -> list[str]:
    return [text[caution.start : caution.end] for caution in find_dangers(clean_text(text))]


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了",
        "我实在活不下去了",
        "再不解决我只能从楼顶跳下去",
        "老伴说要喝農藥",
        "遗书已经写好了",
        "我写好了遗书",
        "我母亲被关在屋里出不来",
        "孩子的日记里写着不想活了",
        "他扬言要杀了我全家",
        "如果断药我母亲就会死",
        "我站在三十层的天台上",
        "我不\u200b想活了",
    ],
)
def test_an_announcement_or_danger_is_found(text: str) -> None:
    assert quotes(text)


@pytest.mark.parametrize(
    "text",
    [
        "商场跳楼价大甩卖",
        "气死我了，累死人了",
        "这条路是死路一条",
        "建议开通自杀干预热线",
        "为了防止自杀，建议在桥上安装护栏",
        "去年隔壁小区有人跳楼",
        "我们企业活不下去了",
        "楼顶的基站辐射大",
        "每天在桥上堵车两个小时",
    ],
)
def test_figures_of_speech_and_prevention_are_no_danger(text: str) -> None:
    assert quotes(text) == []


@pytest.mark.parametrize(
    "text",
    ["江边的公交站牌坏了", "桥上收费站收费太高", "河边的加油站污染水源", "小区一直没有开通煤气", "我买的农药是假药"],
)
def test_everyday_complaints_are_no_danger(text: str) -> None:
    assert quotes(text) == []


@given(messy_texts)
def test_dangers_stand_inside_the_original(text: str) -> None:
    for caution in find_dangers(clean_text(text)):
        assert caution.code == "danger_to_life"
        assert 0 <= caution.start < caution.end <= len(text)
