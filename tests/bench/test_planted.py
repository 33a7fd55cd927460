import random
from collections import Counter

import pytest

from bench.inbox import Inbox, sentences_of
from bench.planted import COPYISTS

INBOX = Inbox(7)


def copy(kind: str, text: str) -> str:
    return COPYISTS[kind](text, INBOX, random.Random(1))  # noqa: S311 - no secret depends on it


@pytest.mark.parametrize("kind", COPYISTS)
def test_a_copy_differs_from_its_letter_and_repeats_with_its_chance(kind: str) -> None:
    texts = [INBOX.letter(number) for number in range(20)]
    assert any(copy(kind, text) != text for text in texts)
    assert [copy(kind, text) for text in texts] == [copy(kind, text) for text in texts]


def test_copies_keep_what_their_names_say() -> None:
    for number in range(20):
        text = INBOX.letter(number)
        sentences = sentences_of(text)
        assert sorted(sentences_of(copy("reordered", text))) == sorted(sentences)
        kept = Counter(sentences) & Counter(sentences_of(copy("40 % replaced", text)))
        assert len(sentences) - kept.total() == max(1, round(0.4 * len(sentences)))
        assert len(copy("a third", text)) <= max(20, len(text) // 3)
