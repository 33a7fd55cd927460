import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.rounds import Rounds


class Doubler:
    """Double numbers in rounds, and remember the rounds; the first one lasts until it is let go."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, asked: Sequence[int]) -> list[int]:
        self.rounds.append(list(asked))
        self.begun.set()
        assert self.go_on.wait(30)
        if -1 in asked:
            raise ValueError("minus one")
        return [2 * number for number in asked]


def asked_during_the_first(rounds: Rounds[int, int], doubler: Doubler, numbers: Sequence[int]) -> list[int]:
    """Ask for 0, and for the other numbers while that is under way; return all answers."""
    with ThreadPoolExecutor(len(numbers) + 1) as pool:
        first = pool.submit(rounds.ask, 0)
        assert doubler.begun.wait(30)
        others = [pool.submit(rounds.ask, number) for number in numbers]
        while len(rounds._waiting) < len(numbers):
            threading.Event().wait(0.001)
        doubler.go_on.set()
        return [one.result() for one in (first, *others)]


def test_who_asks_alone_is_answered_alone() -> None:
    doubler = Doubler()
    doubler.go_on.set()
    assert Rounds(doubler).ask(21) == 42
    assert doubler.rounds == [[21]]


def test_what_comes_during_a_round_goes_into_the_next_together() -> None:
    doubler = Doubler()
    assert asked_during_the_first(Rounds(doubler), doubler, [1, 2, 3]) == [0, 2, 4, 6]
    assert doubler.rounds[0] == [0]
    assert sorted(doubler.rounds[1]) == [1, 2, 3]


def test_a_round_holds_only_so_many() -> None:
    doubler = Doubler()
    numbers = list(range(1, 8))
    assert asked_during_the_first(Rounds(doubler, most=3), doubler, numbers) == [0, *(2 * number for number in numbers)]
    assert [len(done) for done in doubler.rounds] == [1, 3, 3, 1]


def test_an_error_reaches_everybody_of_its_round_and_nobody_else() -> None:
    doubler = Doubler()
    rounds = Rounds(doubler)
    with pytest.raises(ValueError, match="minus one"):
        asked_during_the_first(rounds, doubler, [-1, 5])
    assert rounds.ask(6) == 12
