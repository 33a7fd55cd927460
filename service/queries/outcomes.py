"""Reads what became of the letters of some days, as far as somebody may know of it."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, or_, select

from service.counting import Reviews, reviews_of
from service.periods import midnight
from service.queries.arrivals import AGAIN, VERDICT
from service.queries.daily_counts import on_days
from service.queries.letters import Sight, accusing
from service.queries.statistics import Counted, matters_between, reviews_between
from service.tables import daily_counts as counts
from service.tables import letters

REVIEWS = ("pending", "accepted", "corrected")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many letters have a verdict, and a category and review; and in how many different matters they came."""

    verdicts: Counter[str]
    reviews: Reviews
    matters: int


def outcomes_of(connection: Connection, sight: Sight, since: date, until: date) -> Outcomes:
    """Return what became of the letters that somebody may see of the days from `since` to before `until`.

    There are counters of the whole office, of whose matters all letters are seen.
    """
    if sight.partial or sight.owner is not None:
        return _of_letters(connection, sight, since, until)
    found = _of_counters(connection, sight, since, until)
    if not sight.marks:
        return found
    hidden = letters.c.matter_id.in_(accusing(sight.marks))
    less = _of_letters(connection, replace(sight, marks=frozenset()), since, until, hidden)
    return Outcomes(found.verdicts - less.verdicts, found.reviews - less.reviews, found.matters - less.matters)


def _of_counters(connection: Connection, sight: Sight, since: date, until: date) -> Outcomes:
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
    return Outcomes(+verdicts, +reviews, verdicts.total() - again)


def _of_letters(connection: Connection, sight: Sight, since: date, until: date, *conditions: Any) -> Outcomes:
    asked = (connection, Counted(sight), midnight(since), midnight(until))
    rows = reviews_between(*asked, *conditions)
    verdicts: Counter[str] = Counter()
    for row in rows:
        verdicts[row.verdict] += row.letters
    return Outcomes(verdicts, reviews_of(rows), matters_between(*asked, *conditions))
