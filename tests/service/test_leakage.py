"""No way leads to an accusation for who lacks the right, nor tells that there is one."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from service.caller import ROLES, Caller, Role
from service.importer import Source, import_rows
from service.office import Office
from tests.service.desk import (
    BRIBE,
    BRIBE_AGAIN,
    LIFT,
    LIFT_AGAIN,
    QIAN,
    ROAD,
    ZHAO,
    Desk,
    LetIn,
    assert_problem,
    ids,
)

NOWHERE = "0" * 26
ACCUSED = "物业公司"
WHY = {"reason": "误判"}
# Who may not know, by role and name: the last one may read accusations, but not those of itself.
BLIND: list[tuple[Role, str]] = [
    *((role, "somebody") for role in ROLES if role not in ("discipline", "integrator", "analyst")),
    ("discipline", ACCUSED),
]
LISTS = ["/letters", "/matters", "/hot-issues", "/audit"]
FILTERS: list[dict[str, str]] = [
    {},
    {"limit": "1"},
    {"restricted": "true"},
    {"restricted": "false"},
    {"category": "discipline"},
    {"review": "pending"},
    {"level": "none"},
    {"since": "2020-01-01"},
    {"text": "电梯"},
    {"text": "谢谢"},
]


def calls(letter: str, matter: str, other: str) -> list[tuple[str, str, Any]]:
    """Return every call that names a letter and its matter; `other` is a matter that the caller may see."""
    reads = [f"/letters/{letter}{part}" for part in ("", "/similar", "/decisions")]
    return [
        *(("GET", path, None) for path in (*reads, f"/matters/{matter}")),
        ("PATCH", f"/letters/{letter}", {"review": "accepted"}),
        ("POST", f"/letters/{letter}/unmask", {"reason": "需要电话回访信访人"}),
        ("POST", f"/letters/{letter}/release", WHY),
        ("POST", f"/letters/{letter}/restrict", WHY),
        ("POST", f"/matters/{matter}/links", {"letter": letter, "decision": "confirm"}),
        ("POST", f"/matters/{other}/links", {"letter": letter, "decision": "reject"}),
        ("DELETE", f"/matters/{matter}/links/{letter}", None),
        ("DELETE", f"/matters/{other}/links/{letter}", None),
        ("POST", f"/matters/{other}/merge", {"matter": matter}),
        ("POST", f"/matters/{matter}/merge", {"matter": other}),
        ("POST", f"/matters/{other}/split", {"letters": [letter]}),
        ("POST", f"/matters/{matter}/split", {"letters": [letter]}),
        ("POST", f"/matters/{matter}/events", {"type": "routed"}),
        ("POST", f"/matters/{matter}/notices", {"kind": "routed", "letter": letter}),
    ]


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """Collect every statement that the database is asked."""
    said: list[str] = []

    def hear(*given: Any) -> None:
        said.append(given[2])

    event.listen(office.database.engine, "before_cursor_execute", hear)
    yield said
    event.remove(office.database.engine, "before_cursor_execute", hear)


@pytest.fixture
def plain(clerk: Desk) -> dict[str, Any]:
    """Return a letter that everybody of the office may see, with another one in its matter."""
    first = clerk.deliver(LIFT, petitioner=ZHAO, received_at="2026-03-01")
    clerk.deliver(f"{LIFT}谢谢。", petitioner=QIAN, received_at="2026-03-02")
    return dict(clerk.read(f"/letters/{first['id']}"))


def accuse(let_in: LetIn) -> dict[str, Any]:
    """Deliver two accusations of one matter, which say what everybody's letters say, newer and older than these."""
    discipline = let_in("discipline", "周正")
    first = discipline.deliver(LIFT_AGAIN, petitioner=ZHAO, accused=[ACCUSED], received_at="2026-03-03")
    discipline.deliver(f"{LIFT_AGAIN}谢谢。", petitioner=QIAN, accused=[ACCUSED], received_at="2026-02-03")
    return dict(first)


@pytest.mark.parametrize(("role", "name"), BLIND)
def test_everything_is_as_if_there_were_no_accusation(
    let_in: LetIn, plain: dict[str, Any], role: Role, name: str
) -> None:
    reader = let_in(role, name)
    letter, matter = plain["id"], plain["matter"]["id"]
    paths = [f"/letters/{letter}{part}" for part in ("", "/similar", "/decisions")]
    before = seen(reader, [*paths, f"/matters/{matter}"])
    secret = accuse(let_in)
    after = seen(reader, [*paths, f"/matters/{matter}"])
    assert after == before
    assert not any(mark in str(after) for mark in (secret["id"], secret["matter"]["id"]))


def seen(reader: Desk, paths: list[str]) -> dict[str, Any]:
    """Return all that a caller gets: bodies, tags of states and cursors, without the times of answering."""
    found: dict[str, Any] = {}
    for path in LISTS[:3]:
        for query in FILTERS:
            answer = reader.get(path, **query)
            content = answer.json or {}
            found[f"{path} {query}"] = (answer.status_code, content.get("items"), content.get("next"))
    for path in paths:
        answer = reader.get(path)
        content = {name: value for name, value in (answer.json or {}).items() if name != "request_id"}
        found[path] = (answer.status_code, content, answer.headers.get("ETag"))
    return found


@pytest.mark.parametrize(("role", "name"), BLIND)
def test_forbidden_and_missing_answer_alike_after_the_same_queries(
    office: Office, let_in: LetIn, plain: dict[str, Any], role: Role, name: str
) -> None:
    secret = accuse(let_in)
    reader = let_in(role, name)
    # The first use of a token in a day is noted.
    reader.read("/letters")
    other = plain["matter"]["id"]
    hidden, unknown = calls(secret["id"], secret["matter"]["id"], other), calls(NOWHERE, NOWHERE, other)
    for (method, path, sent), (_, nowhere, nothing) in zip(hidden, unknown, strict=True):
        with statements(office) as asked_of_hidden:
            forbidden = reader.call(method, path, {"If-Match": "*"}, json=sent)
        with statements(office) as asked_of_nothing:
            missing = reader.call(method, nowhere, {"If-Match": "*"}, json=nothing)
        assert_problem(forbidden, 404)
        assert forbidden.data == missing.data
        assert asked_of_hidden == asked_of_nothing, f"{method} {path}"


@pytest.mark.parametrize(("role", "name"), BLIND)
def test_cursors_hold_what_the_caller_sees_and_nothing_else(
    let_in: LetIn, plain: dict[str, Any], role: Role, name: str
) -> None:
    accuse(let_in)
    reader = let_in(role, name)
    for path in ("/letters", "/matters"):
        page = reader.read(path, limit=1)
        if page["next"]:
            opened = json.loads(base64.urlsafe_b64decode(page["next"] + "=="))
            assert opened[1] == page["items"][0]["id"]
    assert ids(reader.read("/matters")["items"]) == [plain["matter"]["id"]]


@pytest.mark.parametrize("role", ["admin", "discipline"])
def test_the_audit_tells_nothing_of_accusations(let_in: LetIn, role: Role) -> None:
    reader = let_in(role, ACCUSED)
    secret = accuse(let_in)
    zhou = let_in("discipline", "周正")
    for path in (f"/letters/{secret['id']}", f"/matters/{secret['matter']['id']}", "/letters"):
        zhou.read(path)
    for query in ({}, {"id": secret["id"]}, {"id": secret["matter"]["id"]}, {"kind": "letter"}):
        text = reader.get("/audit", **query).text
        assert secret["id"] not in text
        assert secret["matter"]["id"] not in text
    lists = [one for one in reader.read("/audit", action="list")["items"] if one["actor"] == "周正"]
    assert all(one["detail"] is None for one in lists)


def test_keys_of_another_deliverer_tell_nothing(let_in: LetIn) -> None:
    body = {"body": LIFT, "external_id": "1", "accused": [ACCUSED]}
    let_in("discipline", "周正").post("/letters", body, Idempotency_Key="k")
    answers = [
        let_in("clerk").post("/letters", {"body": ROAD, "external_id": "1"}, Idempotency_Key="k"),
        let_in("integrator", "east").post("/letters", {"body": ROAD, "external_id": "1"}, Idempotency_Key="k"),
    ]
    assert [answer.status_code for answer in answers] == [201, 201]


def test_a_conflict_tells_a_deliverer_of_its_own_letter_alone(clerk: Desk) -> None:
    restricted, plain = (
        clerk.deliver(body, external_id=key, accused=accused)
        for body, key, accused in ((LIFT, "1", [ACCUSED]), (LIFT, "2", None))
    )
    conflicts = [clerk.post("/letters", {"body": ROAD, "external_id": key}).json or {} for key in ("1", "2")]
    told = [
        json.dumps({**conflict, "request_id": None}, ensure_ascii=False).replace(letter["id"], "ID").replace(key, "KEY")
        for conflict, letter, key in zip(conflicts, (restricted, plain), ("'1'", "'2'"), strict=True)
    ]
    assert told[0] == told[1]


def test_the_outcome_of_an_import_does_not_tell_accusations_apart(office: Office, tmp_path: Path) -> None:
    outcomes = []
    for name, accused in (("plain", None), ("secret", [ACCUSED])):
        file = tmp_path / f"{name}.jsonl"
        lines = [{"body": f"{body}{name}", "accused": accused} for body in (LIFT, ROAD)]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        outcomes.append(list(import_rows(office.intake, Source.of(file), Caller("office", "clerk"))))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(("role", "name"), BLIND)
def test_hot_issues_count_no_accusation(let_in: LetIn, role: Role, name: str) -> None:
    reader, discipline = let_in(role, name), let_in("discipline", "周正")
    before = reader.read("/hot-issues")["items"]
    for number in range(6):
        body = BRIBE if number % 2 else BRIBE_AGAIN
        discipline.deliver(f"{body}第{number}人。", petitioner=f"p{number}", accused=[ACCUSED], region="云河县")
    assert reader.read("/hot-issues")["items"] == before


def test_public_numbers_count_nothing_that_is_done_with_accusations(
    client: FlaskClient, let_in: LetIn, clerk: Desk
) -> None:
    plain = clerk.deliver(LIFT)
    secret = accuse(let_in)
    before = client.get("/metrics").text
    for desk, letter, action in ((let_in("discipline"), secret, "release"), (clerk, plain, "restrict")):
        assert desk.post(f"/letters/{letter['id']}/{action}", WHY).status_code == 200
    assert counted(client.get("/metrics").text) == counted(before)


def counted(text: str) -> list[str]:
    """Return the public numbers, without those of asking for them."""
    return [line for line in text.splitlines() if line.startswith("hongyan_") and "/metrics" not in line]
