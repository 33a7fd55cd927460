"""How far a distribution has moved from an earlier one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BINS = 10
# Added to each count, so that an empty bin does not move the index beyond all measure.
_SMOOTH = 0.5


def stability_index(before: Sequence[int] | NDArray[np.int64], after: Sequence[int] | NDArray[np.int64]) -> float:
    """Return the population stability index of two rows of counts.

    Below 0.1 little has moved, above 0.25 much; it is 0 for equal shares and has no upper bound.
    """
    first, last = (np.asarray(counts, float) + _SMOOTH for counts in (before, after))
    first, last = first / first.sum(), last / last.sum()
    return float(np.sum((last - first) * np.log(last / first)))


def index_of_values(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the index of two samples of numbers, in bins that hold a tenth of the earlier one each.

    What lies below or above all of the earlier one has a bin of its own.
    """
    edges = np.unique([np.nextafter(min(before), -np.inf), *np.quantile(before, np.linspace(0, 1, BINS + 1)[1:])])
    places = [np.searchsorted(edges, values, "left") for values in (before, after)]
    return stability_index(*(np.bincount(each, minlength=len(edges) + 1) for each in places))
