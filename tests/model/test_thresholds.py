from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from model.thresholds import BORROWED, FEWEST_LETTERS, NEVER, precise_from

Letters = tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]


def thresholds(
    letters: Sequence[tuple[float, int, int]], classes: int = 1, precision: float = 0.98
) -> NDArray[np.float64]:
    """Return the thresholds for letters given as confidence, guess and truth."""
    confidence, guess, truth = zip(*letters, strict=True)
    return precise_from(np.asarray(confidence, np.float64), np.asarray(guess), np.asarray(truth), classes, precision)


def simulated(seed: int, letters: int = 3000, classes: int = 8) -> Letters:
    """Return confidence, guess and truth of letters whose confidence says how often they are right."""
    rng = np.random.default_rng(seed)
    confidence = 1 - rng.uniform(0, 1, letters) ** 2 * 0.7
    truth = rng.integers(0, classes, letters)
    wrong = (truth + rng.integers(1, classes, letters)) % classes
    return confidence, np.where(rng.uniform(0, 1, letters) < confidence, truth, wrong), truth


def test_letters_are_accepted_down_to_the_last_that_keeps_the_promise() -> None:
    """Of four right and one wrong, four keep 98 %; with the fifth (4 + 20 * 0.8) / 25 is 80 %."""
    letters = [(0.9, 0, 0), (0.8, 0, 0), (0.7, 0, 0), (0.6, 0, 0), (0.5, 0, 1)]
    assert thresholds([*letters, (0.4, 1, 0)], 2)[0] == 0.6


def test_a_lower_promise_accepts_a_wrong_letter_among_right_ones() -> None:
    """(8 + 20 * 8 / 9) / 29 is 89 %, and with the tenth right again 90 %."""
    letters = [(0.9 - i / 100, 0, 1 if i == 8 else 0) for i in range(10)]
    assert thresholds(letters, 2, 0.98)[0] == pytest.approx(0.83)
    assert thresholds(letters, 2, 0.9)[0] == pytest.approx(0.81)


def test_the_order_of_the_letters_does_not_matter() -> None:
    letters = [(0.5, 0, 1), (0.9, 0, 0), (0.6, 0, 0), (0.8, 0, 0), (0.4, 1, 0), (0.7, 0, 0)]
    assert thresholds(letters, 2)[0] == 0.6


def test_a_class_seldom_guessed_borrows_from_the_others() -> None:
    """One letter of its own beside twenty borrowed ones: right, it is believed; wrong, it is not."""
    others = [(0.99 - i / 1000, 0, 0) for i in range(50)]
    own = [(0.5, 1, 1)] * FEWEST_LETTERS
    assert thresholds([*others, (0.9, 1, 1), *own], 2)[1] == 0.5
    assert thresholds([*others, (0.9, 1, 0), *own], 2, precision=BORROWED / (BORROWED + 1) + 0.01)[1] > 0.9


@pytest.mark.parametrize(("letters", "accepted"), [(FEWEST_LETTERS - 1, False), (FEWEST_LETTERS, True)])
def test_a_class_of_fewer_than_five_letters_is_never_accepted(letters: int, accepted: bool) -> None:
    right = [(0.9, 0, 0)] * 40
    found = thresholds([*right, *[(0.95, 1, 1)] * letters], 2)
    assert (found[1] <= 1) == accepted
    assert accepted or found[1] == NEVER


def test_a_promise_never_kept_gives_a_threshold_that_no_confidence_reaches() -> None:
    letters = [(0.99 - i / 100, 0, 0 if i % 2 else 1) for i in range(40)]
    assert thresholds(letters, 2).tolist() == [NEVER, NEVER]
    assert NEVER > 1


def test_every_class_has_its_own_threshold() -> None:
    easy = [(0.9 - i / 1000, 0, 0) for i in range(100)]
    hard = [(0.9 - i / 1000, 1, 1 if i < 50 else 0) for i in range(100)]
    found = thresholds([*easy, *hard], 2, 0.9)
    assert found[0] < found[1] < 0.9


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("precision", [0.9, 0.95, 0.98])
def test_the_promise_is_kept_on_the_letters_it_was_chosen_on(seed: int, precision: float) -> None:
    confidence, guess, truth = simulated(seed)
    accepted = confidence >= precise_from(confidence, guess, truth, 8, precision)[guess]
    assert accepted.sum() > 100
    assert (guess == truth)[accepted].mean() >= precision


def test_the_promise_is_nearly_kept_on_letters_it_was_not_chosen_on() -> None:
    confidence, guess, truth = simulated(0, letters=20000)
    chosen, later = slice(0, 10000), slice(10000, None)
    found = precise_from(confidence[chosen], guess[chosen], truth[chosen], 8, 0.95)
    accepted = confidence[later] >= found[guess[later]]
    assert (guess == truth)[later][accepted].mean() >= 0.94


def test_a_higher_promise_never_lowers_a_threshold() -> None:
    confidence, guess, truth = simulated(1)
    found = [precise_from(confidence, guess, truth, 8, precision) for precision in (0.5, 0.9, 0.95, 0.99, 1.0)]
    assert all((lower <= higher).all() for lower, higher in pairwise(found))


def test_no_letters_give_no_acceptance() -> None:
    empty = np.zeros(0, np.intp)
    assert precise_from(np.zeros(0), empty, empty, 2, 0.9).tolist() == [NEVER, NEVER]


def test_letters_of_equal_confidence_are_accepted_together_or_not_at_all() -> None:
    assert thresholds([(1.0, 0, 0)] * 5 + [(1.0, 0, 1)] * 5, 2)[0] == NEVER
