"""What a colleague with bad intentions would try beside the front doors."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.audit import OPERATOR
from service.caller import Caller
from service.db import Database
from service.errors import Unauthorized
from service.logs import LEVELS, configuration
from service.office import Office
from service.sessions import begin_session, find_session, make_login_link
from service.tokens import find_caller, make_token
from tests.service.desk import LIFT, ROAD, Desk, LetIn, take

UNIT, OTHER_UNIT = "西山县住建局", "东湖区住建局"


@pytest.mark.parametrize(
    ("own", "held", "left"),
    [
        (("东湖区河坊街道",), ("东湖区",), ("东湖区河坊街道",)),
        (("东湖区",), ("东湖区河坊街道",), ("东湖区河坊街道",)),
        (("东湖区", "西山县"), ("西山县",), ("西山县",)),
        (("东湖区",), (), ("东湖区",)),
        ((), ("东湖区",), ("东湖区",)),
        (("东湖区",), ("西山县",), None),
    ],
)
def test_a_token_sees_no_more_than_its_user_and_than_itself(
    office: Office, own: tuple[str, ...], held: tuple[str, ...], left: tuple[str, ...] | None
) -> None:
    office.accounts.add("li", "clerk", None, OPERATOR, unit=UNIT, regions=held)
    found = find_caller(office.database, make_token(office.database, "li", "clerk", regions=own))
    assert found == (Caller("li", "clerk", UNIT, left) if left is not None else None)


def test_a_session_that_begins_late_begins_with_todays_rights(office: Office) -> None:
    office.accounts.add("li", "supervisor", None, OPERATOR)
    before = office.accounts.known("li")
    assert before
    office.accounts.change("li", {"role": "clerk", "unit": UNIT}, OPERATOR)
    assert find_session(office.database, begin_session(office.database, before)) == Caller("li", "clerk", UNIT)
    office.accounts.change("li", {"disabled": True}, OPERATOR)
    with pytest.raises(Unauthorized):
        begin_session(office.database, before)


def test_every_door_leaves_a_trace(app: Flask, office: Office, let_in: LetIn) -> None:
    app.test_client().get(f"/login/{make_login_link(office.database, 'li', 'clerk')}")
    (entry,) = let_in("admin").read("/audit", action="log_in")["items"]
    assert (entry["actor"], entry["kind"], entry["id"]) == ("li", "user", "li")


def test_who_routes_a_matter_away_is_not_told_of_other_units(app: Flask, office: Office, clerk: Desk) -> None:
    mine, other = take(office, ROAD).row, take(office, LIFT, addressee=OTHER_UNIT).row
    assert clerk.post(f"/matters/{mine.matter_id}/merge", {"matter": other.matter_id}).status_code == 200
    assert clerk.post(f"/matters/{mine.matter_id}/split", {"letters": [other.id]}).status_code == 200
    step = {"type": "routed", "unit": UNIT}
    assert clerk.post(f"/matters/{mine.matter_id}/events", step).status_code == 201
    token = make_token(office.database, "wang", "clerk", UNIT)
    unit = Desk(app.test_client(use_cookies=False), token)
    away = unit.post(f"/matters/{mine.matter_id}/events", {"type": "routed", "unit": OTHER_UNIT})
    assert away.status_code == 201
    assert away.json is not None
    assert [letter["id"] for letter in away.json["letters"]] == [mine.id]
    assert other.id not in away.text
    assert unit.get(f"/matters/{mine.matter_id}").status_code == 404


PLACES = ("imports/{}", "jobs/{}", "models/{}", "letters/{}/similar", "matters/{}", "imports/{}/errors")


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ed%a0%80", "%ff", "..%2f..%2fkeys", "%2e%2e", "a" * 4000])
def test_names_that_nothing_can_have_lead_nowhere(let_in: LetIn, client: FlaskClient, name: str) -> None:
    admin = let_in("admin")
    for place in PLACES:
        assert admin.get(f"/{place.format(name)}").status_code in (404, 422), place
    for path in ("users", "tokens"):
        method = "PATCH" if path == "users" else "DELETE"
        assert admin.call(method, f"/{path}/{name}", json={"disabled": True}).status_code in (404, 422)
    for path in ("letters", "matters", "login", "static", "docs/assets"):
        assert client.get(f"/{path}/{name}").status_code in (302, 404, 410)


def test_the_pages_know_no_letter_with_such_a_name(app: Flask, office: Office) -> None:
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = begin_session(office.database, Caller("li", "clerk"))
    for path in ("/letters/%00", "/matters/%00", "/letters/%ff"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize("name", ["\0", "li\0", "\ud800", "a\nb", "", "x" * 100_000])
def test_nobody_logs_in_under_a_name_that_cannot_be(office: Office, name: str) -> None:
    assert office.accounts.log_in(name, "four-words-nobody-guesses", "10.0.0.1") is None
    assert office.accounts.known(name) is None


def test_the_head_of_an_export_leaves_no_file_open(let_in: LetIn, office: Office) -> None:
    take(office, LIFT)
    answer = let_in("supervisor").call("HEAD", "/letters/export")
    assert (answer.status_code, answer.data) == (200, b"")
    assert not list(Path(office.settings.home_folder).glob("tmp*"))


def test_nobody_else_on_the_machine_reads_a_new_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE letters (body TEXT)")
    files = list(tmp_path.iterdir())
    assert len(files) >= 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    database.close()


@pytest.mark.parametrize("level", LEVELS)
def test_the_server_itself_logs_no_addresses(level: str) -> None:
    assert configuration(level)["loggers"]["gunicorn.error"]["level"] in ("INFO", "WARNING", "ERROR")
