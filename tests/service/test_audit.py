"""Whoever looks at anything or changes it is recorded, or sees nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from service.audit import lines, record
from service.caller import Caller
from service.cli import main
from service.importer import Source, import_rows
from service.office import Office
from service.queries.letters import letters_of_matters
from service.regrouping import EVERYTHING
from service.sessions import make_login_link
from service.settings import Settings
from tests.service.databases import refuse_inserts
from tests.service.desk import (
    BRIBE,
    CLERK,
    GATHERING,
    LIFT,
    LIFT_AGAIN,
    ROAD,
    WAGES,
    Desk,
    LetIn,
    assert_problem,
    count,
    take,
)

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


# Fixtures let callers in, which is recorded too.
OF_ACCESS = ("token", "login_link", "user")


def recorded(office: Office, but: str = "receive") -> list[tuple[str, ...]]:
    """Return what was recorded of letters and matters, without one kind of action."""
    with office.database.read() as connection:
        found = [line for line in lines(connection) if line["action"] != but and line["kind"] not in OF_ACCESS]
    return [tuple(line[name] for name in ("actor", "role", "action", "kind", "id")) for line in found]


def test_opening_a_flagged_matter_is_recorded_each_time(office: Office, clerk: Desk, warned: str) -> None:
    for _ in range(2):
        clerk.read(f"/matters/{warned}")
    assert recorded(office) == [("clerk", "clerk", "view", "matter", warned)] * 2


def test_a_list_records_each_flagged_matter_that_it_shows(office: Office, clerk: Desk, warned: str) -> None:
    assert len(clerk.read("/matters")["items"]) == 2
    assert recorded(office) == [
        ("clerk", "clerk", "list", "matters", ""),
        ("clerk", "clerk", "list", "matter", warned),
    ]


def test_pages_are_recorded_as_the_api_is(office: Office, browser: FlaskClient, warned: str) -> None:
    assert browser.get("/matters").status_code == 200
    letter = office_letter(office, warned)
    for path in (f"/matters/{warned}", f"/letters/{letter}", "/letters", "/hot-issues"):
        assert browser.get(path).status_code == 200
    assert recorded(office) == [
        ("li", "supervisor", "list", "matters", ""),
        ("li", "supervisor", "list", "matter", warned),
        ("li", "supervisor", "view", "matter", warned),
        ("li", "supervisor", "view", "letter", letter),
        ("li", "supervisor", "list", "letters", ""),
        ("li", "supervisor", "list", "hot_issues", ""),
    ]


def office_letter(office: Office, matter_id: str) -> str:
    """Return the only letter of a matter."""
    with office.database.read() as connection:
        (row,) = letters_of_matters(connection, [matter_id], EVERYTHING)
    return str(row.id)


def test_a_decision_answers_with_the_matter_and_is_recorded_too(office: Office, clerk: Desk, warned: str) -> None:
    other = clerk.deliver(LIFT_AGAIN)
    assert clerk.post(f"/matters/{warned}/links", {"letter": other["id"], "decision": "confirm"}).status_code == 200
    assert recorded(office) == [
        ("clerk", "clerk", "confirm", "letter", other["id"]),
        ("clerk", "clerk", "view", "matter", warned),
    ]


def test_every_look_at_letters_is_recorded(office: Office, clerk: Desk) -> None:
    first, second = clerk.deliver(LIFT), clerk.deliver(LIFT_AGAIN)
    for path in (f"/letters/{first['id']}", f"/letters/{second['id']}/similar", "/letters", "/hot-issues"):
        clerk.read(path)
    assert recorded(office) == [
        ("clerk", "clerk", "view", "letter", first["id"]),
        ("clerk", "clerk", "similar", "letter", second["id"]),
        ("clerk", "clerk", "list", "letters", ""),
        ("clerk", "clerk", "list", "hot_issues", ""),
    ]


def test_a_list_is_recorded_with_filter_and_count_and_without_what_was_typed(office: Office, clerk: Desk) -> None:
    clerk.deliver(LIFT, channel="web", region="云河县")
    clerk.read("/letters", channel="web", region="云河县", since="2026-01-01")
    with office.database.read() as connection:
        *_, line = lines(connection)
    assert line["detail"] == {"filter": {"channel": "web", "region": "given", "since": "2026-01-01"}, "count": 1}


def test_each_letter_is_recorded_as_received_once(office: Office, let_in: LetIn, tmp_path: Path) -> None:
    east, clerk = let_in("integrator", "east"), let_in("clerk")
    for _ in range(2):
        east.post("/letters", {"body": LIFT, "external_id": "1"})
    clerk.post("/letters/batch", {"letters": [{"body": ROAD}, {"body": ""}, {"body": BRIBE}]})
    file = tmp_path / "in.jsonl"
    file.write_text("".join(json.dumps({"body": body}) + "\n" for body in (WAGES, LIFT_AGAIN)), encoding="utf-8")
    for _ in range(2):
        list(import_rows(office.intake, Source.of(file), Caller("office", "clerk")))
    found = recorded(office, but="view")
    assert [(actor, action, kind) for actor, _, action, kind, _ in found] == [
        ("east", "receive", "letter"),
        *[("clerk", "receive", "letter")] * 2,
        *[("office", "receive", "letter")] * 2,
    ]
    assert len({entry[-1] for entry in found}) == count(office.database, "letters") == 5


def test_every_decision_and_step_is_recorded(office: Office, clerk: Desk) -> None:
    first, second, third = (clerk.deliver(body) for body in (LIFT, ROAD, WAGES))
    matter = f"/matters/{first['matter']['id']}"
    clerk.post(f"{matter}/links", {"letter": second["id"], "decision": "confirm", "note": "told by 赵铁柱"})
    clerk.post(f"{matter}/merge", {"matter": third["matter"]["id"]})
    clerk.post(f"{matter}/split", {"letters": [second["id"], third["id"]]})
    clerk.call("DELETE", f"{matter}/links/{second['id']}")
    clerk.post(f"{matter}/links", {"letter": second["id"], "decision": "reject"})
    clerk.post(f"{matter}/events", {"type": "routed"})
    clerk.post(f"{matter}/links", {"letter": "nowhere", "decision": "confirm"})
    assert [entry[2:] for entry in recorded(office) if entry[2] != "view"] == [
        ("confirm", "letter", second["id"]),
        ("merge", "matter", first["matter"]["id"]),
        ("merge", "matter", third["matter"]["id"]),
        ("split", "letter", second["id"]),
        ("split", "letter", third["id"]),
        ("undo", "letter", second["id"]),
        ("undo", "letter", third["id"]),
        ("reject", "letter", second["id"]),
        ("routed", "matter", first["matter"]["id"]),
    ]
    with office.database.read() as connection:
        assert "赵铁柱" not in json.dumps(list(lines(connection)), ensure_ascii=False)


def test_what_a_caller_may_not_see_is_not_recorded(office: Office, let_in: LetIn) -> None:
    secret = let_in("discipline").deliver(f"{BRIBE}我们六十户{GATHERING}", accused=["物业经理"])["matter"]["id"]
    assert_problem(let_in("clerk").get(f"/matters/{secret}"), 404)
    assert recorded(office) == []
    assert let_in("discipline").read(f"/matters/{secret}")["flag"]["level"] == "warning"
    assert recorded(office) == [("discipline", "discipline", "view", "matter", secret)]


def test_with_the_flag_switched_off_nothing_is_flagged_or_recorded(office: Office) -> None:
    stored = take(office, WARNED)
    quiet = Office(Settings(group_visit="off"), office.database, office.engine, office.keys)
    with office.database.read() as connection:
        view = quiet.reader(connection, CLERK).matter(stored.row.matter_id)
    assert view.flag.level == "none"


PATHS = ["/matters", "/matters/{matter}", "/letters", "/letters/{letter}", "/letters/{letter}/similar", "/hot-issues"]


@pytest.mark.parametrize("path", PATHS)
def test_what_cannot_be_recorded_is_not_shown(
    office: Office, clerk: Desk, browser: FlaskClient, warned: str, path: str
) -> None:
    letter = office_letter(office, warned)
    refuse_inserts(office.database, "audit")
    refused = clerk.get(path.format(matter=warned, letter=letter))
    assert_problem(refused, 503)
    assert int(refused.headers["Retry-After"]) > 0
    shown = path.removesuffix("/similar").format(matter=warned, letter=letter)
    page = browser.get(shown, headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert LIFT[:8] not in refused.text + page.text
    assert warned not in refused.text


def test_a_letter_that_cannot_be_recorded_is_not_stored(office: Office, clerk: Desk) -> None:
    refuse_inserts(office.database, "audit")
    assert clerk.post("/letters", {"body": ROAD}).status_code >= 500
    assert count(office.database, "letters") == 0


def test_the_command_prints_who_what_and_when(
    office: Office, clerk: Desk, warned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    clerk.read(f"/matters/{warned}")
    with office.database.write() as connection:
        record(connection, Caller("zhou", "admin"), "view", "matter", ["other", "another"])
    printed = CliRunner(catch_exceptions=False).invoke(main, ["audit", "list"])
    assert printed.exit_code == 0
    every: list[dict[str, Any]] = [json.loads(line) for line in printed.stdout.splitlines()]
    found = [line for line in every if line["action"] == "view"]
    assert [(line["actor"], line["id"]) for line in found] == [
        ("clerk", warned),
        ("zhou", "other"),
        ("zhou", "another"),
    ]
    assert [line["number"] for line in every] == list(range(1, len(every) + 1))
    assert all(line.keys() == {"number", "at", "actor", "role", "action", "kind", "id", "detail"} for line in found)
    one = CliRunner(catch_exceptions=False).invoke(main, ["audit", "list", "--matter", "other"])
    assert [json.loads(line) for line in one.stdout.splitlines()] == [found[1]]
    assert one.exit_code == 0
