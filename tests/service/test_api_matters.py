from typing import Any

import pytest

from tests.service.desk import LIFT, LIFT_AGAIN, QIAN, ROAD, WAGES, ZHAO, Desk, assert_problem, ids


@pytest.fixture
def matters(clerk: Desk) -> list[dict[str, Any]]:
    """Return four letters of three matters, oldest first."""
    return [
        clerk.deliver(LIFT, received_at="2026-03-01", petitioner=ZHAO, title="电梯"),
        clerk.deliver(ROAD, received_at="2026-03-02"),
        clerk.deliver(WAGES, received_at="2026-03-02"),
        clerk.deliver(LIFT_AGAIN, received_at="2026-03-04", petitioner=QIAN, co_signers=[ZHAO]),
    ]


def test_a_matter_shows_its_letters_oldest_first(clerk: Desk, matters: list[dict[str, Any]]) -> None:
    lift, _, _, again = matters
    matter = clerk.read(f"/matters/{lift['matter']['id']}")
    assert matter.keys() == {
        "id", "title", "registration", "unit", "status", "possible", "clocks", "letters", "flag", "events",
    }  # fmt: skip
    assert matter["title"] == "电梯"
    assert ids(matter["letters"]) == [lift["id"], again["id"]]
    assert [letter["matter"]["verdict"] for letter in matter["letters"]] == ["first", "repeat"]
    assert matter["events"] == []


def test_matters_with_the_newest_letter_come_first(clerk: Desk, matters: list[dict[str, Any]]) -> None:
    lift, road, wages, _ = (letter["matter"]["id"] for letter in matters)
    items = clerk.read("/matters")["items"]
    assert ids(items) == [lift, *sorted((road, wages), reverse=True)]
    assert items[0].keys() == {
        "id", "title", "registration", "unit", "status", "letters", "last_received_at", "category", "flag",
    }  # fmt: skip
    assert (items[0]["letters"], items[0]["category"]) == (2, "construction")
    assert items[0]["last_received_at"] == "2026-03-03T16:00:00Z"


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_hold_every_matter_once(clerk: Desk, matters: list[dict[str, Any]], limit: int) -> None:
    whole = ids(clerk.read("/matters")["items"])
    assert len(whole) == len({letter["matter"]["id"] for letter in matters})
    found: list[str] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        page = clerk.read("/matters", **query)
        found += ids(page["items"])
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == whole


def test_the_flag_joins_what_the_letters_say(clerk: Desk) -> None:
    clerk.deliver(LIFT, petitioner=ZHAO, received_at="2026-03-01", addressee="区住建局")
    clerk.deliver(LIFT, petitioner=ZHAO, received_at="2026-03-02", addressee="市住建局")
    stored = clerk.deliver(f"{LIFT_AGAIN}我们六十户业主准备集体到市政府上访静坐。", petitioner=QIAN)
    flag = clerk.read(f"/matters/{stored['matter']['id']}")["flag"]
    assert flag.keys() == {
        "level", "points", "parts", "duties", "people", "petitioners", "letters", "reasons", "quotes", "actions",
    }  # fmt: skip
    assert flag["level"] == "warning"
    assert flag["people"] == {"count": 60, "unit": "household"}
    assert (flag["petitioners"], flag["letters"]) == (2, 2)
    assert flag["reasons"]
    (line,) = clerk.read("/matters")["items"]
    assert line["flag"] == flag


def test_a_quiet_matter_has_no_flag(clerk: Desk) -> None:
    stored = clerk.deliver(LIFT)
    flag = clerk.read(f"/matters/{stored['matter']['id']}")["flag"]
    assert (flag["level"], flag["points"], flag["parts"]) == ("none", 0, [])
    assert (flag["people"], flag["letters"], flag["reasons"]) == (None, 1, [])
    assert (flag["quotes"], flag["actions"]) == ([], [])


def test_the_title_of_a_matter_without_one_is_its_beginning(clerk: Desk) -> None:
    stored = clerk.deliver(LIFT)
    assert clerk.read(f"/matters/{stored['matter']['id']}")["title"] == LIFT[:30]


@pytest.mark.parametrize("matter_id", ["0", "%00", "电梯"])
def test_a_matter_that_is_not_there_is_missing(clerk: Desk, matter_id: str) -> None:
    assert_problem(clerk.get(f"/matters/{matter_id}"), 404)


def test_a_foreign_cursor_is_refused(clerk: Desk) -> None:
    assert_problem(clerk.get("/matters", cursor="x"), 422, "cursor")
