"""Lists keep their order and scope, whatever index they are read from."""

from typing import Any

import pytest
from sqlalchemy import select, update

from service.caller import Caller
from service.office import Office
from service.queries.deadlines import DueFilter
from service.queries.letters import Sight
from service.queries.lists import Fact, Filter, Order, count_up_to, page_of_letters
from service.queries.matters import page_of_matters
from service.tables import letters
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, ROAD, WAGES, Desk, ids, take

EAST, WEST, UNIT = "江州市东湖区", "江州市西山县", "西山县住建局"
CALLERS = [
    Caller("li", "clerk"),
    Caller("chen", "supervisor", regions=(EAST,)),
    Caller("yang", "clerk", unit=UNIT),
    Caller("zhou", "discipline"),
    Caller("wu", "clerk", regions=("别处",)),
]


@pytest.fixture
def busy(office: Office) -> Office:
    """Return an office with matters of several letters, some of which share their times."""
    for body, day, region in (
        (LIFT, 1, EAST),
        (ROAD, 1, WEST),
        (LIFT_AGAIN, 3, WEST),
        (WAGES, 3, EAST),
        (f"{LIFT}谢谢。", 3, EAST),
        (f"{ROAD}谢谢。", 2, EAST),
    ):
        take(office, body, received_at=f"2026-03-0{day}", region=region, addressee=UNIT if day == 3 else "")
    take(office, BRIBE, received_at="2026-03-04", region=EAST, accused=["局长"])
    return office


def grouped(office: Office, sight: Sight) -> list[tuple[str, str]]:
    """Return the matters and the times of their newest letters, by looking at every letter."""
    newest: dict[str, str] = {}
    with office.database.read() as connection:
        for row in connection.execute(select(letters).where(sight.condition())):
            newest[row.matter_id] = max(newest.get(row.matter_id, ""), row.received_at)
    return sorted(newest.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_matters_stand_at_their_newest_letter_that_the_caller_sees(busy: Office, caller: Caller, limit: int) -> None:
    found: list[tuple[str, str]] = []
    after = None
    with busy.database.read() as connection:
        while rows := page_of_matters(connection, caller.sight, limit, after):
            found += [(row.id, row.last_received_at) for row in rows]
            after = (rows[-1].last_received_at, rows[-1].id)
    assert found == grouped(busy, caller.sight)


@pytest.mark.parametrize("caller", CALLERS, ids=lambda caller: caller.name)
@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_letters_under_a_review_are_in_order_whether_they_need_a_look_or_not(
    busy: Office, caller: Caller, order: Order
) -> None:
    with busy.database.write() as connection:
        some = select(letters.c.id).where(letters.c.region == EAST)
        connection.execute(update(letters).values(needs_review=letters.c.id.in_(some)))
        connection.execute(update(letters).where(letters.c.body == LIFT).values(review="accepted"))
        seen = select(letters).where(caller.sight.condition(), letters.c.review == "pending")
        wanted = [(row.received_at, row.id) for row in connection.execute(seen)]
        found: list[tuple[str, str]] = []
        narrow = Filter(review="pending", order=order)
        while rows := page_of_letters(connection, caller.sight, narrow, 2, found[-1] if found else None):
            found += [(at, row.id) for at, row in rows]
    assert found == sorted(wanted, reverse=order == "newest")


def test_letters_that_lack_a_fact_are_listed_and_counted(busy: Office) -> None:
    with busy.database.write() as connection:
        connection.execute(update(letters).where(letters.c.region == WEST).values(region="", category=None))
        facts: tuple[Fact, ...] = ("region", "category")
        for lacking in facts:
            rows = page_of_letters(connection, CALLERS[0].sight, Filter(lacking=lacking), 9, None)
            assert {row.body for _, row in rows} == {ROAD, LIFT_AGAIN}
            assert count_up_to(connection, CALLERS[0].sight, Filter(lacking=lacking)) == 2


def overdue(desk: Desk, **query: Any) -> list[str]:
    """Return the letters of all pages of two."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = desk.read("/letters", due="overdue", limit=2, **query, **cursor)
        found += ids(page["items"])
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def test_letters_of_overdue_matters_come_in_the_order_in_which_they_were_due(clerk: Desk) -> None:
    late = [
        clerk.deliver(body, received_at=f"2026-0{month}-01", region=EAST)["id"]
        for month, body in ((3, WAGES), (1, LIFT), (2, ROAD))
    ]
    clerk.deliver("今天的路灯没有亮，学校门口没有红绿灯。")
    assert overdue(clerk) == [late[1], late[2], late[0]]
    assert overdue(clerk, region=WEST) == []
    assert overdue(clerk, text="电梯") == [late[1]]


def test_what_is_due_soon_is_not_overdue(clerk: Desk) -> None:
    clerk.deliver(LIFT, received_at="2026-01-01")
    assert clerk.read("/letters", due="soon")["items"] == []


def test_letters_with_something_due_are_counted(office: Office) -> None:
    take(office, LIFT, received_at="2026-01-01")
    take(office, BRIBE, received_at="2026-01-02", accused=["局长"])
    with office.database.read() as connection:
        for caller, number in ((CALLERS[0], 1), (CALLERS[3], 2)):
            reader = office.reader(connection, caller)
            assert reader.count_letters(Filter(due=DueFilter(until=reader.now))) == number
