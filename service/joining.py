"""Who joined matters when; what an office's matters usually gain is learnt from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from model.surge import USUAL_DAYS
from service.matters import QUIET_AFTER

# When somebody first and last wrote in a matter.
Wrote = tuple[datetime, datetime]


def gains_of(matters: Iterable[Sequence[Wrote]], now: datetime) -> list[int]:
    """Return how many people joined each matter in the 28 days before a time; who opened it did not join it.

    Matters of which nobody has written for long tell nothing of what is usual, and are left out.
    """
    since = now - timedelta(days=USUAL_DAYS)
    alive = (people for people in matters if max(last for _, last in people) > now - QUIET_AFTER)
    return [sum(since < first <= now for first, _ in sorted(people)[1:]) for people in alive]
