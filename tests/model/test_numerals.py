import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.numerals import number_of, stated_people
from model.records import People
from model.text import clean_text


def people(text: str) -> list[People]:
    return [stated.people for stated in stated_people(clean_text(text).text)]


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("30", 30),
        ("1,200", 1200),
        ("1.2万", 12000),
        ("3百", 300),
        ("十", 10),
        ("十二", 12),
        ("两千", 2000),
        ("二百三十", 230),
        ("一百零五", 105),
        ("三四十", 30),
        ("一二百", 100),
        ("五六", 5),
        ("十七八", 17),
        ("", None),
    ],
)
def test_numerals(numeral: str, value: int | None) -> None:
    assert number_of(numeral) == value


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("近千人受骗", 1000),
        ("近千名业主", 1000),
        ("近百名家长", 100),
        ("1.2万人受影响", 12000),
        ("１２０名职工", 120),
        ("三四十个业主", 30),
        ("五六个工人", 5),
        ("一百二十名乡村医生", 120),
        ("全村800多口人", 800),
        ("1千2百人", 1200),
        ("50余位老人", 50),
        ("我们5人", 5),
    ],
)
def test_people_who_are_counted(text: str, count: int) -> None:
    assert people(text) == [People(count, "person")]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("十多户村民", 10),
        ("十几户人家", 10),
        ("二百三十余户", 230),
        ("我们300户业主", 300),
        ("五六户受灾", 5),
        ("小区共有1,200户", 1200),
        ("20家商户", 20),
    ],
)
def test_households_that_are_counted(text: str, count: int) -> None:
    assert people(text) == [People(count, "household")]


@pytest.mark.parametrize(
    "text",
    [
        "几百户业主",
        "好几十户人家",
        "数百人",
        "几十户",
        "3户村民",
        "事故造成12人受伤",
        "来了20名城管",
        "每10户一个垃圾桶",
        "5号楼3单元",
        "工资3000元",
        "今年10月",
        "",
    ],
)
def test_what_is_no_exact_number_of_people_who_share_a_grievance(text: str) -> None:
    assert people(text) == []


@pytest.mark.parametrize("text", ["尊敬的领导：我们120户业主", "村干部不管我们120户村民的死活"])
def test_an_official_nearby_does_not_hide_those_who_write(text: str) -> None:
    assert people(text) == [People(120, "household")]


def test_every_number_of_a_letter_stands_where_it_says() -> None:
    text = "我们五十户村民、200名老人"
    assert [text[stated.start : stated.end] for stated in stated_people(text)] == ["五十户", "200名老人"]


@given(st.text(st.sampled_from("0123456789,.一二两三九十百千万零〇"), max_size=40))
def test_any_numeral_has_a_value_or_none(numeral: str) -> None:
    value = number_of(numeral)
    assert value is None or value >= 0


@pytest.mark.parametrize("numeral", ["9" * 400 + ".5万", "9" * 5000, "1.2.3", "1,2,3"])
def test_a_numeral_beyond_measure_is_no_error(numeral: str) -> None:
    assert all(person.count >= 5 for person in people(f"{numeral}人"))
