from hypothesis import given
from hypothesis import strategies as st

from service.spool import Spool
from tests.factories import letter


@given(st.lists(st.text(min_size=1, max_size=20)))
def test_letters_come_back_by_number_in_any_order(texts: list[str]) -> None:
    letters = [letter(text, str(number)) for number, text in enumerate(texts)]
    with Spool() as spool:
        for one in letters:
            spool.append(one)
        assert len(spool) == len(letters)
        numbers = list(range(len(letters)))[::-1]
        assert spool.take(numbers) == letters[::-1]


def test_letters_can_be_added_after_some_were_read() -> None:
    with Spool() as spool:
        spool.append(letter("一", "1"))
        assert spool.take([0]) == [letter("一", "1")]
        spool.append(letter("二", "2"))
        assert [one.body for one in spool.take([1, 0])] == ["二", "一"]
