from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.auth import PUBLIC
from service.caller import ROLES, Caller, Role
from service.errors import SettingError
from service.office import Office
from service.queries.letters import moment
from service.sessions import follow_login_link, make_login_link
from service.tables import login_links, tokens
from service.tokens import find_caller, make_token
from tests.service.desk import Desk, LetIn, assert_problem

OPEN = {
    "static",
    "system.healthz",
    "system.readyz",
    "system.metrics",
    "description.openapi",
    "description.docs",
    "description.docs_asset",
    "web.login",
    "web.log_in",
    "web.log_in_by_link",
    "web.log_in_by_oidc",
    "web.return_from_oidc",
    "web.logout",
}
EXAMPLES = dict.fromkeys(
    ("letter_id", "matter_id", "job_id", "import_id", "filename", "name", "secret", "token_id", "version"), "x"
)


def test_every_route_states_who_may_use_it(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        stated = getattr(app.view_functions[rule.endpoint], "allowed", None)
        if rule.endpoint in OPEN:
            assert stated in (PUBLIC, None)
        else:
            assert stated, f"{rule} states no roles and is not on the list of open routes"
            assert stated <= set(ROLES)


def test_only_flask_itself_leaves_a_route_unstated(app: Flask) -> None:
    views = app.view_functions
    assert {name for name, view in views.items() if not hasattr(view, "allowed")} == {"static"}


def test_every_route_of_the_api_wants_a_token(app: Flask, client: FlaskClient) -> None:
    checked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN or not str(rule).startswith("/api/"):
            continue
        path = str(rule).replace("<", "{").replace(">", "}").format(**EXAMPLES)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            assert_problem(answer, 401)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            checked += 1
    assert checked >= 9


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
    assert browser.get("/").status_code == 302
    assert browser.get(f"/login/{secret}").status_code == 302
    assert browser.get("/").status_code == 200
    assert late.get(f"/login/{secret}").status_code == 410
    assert late.get("/").status_code == 302


def test_a_page_session_is_no_key_to_the_api(app: Flask, office: Office) -> None:
    browser = app.test_client()
    browser.get(f"/login/{make_login_link(office.database, 'demo', 'clerk')}")
    assert_problem(browser.get("/api/v1/letters"), 401)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_use_what_is_stated(let_in: LetIn, role: Role) -> None:
    desk = let_in(role)
    reads = {"clerk", "supervisor", "discipline", "admin", "integrator"}
    assert desk.get("/letters").status_code == (200 if role in reads else 404)
    assert desk.get("/matters").status_code == (200 if role in reads - {"integrator"} else 404)
    assert desk.post("/analyze", {"body": "电梯坏了"}).status_code == 200


def test_who_may_not_deliver_learns_nothing_and_stores_nothing(let_in: LetIn, office: Office) -> None:
    desk = let_in("analyst")
    for content in ({"body": "电梯坏了"}, {"body": ""}):
        assert desk.post("/letters", content).data == desk.get("/nowhere").data
    with office.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM letters").scalar_one() == 0
