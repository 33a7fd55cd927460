"""How far a count of new petitioners lies beyond what is usual for an office."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
from scipy.stats import nbinom, poisson

USUAL_DAYS = 28
# What is taken for usual until an office has its own months: it counts as much as this many matters.
PRIOR_MEAN = 0.1
PRIOR_SPREAD = 2.0
PRIOR_WEIGHT = 50
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

        `prior` is taken for usual as if it had been seen `prior_weight` times.
        """
        before = prior or cls()
        counts = np.asarray(gains, np.float64)
        weight = len(counts) + prior_weight
        mean = (counts.sum() + prior_weight * before.mean) / weight
        squares = ((counts - mean) ** 2).sum() / mean + prior_weight * before.spread
        return cls(float(mean), max(1.0, float(squares / weight)))


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
