from itertools import pairwise

from hypothesis import given

from model.passages import SHORTEST, clauses
from model.reading import read
from model.records import LONGEST_QUOTE
from tests.model.strategies import messy_texts


def texts(text: str) -> list[str]:
    reading = read(text)
    return [reading.clean.text[clause.start : clause.end] for clause in clauses(reading)]


def test_marks_end_clauses_and_the_shortest_are_left_out() -> None:
    assert texts("老板拖欠工资，没有钱，请领导帮助！谢谢。\n河水发臭") == ["老板拖欠工资", "请领导帮助", "河水发臭"]


def test_a_clause_without_end_is_cut() -> None:
    assert [len(text) for text in texts("河" * 130)] == [LONGEST_QUOTE, LONGEST_QUOTE, 10]


@given(messy_texts)
def test_clauses_are_short_and_stand_in_order(text: str) -> None:
    found = list(clauses(read(text)))
    assert all(SHORTEST <= clause.end - clause.start <= LONGEST_QUOTE for clause in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


def test_a_clause_holds_the_words_inside_it() -> None:
    for clause in clauses(read("老板拖欠工资，河水发臭难闻")):
        assert len(clause.words.buckets) > 0
        assert clause.words.starts.min() == clause.start
        assert clause.words.ends.max() == clause.end
