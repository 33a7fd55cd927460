"""What is due, flagged or counted is kept apart, and is what letters, duties and flags say."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, select

from service.caller import Caller
from service.office import Office
from service.queries.arrivals import day_of
from service.queries.deadlines import DueFilter, count_due, page_of_due
from service.queries.flags import flagged_matters
from service.queries.letters import Sight, moment
from service.queries.lists import NOTHING_DUE, Filter, page_of_letters
from service.queries.outcomes import outcomes_of
from service.scope_keys import unit_key
from service.tables import accused, deadline_scopes, deadlines, flags, letters, matters
from tests.service.desk import BRIBE, GATHERING, LIFT, LIFT_AGAIN, RIVER, ROAD, WAGES, WAGES_AGAIN, Desk, LetIn, take

EAST, WEST = "江州市东湖区", "江州市西山县"
HOUSING, LABOUR = "东湖区住建局", "西山县人社局"
NOW = datetime.now(UTC)
CALLERS = [
    Caller("chen", "supervisor", regions=(EAST,)),
    Caller("wang", "clerk", regions=(EAST, WEST)),
    Caller("wu", "clerk", regions=("%",)),
    Caller("yang", "clerk", unit=HOUSING),
    Caller("sun", "clerk", regions=(WEST,), unit=LABOUR),
    Caller("zheng", "discipline", regions=(WEST,)),
    Caller("qian", "discipline", unit=HOUSING),
]
FILTERS = [
    DueFilter(None, NOW),
    DueFilter(NOW, NOW + timedelta(days=9)),
    DueFilter(None, None, "handling"),
    DueFilter(None, None, None, "none"),
    DueFilter(),
]


@pytest.fixture
def busy(office: Office) -> Office:
    """Return an office with letters of several places, ages and compartments."""
    brought = (
        *((LIFT, EAST, HOUSING, 3), (LIFT_AGAIN, EAST, "", 2), (ROAD, WEST, HOUSING, 90), (WAGES, WEST, LABOUR, 14)),
        *((WAGES_AGAIN, EAST, LABOUR, 1), (RIVER, "", "", 40), (GATHERING, EAST, LABOUR, 1)),
    )
    for body, region, addressee, days in brought:
        take(office, body, region=region, addressee=addressee, received_at=ago(days))
    take(office, BRIBE, region=WEST, addressee=HOUSING, received_at=ago(12), accused=["周正"])
    return office


def ago(days: int) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def deeds(clerk: Desk, discipline: Desk, chance: Random) -> list[Callable[[], Any]]:
    """Return what people may do next with letters and matters that are there."""

    def two() -> list[Any]:
        return chance.sample(discipline.read("/letters")["items"], 2)

    def of_matter(deed: str, **content: Any) -> Any:
        return clerk.post(f"/matters/{two()[0]['matter']['id']}/{deed}", content)

    def of_two(deed: str, content: Callable[[Any, Any], Any]) -> Any:
        one, other = two()
        return clerk.post(f"/matters/{one['matter']['id']}/{deed}", content(one, other))

    def of_review(**content: Any) -> Any:
        return clerk.patch(f"/letters/{two()[0]['id']}", content, "*")

    def again() -> Any:
        content = {"body": two()[0]["body"], "petitioners": [{"name": "王小丽"}], "region": EAST}
        return clerk.post("/letters", {**content, "received_at": ago(chance.choice((0, 5, 50)))})

    return [
        again,
        lambda: of_review(review="accepted"),
        lambda: of_review(category={"code": chance.choice(("labour", "transport"))}),
        lambda: of_matter("events", type="routed", unit=chance.choice((HOUSING, LABOUR))),
        lambda: of_matter("events", type=chance.choice(("arrived", "accepted"))),
        lambda: of_two("merge", lambda _, other: {"matter": other["matter"]["id"]}),
        lambda: of_two("links", lambda _, other: {"letter": other["id"], "decision": "confirm"}),
        lambda: of_two("split", lambda one, _: {"letters": [one["id"]]}),
        lambda: clerk.post(f"/letters/{two()[0]['id']}/restrict", {"reason": "举报"}),
        lambda: discipline.post(f"/letters/{two()[0]['id']}/release", {"reason": "误判"}),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_scopes_say_what_letters_and_duties_say_whatever_people_do(busy: Office, let_in: LetIn, seed: int) -> None:
    chance, clerk, discipline = Random(seed), let_in("clerk", "li"), let_in("discipline", "zheng")  # noqa: S311
    assert_scopes_hold(busy)
    with busy.database.read() as connection:
        assert flagged(connection, CALLERS[0].insight)
    done = [chance.choice(deeds(clerk, discipline, chance))().status_code for _ in range(12)]
    assert set(done) <= {200, 201, 404, 409, 422}
    assert {200, 201} & set(done)
    assert_scopes_hold(busy)


def assert_scopes_hold(office: Office) -> None:
    with office.database.read() as connection:
        held = connection.execute(
            select(letters, matters.c.unit).join(matters, matters.c.id == letters.c.matter_id)
        ).all()
        assert [(row.addressee_key, row.unit_key) for row in held] == [
            (unit_key(row.addressee), unit_key(row.unit)) for row in held
        ]
        for caller in CALLERS:
            for narrow in FILTERS:
                found = told(connection, caller.insight, narrow)
                assert found == expected(connection, caller.insight, narrow), (caller, narrow)
                if narrow.clock is None:
                    assert letters_due(connection, caller.sight, narrow) == expected_letters(connection, caller, narrow)
            assert letters_due(connection, caller.sight) == expected_letters(connection, caller)
            assert flagged_matters(connection, caller.insight, 50) == flagged(connection, caller.insight), caller
        assert_outcomes_hold(connection)


def assert_outcomes_hold(connection: Connection) -> None:
    """Check what is counted of the whole office, of parts, and for whom a letter accuses."""
    marks = frozenset(connection.execute(select(accused.c.hash)).scalars())
    whole = Sight(restricted=False), Sight(restricted=True), Sight(restricted=True, marks=marks)
    today = date.fromisoformat(day_of(moment(NOW)))
    for sight in (*whole, *(caller.insight for caller in CALLERS)):
        rows = connection.execute(select(letters).where(sight.condition())).all()
        for days, after in ((1, 0), (10, 0), (60, 0), (90, 10), (0, 0)):
            since, until = today - timedelta(days=days - 1), today - timedelta(days=after - 1)
            came = [row for row in rows if since.isoformat() <= day_of(row.received_at) < until.isoformat()]
            found = outcomes_of(connection, sight, since, until)
            assert found.verdicts == Counter(row.verdict for row in came), (sight, since, until)
            assert found.reviews == Counter((row.category, row.review) for row in came), (sight, since, until)
            assert found.matters == len({row.matter_id for row in came}), (sight, since, until)
            assert sum(row.letters for row in found.corrected) == sum(row.review == "corrected" for row in came)


def told(connection: Connection, sight: Sight, narrow: DueFilter) -> list[tuple[str, str, str]]:
    """Return what is due, read in pages of two."""
    found: list[Any] = []
    while page := page_of_due(connection, sight, narrow, 2, (found[-1].due_at, found[-1].matter_id) if found else None):
        found += page
    assert count_due(connection, sight, narrow, 100) == len(found)
    assert count_due(connection, sight, narrow, 1) == min(len(found), 2)
    return [(row.due_at, row.matter_id, row.clock) for row in found]


def expected(connection: Connection, sight: Sight, narrow: DueFilter) -> list[tuple[str, str, str]]:
    seen = set(connection.execute(select(letters.c.matter_id).where(sight.condition())).scalars())
    if narrow.level == "none":
        seen -= set(connection.execute(select(flags.c.matter_id)).scalars())
    first: dict[str, tuple[str, str, str]] = {}
    for row in connection.execute(select(deadlines).order_by(deadlines.c.due_at, deadlines.c.clock)):
        if row.matter_id in seen and narrow.clock in (None, row.clock):
            first.setdefault(row.matter_id, (row.due_at, row.matter_id, row.clock))
    begin, end = moment(narrow.since) if narrow.since else "", moment(narrow.until) if narrow.until else "~"
    return sorted(one for one in first.values() if begin <= one[0] < end)


def letters_due(connection: Connection, sight: Sight, narrow: DueFilter | None = None) -> list[tuple[str, str]]:
    """Return the letters of a list of what is due, or of all in the order of what is due, read in pages of two."""
    wanted, found = Filter(due=narrow, order="due"), list[tuple[str, str]]()
    while page := page_of_letters(connection, sight, wanted, 2, found[-1] if found else None):
        found += [(at, row.id) for at, row in page]
    return found


def expected_letters(connection: Connection, caller: Caller, narrow: DueFilter | None = None) -> list[tuple[str, str]]:
    first = {matter: at for at, matter, _ in expected(connection, caller.sight, narrow or DueFilter())}
    rows = connection.execute(select(letters).where(caller.sight.condition())).all()
    placed = [(first.get(row.matter_id, NOTHING_DUE + row.received_at), row.id) for row in rows]
    return sorted(one for one in placed if narrow is None or not one[0].startswith(NOTHING_DUE))


def flagged(connection: Connection, sight: Sight) -> list[str]:
    seen = set(connection.execute(select(letters.c.matter_id).where(sight.condition())).scalars())
    rows = connection.execute(select(flags).order_by(flags.c.points.desc(), flags.c.matter_id))
    return [row.matter_id for row in rows if row.matter_id in seen]


def test_a_matter_is_due_where_it_stands_and_no_longer_where_it_stood(busy: Office, let_in: LetIn) -> None:
    clerk, places = let_in("clerk", "li"), select(deadline_scopes.c.unit_key).distinct()
    with busy.database.read() as connection:
        matter = connection.execute(select(letters.c.matter_id).where(letters.c.region == EAST)).scalars().first()
        assert connection.execute(places.where(deadline_scopes.c.matter_id == matter)).scalars().all() == [""]
    for step, owed in (("routed", []), ("accepted", [unit_key(HOUSING)])):
        given = {"type": step, **({"unit": HOUSING} if step == "routed" else {})}
        assert clerk.post(f"/matters/{matter}/events", given).status_code in (200, 201)
        with busy.database.read() as connection:
            assert connection.execute(places.where(deadline_scopes.c.matter_id == matter)).scalars().all() == owed
