from hypothesis import given
from hypothesis import strategies as st

from model.vocabulary import Vocabulary

TERMS = st.lists(st.text("车间工人讨薪 a<>", min_size=1), unique=True)


@given(TERMS, TERMS)
def test_terms_are_numbered_in_their_order_and_others_are_unknown(known: list[str], asked: list[str]) -> None:
    vocabulary = Vocabulary(known)
    assert list(vocabulary) == known
    assert len(vocabulary) == len(known)
    numbers = [known.index(term) if term in known else -1 for term in asked]
    assert vocabulary.numbers(asked).tolist() == numbers
    assert [term in vocabulary for term in asked] == [number >= 0 for number in numbers]


def test_an_empty_vocabulary_knows_nothing() -> None:
    assert "三" not in Vocabulary()
    assert list(Vocabulary()) == []
