"""How far a count of new petitioners lies beyond what is usual for an office."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom, poisson

USUAL_DAYS = 28
# What is taken for usual until an office has its own months: it counts as much as this many matters.
PRIOR_MEAN = 0.1
PRIOR_SPREAD = 2.0
PRIOR_WEIGHT = 50
# Gains always vary a little more than chance alone.
LEAST_SPREAD = 1.25
# A gain that is less likely than one in a thousand is no part of what is usual.
UNUSUAL_FROM = 3.0
# Beyond this the tail of the distribution is a guess.
MOST_SURPRISING = 12.0


@dataclass(frozen=True, slots=True)
class Usual:
    """How many new petitioners a matter usually gains in 28 days.

    `mean` is above 0; `spread` is the variance divided by the mean, at least 1, where 1 is a Poisson process.
    """

    mean: float = PRIOR_MEAN
    spread: float = PRIOR_SPREAD

    @classmethod
    def of(cls, gains: Sequence[int], prior: "Usual | None" = None, prior_weight: int = PRIOR_WEIGHT) -> "Usual":
        """Estimate what is usual from the gains of an office's matters, one of 28 days each.

        `prior` is taken for usual as if it had been seen `prior_weight` times. A few matters that surge would make
        every surge look usual. So gains that are less likely than one in a thousand are counted as the largest that is
        likelier, and all is estimated again until nothing changes.
        """
        before = prior or cls()
        values, counts = np.unique(np.asarray(gains, np.int64), return_counts=True)
        while True:
            usual = before._with(values, counts, prior_weight)
            likely = [value for value in values.tolist() if surprise(value, USUAL_DAYS, usual) < UNUSUAL_FROM]
            most = max([1, *likely])
            if not len(values) or most >= values[-1]:
                return usual
            inside = values < most
            counts = np.append(counts[inside], counts[~inside].sum())
            values = np.append(values[inside], most)

    def _with(self, values: NDArray[np.int64], counts: NDArray[np.int64], own_weight: int) -> "Usual":
        """Return mean and spread of values that occur so often, with this prior among them."""
        weight = counts.sum() + own_weight
        mean = ((values * counts).sum() + own_weight * self.mean) / weight
        squares = ((values - mean) ** 2 * counts).sum() / mean + own_weight * self.spread
        return Usual(float(mean), max(LEAST_SPREAD, float(squares / weight)))


def surprise(gained: int, days: float, usual: Usual) -> float:
    """Return how surprising it is that a matter gains so many petitioners in some days.

    It is minus the decimal logarithm of the chance of as many or more, between 0 and 12: 3 is once in a thousand
    matters. The counts follow a negative binomial distribution with the office's mean and spread, as usual for counts
    that vary more than chance alone (Noufaily et al. 2013, «An improved algorithm for outbreak detection in multiple
    surveillance systems», Statistics in Medicine 32).
    """
    if gained <= 0:
        return 0.0
    mean = usual.mean * days / USUAL_DAYS
    if usual.spread <= 1.0:
        chance = poisson.sf(gained - 1, mean)
    else:
        chance = nbinom.sf(gained - 1, mean / (usual.spread - 1), 1 / usual.spread)
    return min(MOST_SURPRISING, -log10(max(float(chance), 10**-MOST_SURPRISING)))
