from collections.abc import Iterator

import numpy as np
import pytest

from model.analyse import Analyser
from service import backfill
from service.backfill import links_of, vectors_of
from service.spool import Spool
from tests.factories import letter
from tests.model.letters import MATTERS

LETTERS = [letter(text, f"{i}-{j}") for i, texts in enumerate(MATTERS) for j, text in enumerate(texts)]
PAIRS = np.array([(i, j) for i in range(len(LETTERS)) for j in range(i + 1, len(LETTERS))])


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as made:
        for one in LETTERS:
            made.append(one)
        yield made


def test_batches_give_what_all_letters_together_give(
    small_analyser: Analyser, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = np.concatenate(list(vectors_of(small_analyser, spool, 1)))
    links = [link for batch in links_of(small_analyser, spool, PAIRS, 1) for link in batch]
    monkeypatch.setattr(backfill, "BATCH", 2)
    monkeypatch.setattr(backfill, "PAIRS_IN_BATCH", 7)
    parts = list(vectors_of(small_analyser, spool, 1))
    assert len(parts) > 1
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    again = [link for batch in links_of(small_analyser, spool, PAIRS, 1) for link in batch]
    assert [(a, b, round(link.score, 6)) for a, b, link in again] == [
        (a, b, round(link.score, 6)) for a, b, link in links
    ]


def test_other_processes_give_what_this_one_gives(
    small_analyser: Analyser, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "PAIRS_IN_BATCH", 32)
    alone = [link for batch in links_of(small_analyser, spool, PAIRS, 1) for link in batch]
    monkeypatch.setattr(backfill, "FEWEST_FOR_PROCESSES", 1)
    assert [link for batch in links_of(small_analyser, spool, PAIRS, 2) for link in batch] == alone


def test_the_links_join_letters_of_one_matter(small_analyser: Analyser, spool: Spool) -> None:
    links = [link for batch in links_of(small_analyser, spool, PAIRS, 1) for link in batch]
    best = max(links, key=lambda entry: entry[2].score)
    assert LETTERS[best[0]].id.split("-")[0] == LETTERS[best[1]].id.split("-")[0]
