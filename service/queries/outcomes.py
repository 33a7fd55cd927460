"""Reads what became of the letters of some days, as far as somebody may know of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from service.counting import Reviews, reviews_of
from service.periods import midnight
from service.queries.arrivals import AGAIN, VERDICT
from service.queries.daily_counts import on_days
from service.queries.letters import Sight, accusing
from service.queries.statistics import Counted, corrected_between, reviews_between
from service.tables import daily_counts as counts
from service.tables import letters

REVIEWS = ("pending", "accepted", "corrected")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many letters have a verdict, and a category and review; and in how many different matters they came.

    `corrected` counts corrected letters by the category that was suggested and the one that holds.
    """

    verdicts: Counter[str]
    reviews: Reviews
    matters: int
    corrected: Sequence[Row[Any]]


def outcomes_of(connection: Connection, sight: Sight, since: date, until: date) -> Outcomes:
    """Return what became of the letters that somebody may see of the days from `since` to before `until`.

    There are counters of the whole office, of whose matters all letters are seen.
    """
    if sight.partial or sight.owner is not None:
        return _of_letters(connection, sight, since, until)
    corrected = corrected_between(connection, Counted(sight), midnight(since), midnight(until))
    found = replace(_of_counters(connection, sight, since, until), corrected=corrected)
    if not sight.marks:
        return found
    hidden = letters.c.matter_id.in_(accusing(sight.marks))
    less = _of_letters(connection, replace(sight, marks=frozenset()), since, until, hidden)
    return replace(
        found,
        verdicts=found.verdicts - less.verdicts,
        reviews=found.reviews - less.reviews,
        matters=found.matters - less.matters,
    )


def _of_counters(connection: Connection, sight: Sight, since: date, until: date) -> Outcomes:
    """Add up what is counted by the day, which corrections are not."""
    # Whoever comes again on one of these days is of a matter that had a letter on them already.
    here = or_(counts.c.kind != AGAIN, counts.c.value >= since.isoformat())
    kinds = counts.c.kind.in_((*REVIEWS, VERDICT, AGAIN))
    named = (counts.c.kind, counts.c.value)
    statement = select(*named, func.sum(counts.c.number).label("number")).where(kinds, here)
    verdicts: Counter[str] = Counter()
    reviews: Reviews = Counter()
    again = 0
    for row in connection.execute(statement.where(*on_days(sight, since, until)).group_by(*named)):
        if row.kind == AGAIN:
            again += int(row.number)
        elif row.kind == VERDICT:
            verdicts[row.value] += int(row.number)
        else:
            reviews[row.value or None, row.kind] += int(row.number)
    return Outcomes(+verdicts, +reviews, verdicts.total() - again, corrected=())


def _of_letters(connection: Connection, sight: Sight, since: date, until: date, *conditions: Any) -> Outcomes:
    rows = reviews_between(connection, Counted(sight), midnight(since), midnight(until), *conditions)
    verdicts: Counter[str] = Counter()
    for row in rows:
        verdicts[row.verdict] += row.letters
    corrected = [row for row in rows if row.review == "corrected"]
    return Outcomes(verdicts, reviews_of(rows), rows[0].matters if rows else 0, corrected)
