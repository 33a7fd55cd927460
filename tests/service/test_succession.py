"""Steps of a matter that lost its letters count in the one that took these over; nothing owed or done is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service.caller import Caller
from service.office import Office
from service.tables import deadlines
from service.texts import text
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, RIVER, ROAD, Desk, LetIn, assert_problem, take
from tests.service.rights import visit


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def arrived(office: Office, body: str, days: int) -> Any:
    return take(office, body, received_at=days_ago(days)).row


def step(desk: Desk, matter: str, kind: str, days: int, **given: Any) -> None:
    answer = desk.post(f"/matters/{matter}/events", {"type": kind, "at": days_ago(days), **given})
    assert answer.status_code == 201, answer.text


def merge(desk: Desk, matter: str, other: str) -> None:
    assert desk.post(f"/matters/{matter}/merge", {"matter": other}).status_code == 200


def clock(view: Any, name: str) -> Any:
    (found,) = (one for one in view["clocks"] if one["name"] == name)
    return found


def test_a_duty_of_the_matter_that_goes_is_owed_by_the_one_that_stays(office: Office, clerk: Desk) -> None:
    lift, road = (arrived(office, body, 90).matter_id for body in (LIFT, ROAD))
    step(clerk, road, "accepted", 80)
    merge(clerk, lift, road)
    view = clerk.read(f"/matters/{lift}")
    assert (view["status"], clock(view, "handling")["state"]) == ("accepted", "overdue")
    assert {one["state"] for one in (clock(letter, "handling") for letter in view["letters"])} == {"overdue"}
    assert [duty["name"] for duty in view["flag"]["duties"]] == ["handling"]
    (line,) = clerk.read("/matters", due="overdue")["items"]
    assert line["id"] == lift
    with office.database.read() as connection:
        assert {row.matter_id for row in connection.execute(select(deadlines))} == {lift}


@pytest.mark.parametrize("keeps", [0, 1])
def test_the_same_letters_and_steps_give_the_same_life_whichever_matter_stays(
    office: Office, clerk: Desk, keeps: int
) -> None:
    matters = [arrived(office, body, 90).matter_id for body in (LIFT, ROAD)]
    step(clerk, matters[0], "routed", 70, unit="住建局")
    step(clerk, matters[1], "accepted", 60)
    step(clerk, matters[0], "accepted", 50)
    merge(clerk, matters[keeps], matters[1 - keeps])
    view = clerk.read(f"/matters/{matters[keeps]}")
    assert (view["status"], view["unit"]) == ("accepted", "住建局")
    due = datetime.fromisoformat(clock(view, "handling")["due_at"])
    assert abs(due - datetime.now(UTC)) < timedelta(minutes=5), "the first acceptance counts"
    assert [one["kind"] for one in view["events"] if one["kind"] in ("routed", "accepted")] == [
        "routed", "accepted", "accepted",
    ]  # fmt: skip


def test_steps_go_on_where_the_other_matter_stopped(office: Office, clerk: Desk) -> None:
    lift, road = (arrived(office, body, 9).matter_id for body in (LIFT, ROAD))
    step(clerk, road, "accepted", 5)
    merge(clerk, lift, road)
    assert "paused" in clerk.read(f"/matters/{lift}")["possible"]
    assert_problem(clerk.post(f"/matters/{lift}/events", {"type": "arrived"}), 422, "type")
    step(clerk, lift, "paused", 1)
    (number,) = (one["number"] for one in clerk.read(f"/matters/{lift}")["events"] if one["kind"] == "accepted")
    answer = clerk.post(f"/matters/{lift}/events", {"type": "taken_back", "event": number})
    assert_problem(answer, 422, "event")


def test_what_is_undone_gives_each_matter_its_own_steps_again(office: Office, clerk: Desk) -> None:
    lift, road = (arrived(office, body, 9) for body in (LIFT, ROAD))
    step(clerk, road.matter_id, "accepted", 5)
    merge(clerk, lift.matter_id, road.matter_id)
    assert clerk.call("DELETE", f"/matters/{lift.matter_id}/links/{road.id}").status_code == 200
    assert clerk.read(f"/matters/{lift.matter_id}")["status"] == "received"
    assert clerk.read(f"/matters/{road.matter_id}")["status"] == "accepted"


def test_steps_follow_the_letters_over_several_matters(office: Office, clerk: Desk) -> None:
    lift, road, river = (arrived(office, body, 9).matter_id for body in (LIFT, ROAD, RIVER))
    step(clerk, lift, "accepted", 5)
    merge(clerk, road, lift)
    merge(clerk, river, road)
    assert clerk.read(f"/matters/{river}")["status"] == "accepted"


def test_a_matter_that_still_holds_letters_keeps_its_steps(office: Office, clerk: Desk) -> None:
    lift, again = (arrived(office, body, 9) for body in (LIFT, LIFT_AGAIN))
    road = arrived(office, ROAD, 9).matter_id
    step(clerk, lift.matter_id, "accepted", 5)
    clerk.post(f"/matters/{road}/links", {"letter": again.id, "decision": "confirm"})
    assert clerk.read(f"/matters/{road}")["status"] == "received"
    assert clerk.read(f"/matters/{lift.matter_id}")["status"] == "accepted"


def test_a_matter_without_letters_says_where_these_went(app: Flask, office: Office, clerk: Desk) -> None:
    lift, road = (arrived(office, body, 9) for body in (LIFT, ROAD))
    step(clerk, road.matter_id, "accepted", 5)
    merge(clerk, lift.matter_id, road.matter_id)
    browser = visit(app, office, Caller("li", "clerk")).browser
    page = browser.get(f"/matters/{road.matter_id}").text
    assert text("gone.heading") in page
    assert f"/matters/{lift.matter_id}" in page
    assert f"/letters/{road.id}" in page
    assert text("event.accepted") in page
    assert text("matter.recorded_in") in browser.get(f"/matters/{lift.matter_id}").text
    far = visit(app, office, Caller("far", "clerk", regions=("西山",))).browser
    assert far.get(f"/matters/{road.matter_id}").status_code == 404


def test_a_released_letter_does_not_lead_back_to_accusations(app: Flask, office: Office, let_in: LetIn) -> None:
    discipline = let_in("discipline")
    one, other = (take(office, body).row for body in (BRIBE, RIVER))
    assert discipline.post(f"/letters/{other.id}/restrict", {"reason": "检举"}).status_code == 200
    left = discipline.read(f"/letters/{other.id}")["matter"]["id"]
    step(discipline, left, "accepted", 0)
    merge(discipline, one.matter_id, left)
    assert discipline.post(f"/letters/{other.id}/release", {"reason": "误判"}).status_code == 200
    clerk = visit(app, office, Caller("li", "clerk"))
    assert clerk.browser.get(f"/matters/{left}").status_code == 404
    now = let_in("clerk").read(f"/letters/{other.id}")["matter"]["id"]
    assert let_in("clerk").read(f"/matters/{now}")["status"] == "received"
