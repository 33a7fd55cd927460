from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.caller import ROLES, Caller
from service.errors import SettingError
from service.office import Office
from service.queries.letters import moment
from service.sessions import follow_login_link, make_login_link
from service.tables import login_links, tokens
from service.tokens import find_caller, make_token
from tests.service.desk import Desk, LetIn, assert_problem


def test_a_view_that_states_nothing_lets_nobody_in(let_in: LetIn, app: Flask) -> None:
    app.view_functions["letters.list_letters"] = lambda **_: "open"
    for role in ROLES:
        assert_problem(let_in(role).get("/letters"), 404)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x", "Basic {}", "{}", "Bearer {}x", "Bearer x {}", "Bearer 电"]
)
def test_a_wrong_token_is_refused(client: FlaskClient, office: Office, header: str) -> None:
    token = make_token(office.database, "clerk", "clerk")
    sent = header.replace("{}", token).encode().decode("latin-1")
    assert_problem(client.get("/api/v1/letters", headers={"Authorization": sent}), 401)


def test_the_scheme_may_be_written_anyhow(client: FlaskClient, office: Office) -> None:
    token = make_token(office.database, "clerk", "clerk")
    assert client.get("/api/v1/letters", headers={"Authorization": f"bearer  {token}"}).status_code == 200


def test_the_hash_of_a_token_is_stored_not_the_token(office: Office) -> None:
    token = make_token(office.database, "clerk", "clerk")
    with office.database.read() as connection:
        (row,) = connection.execute(select(tokens))
    assert token not in repr(tuple(row))
    assert len(row.hash) == 64
    assert find_caller(office.database, token) == Caller("clerk", "clerk")
    assert find_caller(office.database, row.hash) is None


def test_a_revoked_token_is_refused(clerk: Desk, office: Office) -> None:
    assert clerk.get("/letters").status_code == 200
    with office.database.write() as connection:
        connection.execute(update(tokens).values(revoked_at=moment(datetime.now(UTC))))
    assert_problem(clerk.get("/letters"), 401)


def test_a_name_keeps_its_role(office: Office) -> None:
    first = make_token(office.database, "east", "integrator")
    second = make_token(office.database, "east", "integrator")
    assert first != second
    with pytest.raises(SettingError, match="integrator"):
        make_token(office.database, "east", "discipline")


def test_a_login_link_works_once(office: Office) -> None:
    secret = make_login_link(office.database, "demo", "clerk")
    assert follow_login_link(office.database, secret) == Caller("demo", "clerk")
    assert follow_login_link(office.database, secret) is None
    assert follow_login_link(office.database, "guess") is None


def test_the_hash_of_a_login_link_is_stored_not_the_link(office: Office) -> None:
    secret = make_login_link(office.database, "demo", "clerk")
    with office.database.read() as connection:
        (row,) = connection.execute(select(login_links))
    assert secret not in repr(tuple(row))
    life = datetime.fromisoformat(row.expires_at) - datetime.now(UTC)
    assert timedelta(0) < life <= timedelta(minutes=15)


def test_a_login_link_expires(office: Office) -> None:
    secret = make_login_link(office.database, "demo", "clerk")
    with office.database.write() as connection:
        connection.execute(update(login_links).values(expires_at=moment(datetime.now(UTC))))
    assert follow_login_link(office.database, secret) is None


def test_a_login_link_opens_the_pages_once(app: Flask, office: Office) -> None:
    secret = make_login_link(office.database, "demo", "clerk")
    browser, late = app.test_client(), app.test_client()
    assert browser.get("/letters").status_code == 302
    assert browser.get(f"/login/{secret}").status_code == 302
    assert browser.get("/letters").status_code == 200
    assert late.get(f"/login/{secret}").status_code == 410
    assert late.get("/letters").status_code == 302


def test_a_page_session_is_no_key_to_the_api(app: Flask, office: Office) -> None:
    browser = app.test_client()
    browser.get(f"/login/{make_login_link(office.database, 'demo', 'clerk')}")
    assert_problem(browser.get("/api/v1/letters"), 401)


def test_who_may_not_deliver_learns_nothing_and_stores_nothing(let_in: LetIn, office: Office) -> None:
    desk = let_in("analyst")
    for content in ({"body": "电梯坏了"}, {"body": ""}):
        assert desk.post("/letters", content).data == desk.get("/nowhere").data
    with office.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM letters").scalar_one() == 0
