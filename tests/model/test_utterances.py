import pytest
from hypothesis import given

from model.reading import read
from model.records import LONGEST_QUOTE
from model.utterances import Utterances, common_words, utterances
from tests.model.strategies import messy_texts


def heard(text: str) -> Utterances:
    return utterances(read(text), common_words())


def test_doings_groups_authorities_and_numbers_become_classes() -> None:
    terms = heard("四十名村民昨天去县政府静坐").terms
    assert {"<number>", "<group>", "<authority>", "<petition>"} <= set(terms)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("我父亲刘德全在青石桥村摔伤", "我父亲买买提在锦绣家园摔伤"),
        ("请县政府督促", "请市住建局督促"),
        ("县长答应三天解决漏水，我家还是没水", "镇党委书记答应三天解决漏水，我家还是没水"),
    ],
)
def test_names_places_offices_and_officials_make_no_difference(one: str, other: str) -> None:
    assert set(heard(one).terms) - {"买买提"} == set(heard(other).terms) - {"买买提"}


@pytest.mark.parametrize("criticism", ["县长不作为。", "这样的局长凭什么坐在这个位置上？", "我对镇政府非常失望。"])
def test_a_sentence_about_those_who_govern_alone_has_no_terms(criticism: str) -> None:
    plain = "小区的电梯坏了两个月。"
    assert heard(plain + criticism).terms == heard(plain).terms


def test_an_act_before_those_who_govern_is_told() -> None:
    assert "<petition>" in heard("村民去县政府静坐，县长不见。").terms


def test_a_passage_does_not_reach_into_the_sentence_before() -> None:
    spoken = heard("电梯坏了。业主去信访局，等了一天")
    start, end = spoken.passage(2)
    assert (start, end) == (5, 16)


@given(messy_texts)
def test_clauses_follow_each_other_and_can_be_quoted(text: str) -> None:
    spoken = heard(text)
    assert len(spoken.bounds) == len(spoken.opens)
    assert len(spoken.terms) == len(spoken.clauses)
    assert (spoken.bounds[1:, 0] >= spoken.bounds[:-1, 1]).all()
    for clause in range(len(spoken.bounds)):
        start, end = spoken.passage(clause)
        assert 0 < end - start <= LONGEST_QUOTE
