"""Every route, under every method, for every role: what the table of rights says, no more and no less."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from service import ordered_reports, uploads
from service.auth import PUBLIC as STATED_PUBLIC
from service.caller import ROLES, Caller, Role
from service.directory import put_unit
from service.office import Office
from service.periods import period_of
from service.queries.letters import moment
from service.tables import models
from service.tokens import every_token, make_token
from tests.service.desk import LIFT, assert_problem, take
from tests.service.rights import PUBLIC, ROWS, Visitor, Way, is_missing, visit, ways

NONE = dict.fromkeys(
    ("letter_id", "matter_id", "job_id", "import_id", "report_id", "filename", "name", "secret", "token_id", "version"),
    "x",
)
# Tells who may come in from who may not, and changes nothing.
BROKEN: dict[str, Any] = {"data": b"{", "content_type": "application/json"}


def objects_of(office: Office, caller: Caller) -> dict[str, str]:
    """Return the ids of objects of the caller, of each kind that a route names."""
    letter = take(office, LIFT, caller).row
    make_token(office.database, "another", "integrator")
    import_id = uploads.accept(office.database, office.keys, caller, "a.csv", b"title\nx\n", None)
    with office.database.write() as connection:
        facts: dict[str, Any] = {"parts": [], "source": None}
        at = moment(datetime.now(UTC))
        row = {"version": "v1", "state": "shadow", "added_at": at, "added_by": "x", "facts": facts, "note": None}
        connection.execute(insert(models), row)
    office.accounts.add("somebody", "clerk", None, caller)
    put_unit(office.database, caller, "somebody", [], [])
    (token,) = (row.id for row in every_token(office.database) if row.name == "another")
    found = {"letter_id": letter.id, "matter_id": letter.matter_id, "job_id": import_id, "import_id": import_id}
    report_id = ordered_reports.order(office, caller, period_of("2026-03"), None)
    return found | {"report_id": report_id, "name": "somebody", "token_id": token, "version": "v1"}


def test_every_route_stands_in_the_table_and_every_row_is_a_route(app: Flask) -> None:
    assert {way.name for way in ways(app)} == set(ROWS)


def test_every_route_states_its_guard_as_the_table_says(app: Flask) -> None:
    for way in ways(app):
        stated = getattr(app.view_functions[way.rule.endpoint], "allowed", None)
        if way.rule.endpoint == "static":
            assert stated is None
        elif ROWS[way.name] == PUBLIC:
            assert stated == STATED_PUBLIC, way.name
        else:
            assert stated == ROWS[way.name], way.name


def test_without_token_or_session_only_public_routes_answer(app: Flask, client: FlaskClient) -> None:
    for way in ways(app):
        for method in (way.method, "OPTIONS"):
            answer = client.open(way.path(**NONE), method=method)
            if ROWS[way.name] == PUBLIC:
                assert answer.status_code != 401, way.name
                assert not answer.headers.get("Location", "").startswith("/login?"), way.name
            elif way.of_api:
                assert_problem(answer, 401)
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            else:
                assert answer.status_code == 302, way.name
                assert answer.headers["Location"].startswith("/login"), way.name


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_use_what_its_rows_say_and_finds_nothing_elsewhere(app: Flask, office: Office, role: Role) -> None:
    caller = Caller(role, role)
    visitor, objects = visit(app, office, caller), objects_of(office, caller)
    for way in sorted(ways(app), key=lambda way: way.name):
        if ROWS[way.name] != PUBLIC:
            assert_fits(visitor, way, way.path(**NONE | objects), role in ROWS[way.name])


def assert_fits(visitor: Visitor, way: Way, path: str, allowed: bool) -> None:
    """Check that a way is open or that there is nothing; a head tells the same."""
    options = {} if way.method in ("GET", "DELETE") else BROKEN
    answer = visitor.try_way(way, path, **options)
    if allowed:
        assert answer.status_code in (200, 202, 302, 303, 400, 409, 412, 422), (way.name, answer.text)
    else:
        assert is_missing(answer, visitor, way), (way.name, answer.text)
    if way.method == "GET":
        assert visitor.try_way(way, path, "HEAD").status_code == answer.status_code


@pytest.mark.parametrize("role", ROLES)
def test_whoever_may_use_no_method_of_a_route_is_told_of_none(app: Flask, office: Office, role: Role) -> None:
    visitor = visit(app, office, Caller(role, role))
    may = {way.rule.rule for way in ways(app) if role in ROWS[way.name] or ROWS[way.name] == PUBLIC}
    for way in ways(app):
        if way.rule.rule not in may:
            assert is_missing(visitor.try_way(way, way.path(**NONE), "OPTIONS"), visitor, way), way.name
