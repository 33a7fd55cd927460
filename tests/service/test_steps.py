from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from model.when import OFFICE_ZONE
from service import auth
from service.caller import Caller
from service.office import Office
from service.tables import deadlines, events
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, ROAD, WAGES, ZHAO, Desk, LetIn, assert_problem

THIS_YEAR = datetime.now(OFFICE_ZONE).year


def ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


@pytest.fixture
def matter(clerk: Desk) -> str:
    """Return a matter whose only letter, with name and address, came a hundred days ago."""
    return str(clerk.deliver(LIFT, petitioner=ZHAO, received_at=ago(100))["matter"]["id"])


def take(desk: Desk, matter: str, step: str, at: str | None = None, status: int = 201, **facts: Any) -> Any:
    given = {"type": step, "at": at, **facts}
    answer = desk.post(f"/matters/{matter}/events", {name: value for name, value in given.items() if value is not None})
    assert answer.status_code == status, answer.text
    return answer.json


def states(view: Any) -> dict[str, str]:
    return {clock["name"]: clock["state"] for clock in view["clocks"]}


def test_a_matter_goes_from_receipt_to_answer(clerk: Desk, matter: str) -> None:
    before = clerk.read(f"/matters/{matter}")
    assert (before["status"], before["registration"], before["unit"]) == ("received", None, None)
    take(clerk, matter, "routed", ago(95), unit="区住建局")
    take(clerk, matter, "arrived", ago(94))
    take(clerk, matter, "accepted", ago(90))
    take(clerk, matter, "extended", ago(40))
    view = take(clerk, matter, "answered", ago(10))
    assert (view["status"], view["unit"]) == ("answered", "区住建局")
    assert states(view) == {
        "route": "met", "notice": "met", "dispute": "not_owed", "handling": "met",
        "review": "not_started", "re_review": "not_started",
    }  # fmt: skip
    assert view["possible"] == ["closed", "review_requested", "satisfaction"]
    (letter,) = view["letters"]
    assert letter["clocks"] == view["clocks"]


def test_the_first_step_registers_the_matter_and_numbers_have_no_gaps(clerk: Desk, matter: str) -> None:
    others = [clerk.deliver(body)["matter"]["id"] for body in (ROAD, WAGES)]
    take(clerk, matter, "satisfaction", status=422)
    given = [take(clerk, one, "routed")["registration"] for one in (others[0], matter)]
    given.append(take(clerk, others[1], "registered")["registration"])
    assert given == [f"{THIS_YEAR}-{number:06}" for number in (1, 2, 3)]
    again = take(clerk, others[1], "registered", status=200)
    assert (again["registration"], again["status"]) == (given[2], "registered")
    assert take(clerk, matter, "arrived")["registration"] == given[1]


def test_accusations_are_registered_apart(clerk: Desk, let_in: LetIn, matter: str) -> None:
    discipline = let_in("discipline")
    secret = discipline.deliver(BRIBE, accused=["孙某"])["matter"]["id"]
    assert take(discipline, secret, "routed")["registration"] == f"J{THIS_YEAR}-000001"
    assert take(clerk, matter, "routed")["registration"] == f"{THIS_YEAR}-000001"


def test_what_makes_no_sense_is_refused_with_what_is_possible(clerk: Desk, matter: str) -> None:
    take(clerk, matter, "answered", ago(5))
    refused = clerk.post(f"/matters/{matter}/events", {"type": "extended", "at": ago(4)})
    (fault,) = assert_problem(refused, 422, "type")["errors"]
    assert fault["reason"].endswith("possible then: closed, review_requested, satisfaction")


def test_steps_before_the_first_letter_are_refused(clerk: Desk, matter: str) -> None:
    answer = clerk.post(f"/matters/{matter}/events", {"type": "routed", "at": ago(101)})
    assert_problem(answer, 422, "at")


def test_steps_can_be_recorded_later_in_their_order(clerk: Desk, matter: str) -> None:
    take(clerk, matter, "answered", ago(5))
    take(clerk, matter, "routed", ago(90))
    view = take(clerk, matter, "accepted", ago(80))
    assert view["status"] == "answered"
    handling = view["clocks"][3]
    assert (handling["state"], handling["met_at"] < ago(4)) == ("met_late", True)
    refused = clerk.post(f"/matters/{matter}/events", {"type": "not_accepted", "at": ago(85)})
    (fault,) = assert_problem(refused, 422, "at")["errors"]
    assert "accepted" in fault["reason"]


def test_repeating_a_step_with_its_time_changes_nothing(clerk: Desk, office: Office, matter: str) -> None:
    at = ago(50)
    first = take(clerk, matter, "routed", at, unit="区住建局")
    assert take(clerk, matter, "routed", at, status=200, unit="区住建局")["events"] == first["events"]
    assert len(take(clerk, matter, "routed", at, unit="市住建局")["events"]) == len(first["events"]) + 1
    with office.database.read() as connection:
        assert len(connection.execute(select(events).where(events.c.kind == "routed")).all()) == 2


def test_a_date_alone_is_the_end_of_what_is_known_of_that_day(clerk: Desk) -> None:
    noon = f"{THIS_YEAR - 1}-06-05T12:00"
    matter = clerk.deliver(LIFT, received_at=noon)["matter"]["id"]
    for step in ("routed", "arrived", "accepted"):
        take(clerk, matter, step, noon[:10])
        take(clerk, matter, step, noon[:10], status=200)
    assert clerk.read(f"/matters/{matter}")["status"] == "accepted"


def test_a_step_can_be_taken_back_and_the_history_stays(clerk: Desk, matter: str) -> None:
    take(clerk, matter, "accepted", ago(90))
    view = take(clerk, matter, "answered", ago(80))
    numbers = {event["kind"]: event["number"] for event in view["events"]}
    take(clerk, matter, "taken_back", event=numbers["accepted"])
    back = take(clerk, matter, "taken_back", event=numbers["answered"], note="记错了")
    assert (back["status"], states(back)["route"]) == ("registered", "overdue")
    standing = {event["kind"]: event["standing"] for event in back["events"]}
    assert standing == {"registered": True, "accepted": False, "answered": False, "taken_back": True}
    again = take(clerk, matter, "taken_back", status=200, event=numbers["answered"])
    assert again["events"] == back["events"]
    take(clerk, matter, "answered", ago(80))


def test_what_later_steps_rest_on_cannot_be_taken_back_before_them(clerk: Desk, matter: str) -> None:
    take(clerk, matter, "accepted", ago(90))
    view = take(clerk, matter, "extended", ago(50))
    accepted = next(event["number"] for event in view["events"] if event["kind"] == "accepted")
    answer = clerk.post(f"/matters/{matter}/events", {"type": "taken_back", "event": accepted})
    (fault,) = assert_problem(answer, 422, "event")["errors"]
    assert "extended" in fault["reason"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"type": "taken_back"}, "event"),
        ({"type": "taken_back", "event": 999}, "event"),
        ({"type": "routed", "event": 1}, "event"),
        ({"type": "routed", "value": "satisfied"}, "value"),
        ({"type": "satisfaction", "value": "angry"}, "value"),
        ({"type": "forgotten"}, "type"),
        ({"type": "routed", "at": "2999-01-01"}, "at"),
        ({"type": "routed", "at": "soon"}, "at"),
    ],
)
def test_unclear_steps_are_refused(clerk: Desk, matter: str, given: dict[str, Any], field: str) -> None:
    assert_problem(clerk.post(f"/matters/{matter}/events", given), 422, field)
    assert clerk.read(f"/matters/{matter}")["registration"] is None


def test_handling_can_be_extended_and_paused_only_while_it_runs(clerk: Desk, matter: str) -> None:
    take(clerk, matter, "accepted", ago(90))
    for step in ("extended", "paused"):
        assert_problem(clerk.post(f"/matters/{matter}/events", {"type": step, "at": ago(1)}), 422, "at")
    take(clerk, matter, "paused", ago(40))
    view = take(clerk, matter, "resumed", ago(1))
    assert states(view)["handling"] == "running"
    assert states(take(clerk, matter, "extended", ago(0.5)))["handling"] == "running"


def test_satisfaction_has_a_value(clerk: Desk, matter: str) -> None:
    take(clerk, matter, "answered", ago(9))
    view = take(clerk, matter, "satisfaction", ago(1), value="fairly_satisfied", note="回访")
    assert view["events"][-1]["detail"]["value"] == "fairly_satisfied"


def test_a_route_that_is_corrected_changes_the_clock_of_handling(clerk: Desk, matter: str) -> None:
    (letter,) = take(clerk, matter, "accepted", ago(70))["letters"]
    tag = clerk.get(f"/letters/{letter['id']}").headers["ETag"]
    corrected = clerk.call("PATCH", f"/letters/{letter['id']}", headers={"If-Match": tag}, json={"route": "litigation"})
    assert corrected.status_code == 200, corrected.text
    assert states(corrected.json)["handling"] == "not_owed"
    view = clerk.read(f"/matters/{matter}")
    assert states(view)["handling"] == "not_owed"
    assert view["flag"]["duties"] == []
    assert clerk.read("/matters", due="overdue")["items"] == []


def test_a_letter_without_name_and_address_is_owed_no_notice(clerk: Desk) -> None:
    matter = clerk.deliver(LIFT, received_at=ago(30))["matter"]["id"]
    view = take(clerk, matter, "arrived", ago(25))
    assert states(view)["notice"] == "not_owed"
    named = clerk.deliver(LIFT_AGAIN, received_at=ago(24), petitioner=ZHAO)
    assert named["matter"]["id"] == matter
    assert states(named)["notice"] == states(clerk.read(f"/matters/{matter}"))["notice"] == "overdue"


def test_who_sees_no_matter_takes_no_step(let_in: LetIn) -> None:
    discipline, clerk = let_in("discipline"), let_in("clerk")
    secret = discipline.deliver(BRIBE, accused=["孙某"], received_at=ago(20))["matter"]["id"]
    assert states(discipline.read(f"/matters/{secret}"))["route"] == "overdue"
    assert_problem(clerk.post(f"/matters/{secret}/events", {"type": "routed"}), 404)
    assert clerk.read("/matters", due="overdue")["items"] == []
    assert [item["id"] for item in discipline.read("/matters", due="overdue")["items"]] == [secret]


def test_deadlines_are_stored_with_every_change(clerk: Desk, office: Office, matter: str) -> None:
    def stored() -> list[str]:
        with office.database.read() as connection:
            return list(connection.execute(select(deadlines.c.clock).order_by(deadlines.c.clock)).scalars())

    assert stored() == ["route"]
    take(clerk, matter, "arrived", ago(90))
    assert stored() == ["notice"]
    take(clerk, matter, "accepted", ago(80))
    assert stored() == ["handling"]
    take(clerk, matter, "paused", ago(70))
    assert stored() == []
    take(clerk, matter, "answered")
    clerk.deliver(LIFT_AGAIN, petitioner=ZHAO)
    assert stored() == ["route"]


def test_matters_are_listed_by_what_is_due_first(clerk: Desk) -> None:
    days = {ROAD: 14, LIFT: 20, WAGES: 1}
    road, lift, wages = (
        clerk.deliver(body, received_at=ago(day), petitioner=ZHAO)["matter"]["id"] for body, day in days.items()
    )
    late = [item["id"] for item in clerk.read("/matters", due="overdue")["items"]]
    assert late == [lift]
    assert [item["id"] for item in clerk.read("/matters", due="soon")["items"]] == [road]
    take(clerk, road, "arrived", ago(13.5))
    assert [item["id"] for item in clerk.read("/matters", due="soon", clock="notice")["items"]] == [road]
    assert clerk.read("/matters", due="soon", clock="handling")["items"] == []
    assert clerk.read("/matters", due="overdue", level="warning")["items"] == []
    assert wages not in late
    assert_problem(clerk.get("/matters", clock="notice"), 422, "clock")
    assert_problem(clerk.get("/matters", due="never"), 422, "due")


def test_pages_of_what_is_due_hold_every_matter_once(clerk: Desk) -> None:
    for day, body in enumerate((ROAD, LIFT, WAGES, "请问高龄补贴今年什么时候发放，需要带什么材料？")):
        clerk.deliver(body, received_at=ago(60 - day))
    whole = [item["id"] for item in clerk.read("/matters", due="overdue")["items"]]
    assert len(whole) == 4
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = clerk.read("/matters", due="overdue", limit=1, **cursor)
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == whole


def test_a_unit_that_passes_a_matter_on_sees_it_once_more(
    clerk: Desk, matter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(clerk, matter, "routed", ago(95), unit="区住建局")
    monkeypatch.setattr(auth, "find_caller", lambda *_: Caller("wang", "clerk", unit="区住建局"))
    assert take(clerk, matter, "routed", ago(94), unit="市住建局")["unit"] == "市住建局"
    assert_problem(clerk.get(f"/matters/{matter}"), 404)
