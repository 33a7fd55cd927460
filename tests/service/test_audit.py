"""Whoever looks at a flagged matter is recorded, or sees nothing."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from service.audit import lines, record
from service.auth import make_login_link
from service.caller import Caller
from service.cli import main
from service.office import Office
from service.settings import Settings
from tests.service.desk import BRIBE, CLERK, GATHERING, LIFT, LIFT_AGAIN, ROAD, Desk, LetIn, assert_problem, take

WARNED = f"{LIFT}我们六十户{GATHERING}"


@pytest.fixture
def browser(app: Flask, office: Office) -> FlaskClient:
    made = app.test_client()
    made.get(f"/login/{make_login_link(office.database, 'li', 'supervisor')}")
    return made


@pytest.fixture
def warned(clerk: Desk) -> str:
    """Return a matter with a flag, beside one without."""
    clerk.deliver(ROAD)
    return str(clerk.deliver(WARNED)["matter"]["id"])


def recorded(office: Office, matter_id: str | None = None) -> list[tuple[str, ...]]:
    with office.database.read() as connection:
        found = list(lines(connection, matter_id))
    return [tuple(line[name] for name in ("actor", "role", "action", "kind", "id")) for line in found]


def break_the_record(office: Office) -> None:
    with office.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk of a test'); END"
        )


def test_opening_a_flagged_matter_is_recorded_each_time(office: Office, clerk: Desk, warned: str) -> None:
    for _ in range(2):
        clerk.read(f"/matters/{warned}")
    assert recorded(office) == [("clerk", "clerk", "view", "matter", warned)] * 2


def test_a_list_records_each_flagged_matter_that_it_shows(office: Office, clerk: Desk, warned: str) -> None:
    assert len(clerk.read("/matters")["items"]) == 2
    assert recorded(office) == [("clerk", "clerk", "list", "matter", warned)]


def test_pages_are_recorded_as_the_api_is(office: Office, browser: FlaskClient, warned: str) -> None:
    assert browser.get("/matters").status_code == 200
    assert browser.get(f"/matters/{warned}").status_code == 200
    assert recorded(office) == [
        ("li", "supervisor", "list", "matter", warned),
        ("li", "supervisor", "view", "matter", warned),
    ]


def test_a_decision_answers_with_the_matter_and_is_recorded_too(office: Office, clerk: Desk, warned: str) -> None:
    other = clerk.deliver(LIFT_AGAIN)
    assert clerk.post(f"/matters/{warned}/links", {"letter": other["id"], "decision": "confirm"}).status_code == 200
    assert recorded(office) == [("clerk", "clerk", "view", "matter", warned)]


def test_a_matter_without_a_flag_is_not_recorded(office: Office, clerk: Desk, browser: FlaskClient) -> None:
    quiet = clerk.deliver(ROAD)["matter"]["id"]
    clerk.read(f"/matters/{quiet}")
    clerk.read("/matters")
    browser.get(f"/matters/{quiet}")
    assert recorded(office) == []


def test_what_a_caller_may_not_see_is_not_recorded(office: Office, let_in: LetIn) -> None:
    secret = let_in("discipline").deliver(f"{BRIBE}我们六十户{GATHERING}", accused=["物业经理"])["matter"]["id"]
    assert_problem(let_in("clerk").get(f"/matters/{secret}"), 404)
    let_in("clerk").read("/matters")
    assert recorded(office) == []
    assert let_in("discipline").read(f"/matters/{secret}")["flag"]["level"] == "warning"
    assert recorded(office) == [("discipline", "discipline", "view", "matter", secret)]


def test_with_the_flag_switched_off_nothing_is_flagged_or_recorded(office: Office) -> None:
    stored = take(office, WARNED)
    quiet = Office(Settings(group_visit="off"), office.database, office.engine, office.keys)
    with office.database.read() as connection:
        view = quiet.reader(connection, CLERK).matter(stored.row.matter_id)
    assert view.flag.level == "none"


@pytest.mark.parametrize("path", ["/matters", "/matters/{}"])
def test_what_cannot_be_recorded_is_not_shown(
    office: Office, clerk: Desk, browser: FlaskClient, warned: str, path: str
) -> None:
    break_the_record(office)
    refused = clerk.get(path.format(warned))
    assert_problem(refused, 503)
    assert int(refused.headers["Retry-After"]) > 0
    page = browser.get(path.format(warned), headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert LIFT[:8] not in refused.text + page.text
    assert warned not in refused.text


def test_a_matter_without_a_flag_is_shown_even_then(office: Office, clerk: Desk) -> None:
    break_the_record(office)
    quiet = clerk.deliver(ROAD)["matter"]["id"]
    assert clerk.get(f"/matters/{quiet}").status_code == 200


def test_the_command_prints_who_what_and_when(
    office: Office, clerk: Desk, warned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    clerk.read(f"/matters/{warned}")
    with office.database.write() as connection:
        record(connection, Caller("zhou", "admin"), "view", "matter", ["other", "another"])
    printed = CliRunner(catch_exceptions=False).invoke(main, ["audit", "list"])
    assert printed.exit_code == 0
    found: list[dict[str, Any]] = [json.loads(line) for line in printed.stdout.splitlines()]
    assert [(line["number"], line["actor"], line["id"]) for line in found] == [
        (1, "clerk", warned),
        (2, "zhou", "other"),
        (3, "zhou", "another"),
    ]
    assert all(line.keys() == {"number", "at", "actor", "role", "action", "kind", "id", "detail"} for line in found)
    one = CliRunner(catch_exceptions=False).invoke(main, ["audit", "list", "--matter", "other"])
    assert [json.loads(line) for line in one.stdout.splitlines()] == [found[1]]
    assert one.exit_code == 0
