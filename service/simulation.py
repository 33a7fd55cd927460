"""What thresholds would mean for an office, from what became of its own letters and pairs; pure functions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# With fewer letters or pairs that persons judged, a share of them says little.
FEWEST_JUDGED = 50
MONTH = 30
# Of the normal distribution, for 95 %.
Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and between which shares the truth lies in 95 of 100 such samples (Wilson 1927)."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """Return the share; None of nothing."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return the lowest and highest share that fit; of nothing anything fits."""
        if not self.of:
            return 0.0, 1.0
        n, share = self.of, self.count / self.of
        middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        reach = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
        return max(0.0, middle - reach), min(1.0, middle + reach)

    @property
    def few(self) -> bool:
        """Say whether too few were judged to rely on it."""
        return self.of < FEWEST_JUDGED


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the model said of a letter: a class with its confidence, and whether anything but that makes it doubtful.

    `right` is what a person made of it, None if no person judged it.
    """

    code: str
    confidence: float
    doubted: bool
    right: bool | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a precision would mean: letters accepted automatically, those left to read, and what persons said of both.

    `right` counts the accepted letters that persons judged; `wrong_a_month` applies its share to all accepted ones.
    """

    precision: float
    accepted: Share
    to_read_a_day: float
    right: Share
    wrong_a_month: float | None
    never: int

    @property
    def kept(self) -> bool | None:
        """Say whether the letters keep the precision: False if even the best share that fits is below; None if few."""
        return None if self.right.few else self.right.interval[1] >= self.precision


def accept(letters: Sequence[Outcome], days: float, precision: float, thresholds: Mapping[str, float]) -> Acceptance:
    """Say what the thresholds of a precision, by class, would have meant for the letters of so many days."""
    taken = [one for one in letters if not one.doubted and one.confidence >= thresholds.get(one.code, float("inf"))]
    judged = [one for one in taken if one.right is not None]
    right = Share(sum(bool(one.right) for one in judged), len(judged))
    wrong = None if right.value is None else (1 - right.value) * len(taken) / days * MONTH
    return Acceptance(
        precision,
        Share(len(taken), len(letters)),
        (len(letters) - len(taken)) / days,
        right,
        wrong,
        sum(threshold > 1 for threshold in thresholds.values()),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two letters on which a person decided: the score that the model gave them, and whether they are one matter."""

    score: float
    same: bool


@dataclass(frozen=True, slots=True)
class Joining:
    """What joining from a score on would mean: repeats found and missed, and pairs joined that do not belong together.

    `found` counts among pairs of one matter, `right` among pairs that would be joined.
    """

    join_from: float
    found: Share
    right: Share
    missed_a_month: float
    wrong_a_month: float


def join(pairs: Sequence[Pair], days: float, join_from: float) -> Joining:
    """Say what joining from a score on would have meant for pairs that persons decided on in so many days."""
    joined = [one for one in pairs if one.score >= join_from]
    same, found = sum(one.same for one in pairs), sum(one.same for one in joined)
    return Joining(
        join_from,
        Share(found, same),
        Share(found, len(joined)),
        (same - found) / days * MONTH,
        (len(joined) - found) / days * MONTH,
    )
