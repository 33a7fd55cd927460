"""Rounds: what many threads ask for while one round is carried out goes into the next one, together."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

MOST_IN_ROUND = 32
PATIENCE = 0.2
MOST_SECONDS = 0.05


@dataclass(eq=False)
class _Request(Generic[Asked, Answer]):
    asked: Asked
    answer: Answer | None = None
    error: BaseException | None = None
    done: bool = False


class Rounds(Generic[Asked, Answer]):
    """Carry out what threads ask for in rounds of up to `most`, one round at a time, in the order of asking.

    The thread that finds no round under way carries out the next one for all that wait. A thread alone makes a round of
    its own at once. Where the last round had company, the next one waits a fifth as long as that took for as many to
    ask again: what is done together costs each of them far less (as group commit does; DeWitt and others 1984).
    `carry_out` gives an answer for each thing asked, in order; what it raises
    is raised in every thread of the round.
    """

    def __init__(self, carry_out: Callable[[Sequence[Asked]], Sequence[Answer]], most: int = MOST_IN_ROUND) -> None:
        self._carry_out = carry_out
        self._most = most
        self._waiting: deque[_Request[Asked, Answer]] = deque()
        self._under_way = False
        # How many asked in and during the last round, and how long the next one waits for them.
        self._company = 0
        self._patience = 0.0
        lock = threading.Lock()
        self._changed = threading.Condition(lock)
        self._asked = threading.Condition(lock)

    def ask(self, asked: Asked) -> Answer:
        """Return the answer to one thing, carried out together with what other threads ask for."""
        mine: _Request[Asked, Answer] = _Request(asked)
        with self._changed:
            self._waiting.append(mine)
            self._asked.notify()
        while (chosen := self._my_turn(mine)) is not None:
            self._run(chosen)
        if mine.error is not None:
            raise mine.error
        return mine.answer  # type: ignore[return-value]  # a request that is done without error has its answer

    def _my_turn(self, mine: _Request[Asked, Answer]) -> list[_Request[Asked, Answer]] | None:
        """Wait for an answer, or for the turn to carry out a round; returns its requests, or None if answered."""
        with self._changed:
            self._changed.wait_for(lambda: mine.done or not self._under_way)
            if mine.done:
                return None
            self._under_way = True
            self._asked.wait_for(lambda: len(self._waiting) >= min(self._company, self._most), self._patience)
            return [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]

    def _run(self, chosen: Sequence[_Request[Asked, Answer]]) -> None:
        begun = time.monotonic()
        try:
            answers = self._carry_out([request.asked for request in chosen])
            for request, answer in zip(chosen, answers, strict=True):
                request.answer = answer
        except BaseException as error:
            for request in chosen:
                request.error = error
        finally:
            with self._changed:
                for request in chosen:
                    request.done = True
                self._under_way = False
                self._company = len(chosen) + len(self._waiting)
                self._patience = min(PATIENCE * (time.monotonic() - begun), MOST_SECONDS)
                self._changed.notify_all()
