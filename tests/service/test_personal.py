import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.known import Forms
from service.personal import find_personal, hide

NOBODY = Forms([], [])
ZHANG = {"name": "张建国", "phone": "0571-8765", "id_number": "ABC 12345", "address": "云河县明珠花园3号楼2单元501室"}


def shown(text: str, forms: Forms = NOBODY) -> str:
    masked = hide(text, find_personal(text, forms))
    assert len(masked) == len(text)
    return masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("身份证号110101199003071233。", "身份证号110***********1233。"),
        ("１１０１０１１９９００３０７１２３３", "１１０***********１２３３"),
        ("110101 19900307 1233", "110*** ******** 1233"),
        ("110101-19900307-1233", "110***-********-1233"),
        ("身份证：110101199003071234", "身份证：110***********1234"),
        ("我是110101900307123的持有人", "我是110********7123的持有人"),
        ("打13812340000找我", "打138****0000找我"),
        ("138 1234 0000", "138 **** 0000"),
        ("１３８－１２３４－００００", "１３８－****－００００"),
        ("+86 13812340000", "+86 1******0000"),
        ("1 3 8 1 2 3 4 0 0 0 0", "1 3 8 * * * * 0 0 0 0"),
        ("一三八一二三四〇〇〇〇", "一三八****〇〇〇〇"),
        ("010-87654321", "010-****4321"),
        ("（0571）87654321", "（057*）****4321"),
        ("家里电话87654321", "家里电话********"),
        ("卡6222020200112345678", "卡6222020200112345678"),
        ("6222 0202 0011 2345 679", "622* **** **** ***5 679"),
        ("卡号6222020200112345678", "卡号622************5678"),
    ],
)
def test_numbers_of_persons_are_masked(text: str, masked: str) -> None:
    assert shown(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "国土资发〔2010〕138号，合同编号13812340000",
        "拖欠工程款13812340000元",
        "2026年3月5日，2026-03-05 10:30:00",
        "宗地110101199003071234号",
        "12345热线，12388，110，400-800-8820",
        "共计15000000000.00",
        "第202603051234567号回执",
        "0571元，2026 0305",
        "面积87654321平方米",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我叫张建国。", "我叫张**。"),
        ("张 建 国和张建国军", "张 * *和张**军"),
        ("建国路和老张", "建国路和老张"),
        ("分机0571-8765，证件ABC12345", "分机****-****，证件********"),
        ("住云河县明珠花园3号楼2单元501室", "住云河县明珠花园**********"),
        ("明珠花园电梯坏了", "明珠花园电梯坏了"),
    ],
)
def test_what_the_fields_tell_is_masked_where_it_stands(text: str, masked: str) -> None:
    assert shown(text, Forms([ZHANG], [])) == masked


def test_a_name_that_is_a_word_stays_inside_longer_words() -> None:
    forms = Forms([{"name": "高山"}], [])
    assert shown("我是高山，住高山流水小区。高山说了。", forms) == "我是高*，住高山流水小区。高*说了。"


@pytest.mark.parametrize(
    ("accused", "text", "masked"),
    [
        ("县环保局副局长王建国", "副局长王建国收钱", "副局长王**收钱"),
        ("王建国局长", "王建国打人", "王**打人"),
        ("李局长", "李局长打人", "李**打人"),
        ("环保局", "环保局不管", "环保局不管"),
        ("物业经理", "物业经理打人", "物业经理打人"),
        ("赵六（村主任）", "赵六占地", "赵*占地"),
    ],
)
def test_who_is_accused_is_masked_and_a_unit_is_not(accused: str, text: str, masked: str) -> None:
    assert shown(text, Forms([], [accused])) == masked


def test_an_opaque_key_is_no_name_but_a_co_signer_is() -> None:
    forms = Forms(["业主", "王芳", "k-1"], [])
    assert shown("业主王芳k-1", forms) == "业主王*k-1"


@given(st.text("张建国1380-　 一。云河县明珠花园3号楼", max_size=60))
def test_masking_again_changes_nothing_more_and_keeps_the_length(text: str) -> None:
    forms = Forms([ZHANG], [])
    once = shown(text, forms)
    assert "张建国" not in once
    assert shown(once, forms) == once


@pytest.mark.parametrize("piece", ["1", "1 ", "13812340000 ", "6222 ", "张建", "(0571)", "138-", "零"])
def test_very_long_texts_are_searched_in_pieces_of_bounded_size(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    names = [{"name": f"张建{chr(0x4E00 + i)}"} for i in range(10_000)]
    assert len(shown(text, Forms(names, []))) == 100_000
