"""The audit over HTTP: for admins, and for discipline with what concerns accusations."""

import base64
import json
from typing import Any

import pytest

from service.caller import ROLES, Role
from service.office import Office
from tests.service.databases import refuse_inserts
from tests.service.desk import BRIBE, LIFT, ROAD, Desk, LetIn, assert_problem


@pytest.fixture
def admin(let_in: LetIn) -> Desk:
    return let_in("admin")


def told(desk: Desk, **query: Any) -> list[tuple[str, ...]]:
    """Return who did what with which object, newest first, without the reading of the audit itself."""
    items = desk.read("/audit", **query)["items"]
    return [tuple(one[name] for name in ("actor", "action", "id")) for one in items if one["kind"] != "audit"]


def test_an_admin_reads_who_did_what(clerk: Desk, admin: Desk) -> None:
    letter = clerk.deliver(LIFT)
    clerk.read(f"/letters/{letter['id']}")
    first, second = admin.read("/audit", kind="letter")["items"]
    assert [one["action"] for one in (first, second)] == ["view", "receive"]
    assert first.keys() == {"at", "actor", "role", "action", "kind", "id", "detail"}
    assert (first["actor"], first["role"], first["kind"], first["id"]) == ("clerk", "clerk", "letter", letter["id"])
    (third, *_) = admin.read("/audit")["items"]
    assert (third["actor"], third["action"], third["kind"], third["detail"]["count"]) == ("admin", "list", "audit", 2)


def test_the_audit_is_narrowed_and_paged(clerk: Desk, admin: Desk, let_in: LetIn) -> None:
    letters = [clerk.deliver(body) for body in (LIFT, ROAD)]
    let_in("supervisor", "li").read(f"/letters/{letters[0]['id']}")
    assert told(admin, actor="li") == [("li", "view", letters[0]["id"])]
    assert told(admin, action="receive", id=letters[1]["id"]) == [("clerk", "receive", letters[1]["id"])]
    assert told(admin, kind="matter") == []
    assert told(admin, until="2020-01-01") == []
    assert len(told(admin, since="2020-01-01", kind="letter")) == 3
    seen, cursor = [], None
    while page := admin.read("/audit", kind="letter", limit=1, **({"cursor": cursor} if cursor else {})):
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one["id"] for one in seen] == [letters[0]["id"], letters[1]["id"], letters[0]["id"]]


@pytest.mark.parametrize("cursor", ["x", "e30", "标", "gAAAAA", base64.urlsafe_b64encode(b'{"before": 9}').decode()])
def test_a_cursor_of_somebody_else_is_refused(admin: Desk, cursor: str) -> None:
    assert_problem(admin.get("/audit", cursor=cursor), 422, "cursor")


@pytest.mark.parametrize("query", [{"action": "x" * 21}, {"action": "赵"}, {"since": "soon"}, {"limit": 0}])
def test_what_makes_no_sense_is_refused(admin: Desk, query: dict[str, Any]) -> None:
    assert_problem(admin.get("/audit", **query), 422, next(iter(query)))


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("admin", "discipline")])
def test_the_audit_is_for_admin_and_discipline_alone(let_in: LetIn, role: Role) -> None:
    reader = let_in(role, "somebody")
    answer = reader.get("/audit")
    assert_problem(answer, 404)
    assert answer.data == reader.get("/nowhere").data


def test_entries_about_accusations_are_for_discipline_alone(clerk: Desk, admin: Desk, let_in: LetIn) -> None:
    discipline = let_in("discipline")
    plain = clerk.deliver(LIFT)
    before = admin.get("/audit", kind="letter").data
    secret = clerk.deliver(BRIBE, accused=["环保局"])
    matter = discipline.read(f"/letters/{secret['id']}")["matter"]["id"]
    discipline.read(f"/matters/{matter}")
    discipline.read("/letters")
    assert admin.get("/audit", kind="letter").data == before
    seen = "\n".join(admin.get("/audit", **query).text for query in ({}, {"id": secret["id"]}, {"id": matter}))
    for mark in (secret["id"], matter, '"actor":"discipline"'):
        assert mark not in seen
    assert admin.get("/audit", id=secret["id"]).data == admin.get("/audit", id="0" * 26).data
    assert [one[1:] for one in told(discipline) if one[1] != "add"] == [
        ("list", ""),
        ("view", matter),
        ("view", secret["id"]),
        ("receive", secret["id"]),
        ("receive", plain["id"]),
    ]


def test_neither_cursors_nor_counts_tell_how_much_is_hidden(clerk: Desk, admin: Desk, let_in: LetIn) -> None:
    east = let_in("integrator", "east")
    for body in (LIFT, ROAD):
        clerk.deliver(body)
    east.deliver(BRIBE)
    east.read("/letters")
    page = admin.read("/audit", limit=1)
    assert (page["items"][0]["actor"], page["items"][0]["action"], page["items"][0]["detail"]) == ("east", "list", None)
    assert let_in("discipline").read("/audit", actor="east")["items"][0]["detail"] is None
    opened = base64.urlsafe_b64decode(page["next"] + "==")
    assert b"before" not in opened
    assert "number" not in json.dumps(page)


def test_reading_the_audit_is_refused_if_it_cannot_be_recorded(office: Office, admin: Desk) -> None:
    refuse_inserts(office.database, "audit")
    assert_problem(admin.get("/audit"), 503)
