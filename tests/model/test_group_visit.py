from itertools import combinations

import pytest
from hypothesis import example, given, settings

from model.analyse import Analyser
from model.group_visit import MOST_REASONS, GroupVisitReader
from model.reading import read
from model.records import LONGEST_QUOTE, GroupVisit, People
from tests.model.strategies import messy_texts

WARNING = "开发商跑路，三百户业主准备下周集体去省政府上访静坐，业主们已经拉横幅堵了售楼部大门，请领导尽快解决。"


@pytest.fixture(scope="module")
def reader(small_analyser: Analyser) -> GroupVisitReader:
    assert small_analyser.risk
    return small_analyser.risk


def visit(reader: GroupVisitReader, text: str) -> GroupVisit:
    return reader.predict([read(text)], [text])[0]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (WARNING, "warning"),
        ("我们小区四百户业主联名要求更换物业，业主们对物业强烈不满。", "watch"),
        ("建议在路口增设红绿灯，建议拓宽道路，方便市民。", "none"),
        ("楼下餐馆油烟熏人，请环保部门查处。", "none"),
    ],
)
def test_a_letter_gets_its_level(reader: GroupVisitReader, text: str, level: str) -> None:
    assert visit(reader, text).level == level


def test_the_score_is_higher_for_a_warning_than_for_a_suggestion(reader: GroupVisitReader) -> None:
    warning, suggestion = visit(reader, WARNING).score, visit(reader, "建议增加公交线路，方便市民。").score
    assert 0 <= suggestion < warning <= 1


def test_people_is_the_largest_number_stated(reader: GroupVisitReader) -> None:
    assert visit(reader, "我们三十户业主和二百户村民联名要求修路。").people == People(200, "household")


def test_no_number_is_no_people(reader: GroupVisitReader) -> None:
    assert visit(reader, "楼下餐馆油烟熏人，请环保部门查处。").people is None


def test_acts_are_quoted_before_speakers(reader: GroupVisitReader) -> None:
    acts = [reason.code.startswith("collective_action") for reason in visit(reader, WARNING).reasons]
    assert acts[0]
    assert acts == sorted(acts, reverse=True)


@given(text=messy_texts)
@example(text=WARNING)
@settings(max_examples=40)
def test_reasons_quote_short_passages_of_the_original_without_overlap(reader: GroupVisitReader, text: str) -> None:
    found = visit(reader, text)
    assert len(found.reasons) <= MOST_REASONS
    assert (found.level == "none") == (not found.reasons)
    for reason in found.reasons:
        assert reason.text == text[reason.start : reason.end]
        assert 0 < len(reason.text) <= LONGEST_QUOTE
    for a, b in combinations(found.reasons, 2):
        assert a.end <= b.start or b.end <= a.start


def test_reasons_lead_back_through_what_was_dropped(reader: GroupVisitReader) -> None:
    text = WARNING.replace("集体", "集\u200b體")
    assert any("集\u200b體" in reason.text for reason in visit(reader, text).reasons)


@pytest.mark.parametrize("numeral", ["9" * 25, "9" * 400, "9" * 5000])
def test_a_number_beyond_measure_is_no_error(reader: GroupVisitReader, numeral: str) -> None:
    assert 0 <= visit(reader, f"我们{numeral}人要求修路。").score <= 1
