import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.masking import masked_name, masked_petitioner, masked_phone

ZHAO = {"name": "赵铁柱", "phone": "13812340000"}


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("欧阳修文", "欧***"), ("张", "张*"), ("", "")])
def test_a_name_shows_its_first_character(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("13812340000", "138****0000"), ("8612345", "*******"), ("1234567890", "*" * 10), ("", "")]
)
def test_a_phone_hides_its_middle(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@given(st.text("张王李赵", min_size=2))
def test_no_further_character_of_a_name_shows(name: str) -> None:
    assert set(masked_name(name)[1:]) == {"*"}


@given(st.text("0123456789", min_size=11, max_size=11))
def test_no_phone_shows_whole(phone: str) -> None:
    assert masked_phone(phone)[3:-4] == "****"
    assert len(masked_phone(phone)) == 11


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ([], None),
        (["key"], None),
        ([{"name": None, "phone": None}], None),
        ([{"id_number": "110101199003071234", "address": "翠竹花园"}], None),
        ([ZHAO], "赵** 138****0000"),
        ([{"name": "赵铁柱"}], "赵**"),
        ([{"phone": "13812340000"}], "138****0000"),
        ([ZHAO, {"name": "钱多多"}, "key"], "赵** 138****0000 +2"),
        (["key", ZHAO], "赵** 138****0000 +1"),
    ],
)
def test_the_first_petitioner_shows_masked(people: list[str | dict[str, str]], shown: str | None) -> None:
    assert masked_petitioner(people) == shown
