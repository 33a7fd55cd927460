"""People of the office: passwords, roles, lockout, sessions."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import Type, extract_parameters
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service import passwords
from service.accounts import Accounts
from service.audit import OPERATOR, lines
from service.caller import Caller
from service.cli import main
from service.errors import Conflict, Invalid, NotFound, TooMany
from service.office import Office
from service.queries.letters import moment
from service.sessions import make_login_link
from service.tables import failed_logins, sessions, users
from service.texts import text
from tests.service.desk import LIFT, ROAD, LetIn, assert_problem, take

PASSWORD = "four-words-nobody-guesses"
OTHER = "other-words-nobody-guesses"
# Before tests let it work hastily.
SHIPPED_HASHER = passwords._hasher


@pytest.fixture
def accounts(office: Office) -> Accounts:
    office.accounts.add("li", "clerk", PASSWORD, OPERATOR)
    return office.accounts


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def log_in(browser: FlaskClient, name: str = "li", password: str = PASSWORD, **more: Any) -> TestResponse:
    return browser.post("/login", data={"name": name, "password": password, **more})


def test_a_password_lets_its_owner_in_and_nobody_else(accounts: Accounts) -> None:
    assert accounts.log_in("li", PASSWORD, "10.0.0.1") == Caller("li", "clerk")
    assert accounts.log_in("li", OTHER, "10.0.0.1") is None
    assert accounts.log_in("wang", PASSWORD, "10.0.0.1") is None


def test_a_password_is_stored_as_a_hash_of_argon2(office: Office, accounts: Accounts) -> None:
    with office.database.read() as connection:
        (row,) = connection.execute(select(users))
    assert row.password_hash.startswith("$argon2id$")
    assert accounts.every()[0].name == "li"


def test_breaking_a_hash_costs_as_much_as_the_makers_of_argon2_advise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", SHIPPED_HASHER)
    found = extract_parameters(passwords.hash_password(PASSWORD, "li"))
    assert (found.type, found.memory_cost, found.time_cost) == (Type.ID, 64 * 1024, 3)


def test_a_hash_of_earlier_days_is_made_anew_when_its_owner_comes(
    office: Office, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", SHIPPED_HASHER)
    assert accounts.log_in("li", PASSWORD, "10.0.0.1") == Caller("li", "clerk")
    with office.database.read() as connection:
        (row,) = connection.execute(select(users))
    assert not passwords.is_outdated(row.password_hash)


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "zhangweiming", "x" * 201, "1212121212121212"])
def test_an_easy_password_is_refused_and_the_reason_said(office: Office, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        office.accounts.add("zhangweiming", "clerk", password, OPERATOR)
    assert refused.value.errors[0][0] == "password"
    assert office.accounts.every() == []


@pytest.mark.parametrize("name", ["", " ", " li", "li\n", "x" * 65])
def test_a_name_that_cannot_be_written_is_refused(office: Office, name: str) -> None:
    with pytest.raises(Invalid):
        office.accounts.add(name, "clerk", PASSWORD, OPERATOR)


def test_a_long_name_is_recorded_in_full(office: Office) -> None:
    office.accounts.add("x" * 64, "clerk", PASSWORD, OPERATOR)
    with office.database.read() as connection:
        assert [entry["id"] for entry in lines(connection)] == ["x" * 64]


def test_a_name_is_taken_once(accounts: Accounts) -> None:
    with pytest.raises(Conflict):
        accounts.add("li", "admin", PASSWORD, OPERATOR)


def test_after_failures_a_name_must_wait_even_with_the_right_password(office: Office, accounts: Accounts) -> None:
    for _ in range(5):
        assert accounts.log_in("li", OTHER, "10.0.0.1") is None
    with pytest.raises(TooMany) as refused:
        accounts.log_in("li", PASSWORD, "10.0.0.2")
    assert 0 < (refused.value.retry_after or 0) <= 31
    past = moment(datetime.now(UTC) - timedelta(seconds=1))
    with office.database.write() as connection:
        connection.execute(update(failed_logins).values(locked_until=past))
    assert accounts.log_in("li", PASSWORD, "10.0.0.2") == Caller("li", "clerk")
    assert accounts.log_in("li", OTHER, "10.0.0.2") is None


def test_a_wait_from_before_the_clock_was_set_back_keeps_nobody_out(office: Office, accounts: Accounts) -> None:
    for _ in range(5):
        accounts.log_in("li", OTHER, "10.0.0.1")
    tomorrow = moment(datetime.now(UTC) + timedelta(days=1))
    with office.database.write() as connection:
        connection.execute(update(failed_logins).values(locked_until=tomorrow))
    assert accounts.log_in("li", PASSWORD, "10.0.0.1") == Caller("li", "clerk")


def test_each_further_failure_doubles_the_wait(office: Office, accounts: Accounts) -> None:
    waits = []
    for _ in range(8):
        with office.database.write() as connection:
            connection.execute(update(failed_logins).values(locked_until=None))
        accounts.log_in("li", OTHER, "10.0.0.1")
        with office.database.read() as connection:
            row = connection.execute(select(failed_logins).where(failed_logins.c.locked_until.is_not(None))).first()
        if row:
            waits.append(datetime.fromisoformat(row.locked_until) - datetime.fromisoformat(row.last_at))
    assert waits[-4:] == [timedelta(seconds=30 * 2**step) for step in range(4)]


def test_a_name_that_is_not_known_waits_as_well(accounts: Accounts) -> None:
    for _ in range(5):
        accounts.log_in("nobody", OTHER, "10.0.0.1")
    with pytest.raises(TooMany):
        accounts.log_in("nobody", OTHER, "10.0.0.1")
    assert accounts.log_in("li", PASSWORD, "10.0.0.1") == Caller("li", "clerk")


def test_one_address_cannot_try_many_names(accounts: Accounts) -> None:
    for number in range(30):
        accounts.log_in(f"name{number}", OTHER, "10.0.0.1")
    with pytest.raises(TooMany):
        accounts.log_in("li", PASSWORD, "10.0.0.1")
    assert accounts.log_in("li", PASSWORD, "10.0.0.2") == Caller("li", "clerk")


def test_the_last_admin_cannot_go(office: Office) -> None:
    office.accounts.add("zhou", "admin", PASSWORD, OPERATOR)
    for change in ({"disabled": True}, {"role": "clerk"}):
        with pytest.raises(Conflict):
            office.accounts.change("zhou", change, OPERATOR)
    office.accounts.add("wu", "admin", PASSWORD, OPERATOR)
    assert office.accounts.change("zhou", {"disabled": True}, OPERATOR).disabled_at


def test_changes_are_recorded_without_the_password(office: Office, accounts: Accounts) -> None:
    accounts.change("li", {"password": OTHER, "regions": ["东湖区"]}, Caller("zhou", "admin"))
    with office.database.read() as connection:
        found = [line for line in lines(connection) if line["kind"] == "user"]
    assert [(line["actor"], line["action"], line["id"]) for line in found] == [
        ("operator", "add", "li"),
        ("zhou", "change", "li"),
    ]
    assert OTHER not in str(found)


def test_a_login_opens_the_pages_and_a_logout_closes_them_for_good(browser: FlaskClient, accounts: Accounts) -> None:
    assert accounts.known("li")
    assert log_in(browser).status_code == 302
    assert browser.get("/letters").status_code == 200
    cookie = browser.get_cookie("session")
    assert cookie
    assert cookie.http_only
    browser.post("/logout")
    browser.set_cookie("session", cookie.value)
    assert browser.get("/letters").status_code == 302


def test_a_wrong_password_says_no_more_than_that(browser: FlaskClient, accounts: Accounts) -> None:
    assert accounts.every()
    wrong, unknown = log_in(browser, password=OTHER), log_in(browser, name="nobody", password=OTHER)
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    said = [re.sub('value="[^"]*"', "", answer.text) for answer in (wrong, unknown)]
    assert said[0] == said[1]


def test_a_page_tells_how_long_to_wait(browser: FlaskClient, accounts: Accounts) -> None:
    for _ in range(5):
        accounts.log_in("li", OTHER, "127.0.0.1")
    refused = log_in(browser)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "1 分钟" in refused.text


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
def test_a_login_leads_to_no_other_host(browser: FlaskClient, accounts: Accounts, wanted: str) -> None:
    assert accounts.every()
    assert log_in(browser, next=wanted).headers["Location"] == "/"


@pytest.mark.parametrize("change", [{"disabled": True}, {"password": OTHER}, {"role": "supervisor"}])
def test_sessions_end_when_their_user_changes(browser: FlaskClient, accounts: Accounts, change: dict[str, Any]) -> None:
    log_in(browser)
    accounts.change("li", change, OPERATOR)
    assert browser.get("/letters").status_code == 302


def change_own(browser: FlaskClient, old: str = PASSWORD, new: str = OTHER, again: str = "") -> TestResponse:
    return browser.post("/password", data={"password": old, "new": new, "again": again or new})


def test_people_change_their_own_password_which_ends_their_other_sessions(
    office: Office, app: Flask, browser: FlaskClient, accounts: Accounts
) -> None:
    elsewhere = app.test_client()
    log_in(browser)
    log_in(elsewhere)
    assert change_own(browser).status_code == 303
    assert accounts.log_in("li", OTHER, "10.0.0.1") == Caller("li", "clerk")
    assert accounts.log_in("li", PASSWORD, "10.0.0.1") is None
    assert (browser.get("/letters").status_code, elsewhere.get("/letters").status_code) == (200, 302)
    with office.database.read() as connection:
        told = [line for line in lines(connection) if line["action"] == "change"]
    assert [(line["actor"], line["id"], line["detail"]) for line in told] == [("li", "li", {"fields": ["password"]})]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"old": "not-the-right-password"}, "wrong"),
        ({"new": "short"}, "weak"),
        ({"new": "aaaaaaaaaaaaa"}, "weak"),
        ({"new": PASSWORD}, "same"),
        ({"again": "something-else-altogether"}, "differ"),
    ],
)
def test_a_password_is_not_changed_for_less_than_it_takes(
    browser: FlaskClient, accounts: Accounts, given: dict[str, str], fault: str
) -> None:
    log_in(browser)
    refused = change_own(browser, **given)
    assert (refused.status_code, text(f"password.{fault}") in refused.text) == (422, True)
    assert accounts.log_in("li", PASSWORD, "10.0.0.1") == Caller("li", "clerk")


def test_an_open_session_is_no_place_to_guess_the_password(browser: FlaskClient, accounts: Accounts) -> None:
    assert accounts.every()
    log_in(browser)
    for _ in range(5):
        change_own(browser, old="not-the-right-password")
    refused = change_own(browser)
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)


def test_who_came_without_a_password_has_none_to_change(office: Office, browser: FlaskClient) -> None:
    browser.get(f"/login/{make_login_link(office.database, 'demo', 'clerk')}")
    assert text("password.none") in browser.get("/password").text
    assert change_own(browser).status_code == 422


@pytest.mark.parametrize(("column", "hours"), [("seen_at", 1), ("began_at", 10)])
def test_sessions_end_by_themselves(
    office: Office, browser: FlaskClient, accounts: Accounts, column: str, hours: int
) -> None:
    assert accounts.every()
    log_in(browser)
    past = moment(datetime.now(UTC) - timedelta(hours=hours, seconds=1))
    with office.database.write() as connection:
        connection.execute(update(sessions).values({column: past}))
    assert browser.get("/letters").status_code == 302


def test_the_secret_of_a_session_is_stored_as_a_hash(office: Office, browser: FlaskClient, accounts: Accounts) -> None:
    assert accounts.every()
    log_in(browser)
    with browser.session_transaction() as held:
        secret = held["_user_id"]
    with office.database.read() as connection:
        (row,) = connection.execute(select(sessions))
    assert secret not in repr(tuple(row))


def test_a_login_without_the_token_of_its_form_is_refused(app: Flask, accounts: Accounts) -> None:
    assert accounts.every()
    assert log_in(app.test_client()).status_code == 400


def test_a_disabled_user_comes_in_by_no_way(office: Office, app: Flask, let_in: LetIn, accounts: Accounts) -> None:
    desk = let_in("clerk", "li")
    link = make_login_link(office.database, "li", "clerk")
    accounts.change("li", {"disabled": True}, OPERATOR)
    assert accounts.log_in("li", PASSWORD, "10.0.0.1") is None
    assert_problem(desk.get("/letters"), 401)
    assert app.test_client().get(f"/login/{link}").status_code == 410


def test_tokens_of_a_user_follow_role_and_scope(office: Office, let_in: LetIn, accounts: Accounts) -> None:
    desk = let_in("clerk", "li")
    here, there = take(office, LIFT, region="东湖区").row, take(office, ROAD, region="西山县").row
    assert {letter["id"] for letter in desk.read("/letters")["items"]} == {here.id, there.id}
    accounts.change("li", {"regions": ["东湖区"]}, OPERATOR)
    assert [letter["id"] for letter in desk.read("/letters")["items"]] == [here.id]
    accounts.change("li", {"role": "supervisor"}, OPERATOR)
    assert_problem(desk.get("/letters"), 401)


def test_pages_show_the_letters_of_the_users_regions_only(
    office: Office, browser: FlaskClient, accounts: Accounts
) -> None:
    accounts.change("li", {"regions": ["东湖区"]}, OPERATOR)
    here, there = take(office, LIFT, region="东湖区").row, take(office, ROAD, region="西山县").row
    log_in(browser)
    assert browser.get(f"/letters/{here.id}").status_code == 200
    assert browser.get(f"/letters/{there.id}").status_code == 404


def test_an_unknown_user_cannot_be_changed(office: Office) -> None:
    with pytest.raises(NotFound):
        office.accounts.change("nobody", {"disabled": True}, OPERATOR)


def test_the_first_admin_is_made_by_a_command(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    refused = CliRunner().invoke(main, ["user", "add", "zhou", "--role", "admin"], input="short\n")
    assert refused.exit_code == 2
    assert "fewer than 10 characters" in refused.output
    made = CliRunner().invoke(main, ["user", "add", "zhou", "--role", "admin"], input=f"{PASSWORD}\n")
    assert made.exit_code == 0
    assert PASSWORD not in made.output
    assert office.accounts.log_in("zhou", PASSWORD, "10.0.0.1") == Caller("zhou", "admin")
    listed = CliRunner().invoke(main, ["user", "list"])
    assert "zhou" in listed.output
