"""A letter that was restricted by mistake is released, one that turns out to accuse is restricted; nothing is lost."""

from typing import Any

import pytest

from service.audit import lines
from service.caller import ROLES, Role
from service.office import Office
from tests.service.desk import GATHERING, LIFT, LIFT_AGAIN, QIAN, ZHAO, Desk, LetIn, assert_problem, ids

WHY = {"reason": "当事人王某并非干部"}


@pytest.fixture
def discipline(let_in: LetIn) -> Desk:
    return let_in("discipline")


@pytest.fixture
def plain(clerk: Desk) -> dict[str, Any]:
    return dict(clerk.deliver(LIFT, petitioner=ZHAO))


@pytest.fixture
def secret(discipline: Desk) -> dict[str, Any]:
    return dict(discipline.deliver(f"{LIFT_AGAIN}我们六十户{GATHERING}", petitioner=QIAN, accused=["物业经理"]))


def test_the_queue_of_discipline_shows_accusations_with_their_clocks(
    discipline: Desk, plain: dict[str, Any], secret: dict[str, Any]
) -> None:
    (listed,) = discipline.read("/letters", restricted="true")["items"]
    assert listed["id"] == secret["id"]
    assert [clock["name"] for clock in listed["clocks"]] == [clock["name"] for clock in plain["clocks"]]
    assert ids(discipline.read("/letters", restricted="false")["items"]) == [plain["id"]]


def test_a_released_letter_lives_among_the_others(
    clerk: Desk, discipline: Desk, plain: dict[str, Any], secret: dict[str, Any]
) -> None:
    answer = discipline.post(f"/letters/{secret['id']}/release", WHY)
    assert answer.status_code == 200
    released = clerk.read(f"/letters/{secret['id']}")
    assert released == answer.json
    assert (released["matter"]["id"], released["matter"]["verdict"]) == (plain["matter"]["id"], "joint")
    assert (released["title"], released["body"]) == (secret["title"], secret["body"])
    matter = clerk.read(f"/matters/{plain['matter']['id']}")
    assert ids(matter["letters"]) == [plain["id"], secret["id"]]
    assert matter["flag"]["level"] == "warning"
    assert ids(clerk.read("/matters", level="warning")["items"]) == [plain["matter"]["id"]]
    assert discipline.read("/letters", restricted="true")["items"] == []


@pytest.mark.parametrize("role", ["clerk", "supervisor"])
def test_who_restricts_a_letter_does_not_see_it_again(
    let_in: LetIn, clerk: Desk, discipline: Desk, plain: dict[str, Any], role: Role
) -> None:
    other = clerk.deliver(LIFT_AGAIN, petitioner=QIAN)
    reader = let_in(role, "li")
    answer = reader.post(f"/letters/{other['id']}/restrict", WHY)
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["id"], answer.json["body"], answer.json["matter"]) == (other["id"], None, None)
    assert_problem(reader.get(f"/letters/{other['id']}"), 404)
    assert reader.post(f"/letters/{other['id']}/restrict", WHY).data == reader.get("/letters/0").data
    matter = reader.get(f"/matters/{plain['matter']['id']}")
    assert other["id"] not in matter.text
    assert ids(discipline.read("/letters", restricted="true")["items"]) == [other["id"]]
    back = discipline.post(f"/letters/{other['id']}/release", WHY)
    assert back.json
    assert back.json["matter"]["id"] == plain["matter"]["id"]
    assert ids(clerk.read("/letters")["items"]) == [other["id"], plain["id"]]


def test_what_is_where_it_should_be_stays_there(discipline: Desk, secret: dict[str, Any]) -> None:
    before = discipline.read(f"/letters/{secret['id']}")
    assert discipline.post(f"/letters/{secret['id']}/restrict", WHY).json == before
    assert discipline.read(f"/letters/{secret['id']}/decisions")["items"][2]["reviewer"] is None


def test_a_release_is_recorded_and_reviews_the_automatic_decision(
    office: Office, clerk: Desk, discipline: Desk, secret: dict[str, Any]
) -> None:
    discipline.post(f"/letters/{secret['id']}/release", WHY)
    found = discipline.read(f"/letters/{secret['id']}/decisions")["items"]
    (decided,) = [one for one in found if one["kind"] == "compartment"]
    assert (decided["reviewer"], decided["decided"], decided["note"]) == ("discipline", "release", WHY["reason"])
    assert decided["undone"]
    assert decided["outcome"]["because"] == ["accused"]
    assert next(one for one in found if one["kind"] == "link")["outcome"]["matter"] == secret["matter"]["id"]
    shown = clerk.get(f"/letters/{secret['id']}/decisions").text
    assert WHY["reason"] not in shown
    assert secret["matter"]["id"] not in shown
    with office.database.read() as connection:
        recorded = [line for line in lines(connection) if line["action"] == "release"]
    assert [(line["actor"], line["kind"], line["id"], line["detail"]) for line in recorded] == [
        ("discipline", "letter", secret["id"], None)
    ]
    discipline.post(f"/letters/{secret['id']}/restrict", {"reason": "还是"})
    (decided,) = [
        one for one in discipline.read(f"/letters/{secret['id']}/decisions")["items"] if one["kind"] == "compartment"
    ]
    assert (decided["decided"], decided["undone"]) == ("restrict", False)


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 501}])
def test_a_reason_is_needed(discipline: Desk, secret: dict[str, Any], body: dict[str, str]) -> None:
    assert_problem(discipline.post(f"/letters/{secret['id']}/release", body), 422, "reason")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "discipline"])
def test_nobody_else_releases(let_in: LetIn, secret: dict[str, Any], role: Role) -> None:
    reader = let_in(role, "somebody")
    refused = reader.post(f"/letters/{secret['id']}/release", WHY)
    assert_problem(refused, 404)
    assert refused.data == reader.post(f"/letters/{'0' * 26}/release", WHY).data


@pytest.mark.parametrize("role", ["analyst", "admin", "integrator"])
def test_not_everybody_restricts(let_in: LetIn, clerk: Desk, plain: dict[str, Any], role: Role) -> None:
    assert_problem(let_in(role, "somebody").post(f"/letters/{plain['id']}/restrict", WHY), 404)
    assert clerk.read(f"/letters/{plain['id']}")["id"] == plain["id"]
