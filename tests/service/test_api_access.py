"""Admins manage users and tokens over HTTP; nobody else learns that this is possible."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from service.caller import Role
from service.office import Office
from service.queries.letters import moment
from service.tables import tokens
from tests.service.desk import LIFT, ROAD, Desk, LetIn, assert_problem, take

PASSWORD = "four-words-nobody-guesses"


@pytest.fixture
def admin(let_in: LetIn) -> Desk:
    return let_in("admin", "zhou")


def test_a_user_is_added_changed_and_listed(admin: Desk) -> None:
    made = admin.post("/users", {"name": "li", "role": "clerk", "password": PASSWORD, "regions": ["东湖区"]})
    assert made.status_code == 201
    assert made.json is not None
    assert made.json.keys() == {"name", "role", "unit", "regions", "has_password", "disabled", "created_at"}
    changed = admin.call("PATCH", "/users/li", json={"unit": "住建局", "disabled": True})
    assert changed.status_code == 200
    (only,) = admin.read("/users")["items"]
    assert only == changed.json
    assert (only["unit"], only["disabled"], only["regions"], only["role"]) == ("住建局", True, ["东湖区"], "clerk")
    assert PASSWORD not in admin.get("/users").text


def test_bad_users_are_refused_by_field(admin: Desk) -> None:
    assert_problem(admin.post("/users", {"name": "li", "role": "king"}), 422, "role")
    assert_problem(admin.post("/users", {"name": "li", "role": "clerk", "password": "short"}), 422, "password")
    assert_problem(admin.post("/users", {"name": " ", "role": "clerk"}), 422, "name")
    assert admin.post("/users", {"name": "li", "role": "clerk"}).status_code == 201
    assert_problem(admin.post("/users", {"name": "li", "role": "clerk"}), 409, "name")
    assert_problem(admin.call("PATCH", "/users/nobody", json={"disabled": True}), 404)


def test_a_token_is_shown_once_and_works_until_it_is_revoked(app: Flask, admin: Desk) -> None:
    made = admin.post("/tokens", {"name": "east", "role": "integrator", "expires_in_days": 30})
    assert made.status_code == 201
    assert made.json is not None
    desk = Desk(app.test_client(use_cookies=False), made.json["token"])
    assert desk.get("/letters").status_code == 200
    (listed,) = [one for one in admin.read("/tokens")["items"] if one["name"] == "east"]
    assert listed["used_on"] == datetime.now(UTC).date().isoformat()
    assert made.json["token"] not in admin.get("/tokens").text
    assert admin.call("DELETE", f"/tokens/{listed['id']}").status_code == 200
    assert_problem(desk.get("/letters"), 401)
    assert_problem(admin.call("DELETE", "/tokens/unknown"), 404)


def test_a_token_expires(office: Office, let_in: LetIn) -> None:
    desk = let_in("clerk", "li")
    past = moment(datetime.now(UTC) - timedelta(seconds=1))
    with office.database.write() as connection:
        connection.execute(update(tokens).where(tokens.c.name == "li").values(expires_at=past))
    assert_problem(desk.get("/letters"), 401)


def test_deliveries_belong_to_the_name_and_survive_a_new_token(app: Flask, admin: Desk) -> None:
    def desk() -> Desk:
        made = admin.post("/tokens", {"name": "east", "role": "integrator"}).json
        assert made is not None
        return Desk(app.test_client(use_cookies=False), made["token"])

    first = desk().deliver(LIFT, external_id="A-1")
    assert [letter["id"] for letter in desk().read("/letters")["items"]] == [first["id"]]
    assert_problem(admin.post("/tokens", {"name": "east", "role": "clerk"}), 409, "name")


def test_a_token_sees_its_regions_only(app: Flask, office: Office, admin: Desk) -> None:
    here = take(office, LIFT, region="东湖区").row
    take(office, ROAD, region="西山县")
    made = admin.post("/tokens", {"name": "li", "role": "clerk", "regions": ["东湖区"]}).json
    assert made is not None
    desk = Desk(app.test_client(use_cookies=False), made["token"])
    assert [letter["id"] for letter in desk.read("/letters")["items"]] == [here.id]


@pytest.mark.parametrize("role", ["clerk", "supervisor", "discipline", "analyst", "integrator"])
@pytest.mark.parametrize("path", ["/users", "/tokens"])
def test_others_find_nothing(let_in: LetIn, role: Role, path: str) -> None:
    desk = let_in(role)
    missing = desk.get("/nowhere").data
    assert desk.get(path).data == missing
    assert desk.post(path, {"name": "x", "role": "admin"}).data == missing
