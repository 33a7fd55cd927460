"""Counters of each day say what the letters themselves say, to everybody."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.caller import Caller
from service.migrate import downgrade, upgrade
from service.office import Office
from service.queries.arrivals import day_of
from service.queries.daily_counts import SIDES, By, DailyCounts, daily_counts
from service.queries.letters import Sight
from service.queries.outcomes import outcomes_of
from service.tables import accused, letters
from service.tables import daily_counts as daily_counters
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, RIVER, ROAD, WAGES, Desk, LetIn, take

EAST, WEST, UNIT = "江州市东湖区", "江州市西山县", "西山县住建局"
BEGIN, END = date(2026, 2, 1), date(2026, 4, 1)
WAYS: list[By | None] = [None, "category", "region", "channel"]
CALLERS = [
    Caller("li", "clerk"),
    Caller("chen", "supervisor", regions=(EAST,)),
    Caller("wang", "clerk", regions=(EAST, WEST)),
    Caller("wu", "clerk", regions=("%",)),
    Caller("yang", "clerk", unit=UNIT),
    Caller("zhou", "discipline"),
    Caller("zheng", "discipline", regions=(WEST,)),
    Caller("office", "integrator"),
]


@pytest.fixture
def busy(office: Office, clerk: Desk, let_in: LetIn) -> Office:
    """Return an office whose letters came, were corrected, restricted, released and put together."""
    stored = [
        take(office, body, received_at=at, region=region, channel=channel, addressee=addressee).row
        for body, at, region, channel, addressee in (
            (LIFT, "2026-03-01T07:59", EAST, "web", ""),
            (LIFT_AGAIN, "2026-03-01T08:00", f"{EAST}河坊街道", "letter", UNIT),
            (ROAD, "2026-03-01T23:59", WEST, None, ""),
            (WAGES, "2026-03-02T00:00", "", "phone", ""),
            (RIVER, "2026-02-28", WEST, "web", ""),
        )
    ]
    take(office, BRIBE, Caller("office", "integrator"), received_at="2026-03-02", region=WEST, accused=["周正"])
    discipline = let_in("discipline", "郑直")
    clerk.correct(stored[2].id, category={"code": "labour"})
    clerk.post(f"/letters/{stored[3].id}/restrict", {"reason": "举报"})
    clerk.post(f"/letters/{stored[4].id}/restrict", {"reason": "举报"})
    assert discipline.post(f"/letters/{stored[4].id}/release", {"reason": "误判"}).status_code == 200
    return office


def told(
    office: Office, sight: Sight, by: By | None, since: date = BEGIN, until: date = END
) -> Counter[tuple[str, str]]:
    with office.database.read() as connection:
        found = daily_counts(connection, sight, since, until, by)
    assert [(one.day, one.value or "") for one in found] == sorted({(one.day, one.value or "") for one in found})
    assert all(one.letters > 0 for one in found)
    return Counter({(one.day.isoformat(), one.value or ""): one.letters for one in found})


def counted(office: Office, sight: Sight, by: By | None) -> Counter[tuple[str, str]]:
    with office.database.read() as connection:
        rows = connection.execute(select(letters).where(sight.condition())).all()
    return Counter((day_of(row.received_at), (getattr(row, by) or "") if by else "") for row in rows)


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
def test_counters_count_what_the_caller_may_see(busy: Office, caller: Caller) -> None:
    for by in WAYS:
        assert told(busy, caller.sight, by) == counted(busy, caller.sight, by), by


def test_of_accusations_of_oneself_nothing_is_counted(busy: Office) -> None:
    with busy.database.read() as connection:
        marks = frozenset(connection.execute(select(accused.c.hash)).scalars())
    sight = Sight(restricted=True, marks=marks)
    for by in WAYS:
        assert told(busy, sight, by) == counted(busy, sight, by), by
    assert told(busy, sight, None).total() == told(busy, Sight(restricted=True), None).total() - 1


def test_days_are_those_of_the_office(office: Office) -> None:
    take(office, LIFT, received_at="2026-03-01T07:59")
    take(office, ROAD, received_at="2026-03-01T00:00")
    take(office, WAGES, received_at="2026-02-28T23:59:59")
    found = told(office, Sight(restricted=False), None, date(2026, 3, 1), date(2026, 3, 2))
    assert found == {("2026-03-01", ""): 2}


def test_a_unit_counts_from_the_letters_by_the_same_days(office: Office) -> None:
    for at in ("2026-03-01T00:00", "2026-03-01T23:59", "2026-03-02T00:00"):
        take(office, f"{LIFT}{at}", received_at=at, addressee=UNIT)
    found = told(office, Sight(False, unit=UNIT), None, date(2026, 3, 1), date(2026, 3, 2))
    assert found == {("2026-03-01", ""): 2}


def test_corrections_are_those_of_the_letters_in_sight(busy: Office) -> None:
    with busy.database.read() as connection:
        for caller in CALLERS:
            seen = select(letters).where(caller.sight.condition(), letters.c.review == "corrected")
            expected = Counter((row.automatic["category"]["code"], row.category) for row in connection.execute(seen))
            found = outcomes_of(connection, caller.sight, BEGIN, END).corrected
            assert {(row.suggested, row.category): row.letters for row in found} == expected, caller
            # The letter on the road was corrected, which the clerks of the whole office and of the west see.
            assert bool(expected) == (caller.name in ("li", "wang", "zhou", "zheng")), caller


def test_no_days_count_nothing(office: Office) -> None:
    take(office, LIFT, received_at="2026-03-01")
    assert told(office, Sight(False), None, END, BEGIN) == {}
    assert told(office, Sight(False), None, END, END + timedelta(days=9)) == {}


def test_a_migration_counts_outcomes_as_they_are_kept(busy: Office) -> None:
    before = kept(busy)
    assert {row.kind for row in before} >= {"verdict", "pending", "corrected", "again"}
    downgrade(busy.database, "0027")
    assert kept(busy) < before
    upgrade(busy.database)
    assert kept(busy) == before


def kept(office: Office) -> set[Any]:
    with office.database.read() as connection:
        return set(connection.execute(select(daily_counters).where(daily_counters.c.number > 0)))


def test_totals_are_the_days_added_up(busy: Office) -> None:
    with busy.database.read() as connection:
        for caller in CALLERS:
            kept = DailyCounts(connection, caller.sight)
            kept.learn(BEGIN, END)
            assert kept.between(BEGIN, END) == daily_counts(connection, caller.sight, BEGIN, END)
            for since, until in ((BEGIN, END), (date(2026, 3, 1), date(2026, 3, 2)), (END, BEGIN)):
                for by in SIDES:
                    days: Counter[str | None] = Counter()
                    for one in daily_counts(connection, caller.sight, since, until, by):
                        days[one.value] += one.letters
                    assert kept.totals(since, until, by) == days
