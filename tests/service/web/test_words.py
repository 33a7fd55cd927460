from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.marks import strength
from service.web.words import beginning, clock_time, day, percent, short, word


def test_a_day_is_that_of_the_office_wherever_the_server_stands() -> None:
    moment = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
    assert day(moment) == "2026-03-05"
    assert clock_time(moment) == "2026-03-05 00:30"


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "<1%"), (0.009, "<1%"), (0.01, "1%"), (0.5, "50%"), (0.99, "99%"), (0.991, ">99%"), (1, ">99%")],
)
def test_no_probability_is_shown_as_certain(share: float, shown: str) -> None:
    assert percent(share) == shown


@given(st.floats(0, 1))
def test_no_percentage_is_0_or_100(share: float) -> None:
    assert percent(share) not in ("0%", "100%")


def test_a_code_without_a_word_stands_for_itself() -> None:
    assert word("verdict", "first") == "初信"
    assert word("verdict", "something_new") == "something_new"
    assert word("channel", None) == ""


@given(st.text(max_size=300))
def test_a_beginning_is_one_line_and_never_long(passage: str) -> None:
    shown = beginning(passage, 20)
    assert len(shown) <= 21
    assert len(shown.splitlines()) <= 1


def test_a_short_id_is_the_end_of_the_id() -> None:
    assert short("01M80W4CXG7DEXD52E40GYTEF0") == "GYTEF0"


@pytest.mark.parametrize(
    ("weight", "expected"),
    [(0.9, "strong"), (0.6, "strong"), (0.5, "middle"), (0.3, "middle"), (0.1, "weak"), (-0.9, "against")],
)
def test_the_strength_of_a_weight_is_measured_on_the_strongest(weight: float, expected: str) -> None:
    assert strength(weight, 0.9) == expected


def test_a_letter_whose_weights_are_all_nothing_is_marked_weakly() -> None:
    assert strength(0, 0) == "weak"
