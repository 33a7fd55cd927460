"""Accusations and other letters never meet: not in links, matters, decisions, events, errors or feedback."""

import json
from typing import Any

import pytest

from model.gathering import LINK_FROM
from service.caller import ROLES, Role
from service.decisions import Decider
from service.errors import NotFound
from service.feedback import feedback_pairs
from service.office import Office
from service.removal import transfer_letter
from tests.service.desk import (
    CLERK,
    LIFT,
    LIFT_AGAIN,
    QIAN,
    ROAD,
    WAGES,
    ZHAO,
    Desk,
    LetIn,
    assert_problem,
    contents,
    ids,
    stored_letter,
    take,
)  # fmt: skip

ACCUSED = {"accused": ["物业经理"]}
BLIND: list[Role] = [role for role in ROLES if role not in ("discipline", "integrator", "analyst")]
NOWHERE = "0" * 26


@pytest.fixture
def discipline(let_in: LetIn) -> Desk:
    return let_in("discipline")


@pytest.fixture
def plain(clerk: Desk) -> dict[str, Any]:
    return dict(clerk.deliver(LIFT, petitioner=ZHAO))


@pytest.fixture
def secret(discipline: Desk) -> dict[str, Any]:
    return dict(discipline.deliver(LIFT_AGAIN, petitioner=ZHAO, **ACCUSED))


def matter(letter: dict[str, Any]) -> str:
    return str(letter["matter"]["id"])


def calls_on(matter_id: str, letter_id: str, other_id: str) -> list[tuple[str, str, Any]]:
    """Return every call that decides, on a letter of a matter and with another matter."""
    return [
        ("POST", f"/matters/{matter_id}/links", {"letter": letter_id, "decision": "confirm"}),
        ("POST", f"/matters/{matter_id}/links", {"letter": letter_id, "decision": "reject"}),
        ("DELETE", f"/matters/{matter_id}/links/{letter_id}", None),
        ("POST", f"/matters/{matter_id}/merge", {"matter": other_id}),
        ("POST", f"/matters/{matter_id}/split", {"letters": [letter_id]}),
    ]


@pytest.mark.parametrize("role", [*BLIND, "discipline"])
def test_no_decision_crosses_the_wall_or_tells_of_it(
    office: Office, let_in: LetIn, plain: dict[str, Any], secret: dict[str, Any], role: Role
) -> None:
    reader = let_in(role, "somebody")
    before = contents(office.database)
    crossing = [*calls_on(matter(plain), secret["id"], matter(secret))]
    missing = [*calls_on(matter(plain), NOWHERE, NOWHERE)]
    if role != "discipline":
        crossing += calls_on(matter(secret), plain["id"], matter(plain))
        missing += calls_on(NOWHERE, plain["id"], matter(plain))
    for (method, path, content), (_, other_path, other_content) in zip(crossing, missing, strict=True):
        forbidden, unknown = (
            reader.call(method, at, json=sent) for at, sent in ((path, content), (other_path, other_content))
        )
        assert_problem(forbidden, 404)
        assert forbidden.data == unknown.data
    assert contents(office.database) == before


def test_discipline_decides_on_accusations_and_nobody_else_learns_of_it(
    office: Office, clerk: Desk, discipline: Desk, plain: dict[str, Any], secret: dict[str, Any]
) -> None:
    before = clerk.read(f"/matters/{matter(plain)}"), clerk.read("/letters"), clerk.read("/matters")
    other = discipline.deliver(WAGES, petitioner=ZHAO, **ACCUSED)
    answer = discipline.post(f"/matters/{matter(secret)}/links", {"letter": other["id"], "decision": "confirm"})
    assert answer.json
    assert ids(answer.json["letters"]) == [secret["id"], other["id"]]
    assert (clerk.read(f"/matters/{matter(plain)}"), clerk.read("/letters"), clerk.read("/matters")) == before
    with office.database.read() as connection:
        assert list(feedback_pairs(connection)) == []
        (pair,) = feedback_pairs(connection, restricted=True)
    assert {pair["a"]["id"], pair["b"]["id"]} == {secret["id"], other["id"]}


def seen_by(reader: Desk, letter_ids: list[str]) -> str:
    """Return all that a caller gets of lists, letters and their matters."""
    parts = [reader.get("/letters").text, reader.get("/matters").text]
    for letter_id in letter_ids:
        answer = reader.get(f"/letters/{letter_id}")
        parts += [answer.text, reader.get(f"/letters/{letter_id}/similar").text]
        if answer.status_code == 200:
            parts.append(reader.get(f"/matters/{(answer.json or {})['matter']['id']}").text)
    return "\n".join(parts)


def test_a_letter_that_turns_out_to_accuse_leaves_no_trace(office: Office, clerk: Desk, discipline: Desk) -> None:
    first = clerk.deliver(LIFT, petitioner=ZHAO)
    other = clerk.deliver(ROAD)
    secret = clerk.deliver(LIFT_AGAIN, petitioner=ZHAO)
    for letter in (secret, other):
        clerk.post(f"/matters/{matter(first)}/links", {"letter": letter["id"], "decision": "confirm"})
    with office.database.write() as connection:
        transfer_letter(connection, office.engine, secret["id"], restricted=True)
    seen = seen_by(clerk, [first["id"], other["id"]])
    hidden = discipline.read(f"/letters/{secret['id']}")
    assert secret["id"] not in seen
    assert matter(hidden) not in seen
    assert matter(hidden) != matter(first)
    assert hidden["matter"]["candidates"] == []
    assert ids(clerk.read(f"/matters/{matter(first)}")["letters"]) == [first["id"], other["id"]]
    with office.database.read() as connection:
        assert secret["id"] not in json.dumps(list(feedback_pairs(connection, restricted=True)))


def test_a_released_letter_is_linked_and_its_past_stays_hidden(
    office: Office, clerk: Desk, discipline: Desk, plain: dict[str, Any], secret: dict[str, Any]
) -> None:
    companion = discipline.deliver(f"{LIFT_AGAIN}谢谢。", petitioner=QIAN, **ACCUSED)
    assert matter(companion) == matter(secret)
    with office.database.write() as connection:
        transfer_letter(connection, office.engine, secret["id"], restricted=False)
    released = clerk.read(f"/letters/{secret['id']}")
    assert (matter(released), released["matter"]["verdict"]) == (matter(plain), "repeat")
    assert ids(released["matter"]["candidates"]) == [plain["id"]]
    seen = seen_by(clerk, [plain["id"], released["id"]])
    assert companion["id"] not in seen
    assert matter(secret) not in seen
    alone = discipline.read(f"/letters/{companion['id']}")["matter"]
    assert (alone["id"], alone["verdict"], alone["candidates"]) == (matter(secret), "first", [])
    again = take(office, LIFT, petitioner=ZHAO)
    assert again.row.matter_id == matter(plain)


def test_a_letter_transferred_twice_is_where_it_began(office: Office, plain: dict[str, Any]) -> None:
    for restricted in (True, True, False):
        with office.database.write() as connection:
            transfer_letter(connection, office.engine, plain["id"], restricted)
    vector = office.engine.vector(stored_letter("new", LIFT))
    assert vector is not None
    with office.database.read() as connection:
        office.engine.catch_up(connection)
    assert plain["id"] in office.engine.nearest(vector, False, 10, -1.0)
    assert office.engine.nearest(vector, True, 10, -1.0) == []


def test_who_is_not_there_cannot_be_transferred(office: Office) -> None:
    with office.database.write() as connection, pytest.raises(NotFound):
        transfer_letter(connection, office.engine, NOWHERE, restricted=True)


def test_one_writer_is_a_reason_to_compare_and_never_to_link(office: Office) -> None:
    """Letters of one person are compared however far apart they are, and linked only by what they say."""
    far = [take(office, body, petitioner=ZHAO, co_signers=[QIAN]).row for body in (LIFT, ROAD, WAGES)]
    assert len({row.matter_id for row in far}) == 3
    with office.database.read() as connection:
        views = [office.reader(connection, CLERK).letter(row.id) for row in far]
    for view in views:
        assert view.matter
        assert all(candidate.score >= LINK_FROM for candidate in view.matter.candidates)
        assert {candidate.id for candidate in view.matter.candidates}.isdisjoint({row.id for row in far})


def test_feedback_gives_standing_decisions_without_anybodys_data(office: Office) -> None:
    first, second, third = (
        take(office, body, petitioner=ZHAO, co_signers=[QIAN], received_at="2026-03-01").row
        for body in (LIFT, LIFT_AGAIN, ROAD)
    )
    with office.database.write() as connection:
        decider = Decider(connection, CLERK, office.keys)
        decider.confirm(first.matter_id, second.id, "told by 赵铁柱")
        decider.confirm(first.matter_id, second.id)
        decider.reject(first.matter_id, third.id)
        decider.undo(first.matter_id, third.id)
        decider.reject(first.matter_id, third.id)
        pairs = list(feedback_pairs(connection))
    told = {(frozenset((pair["a"]["id"], pair["b"]["id"])), pair["label"]) for pair in pairs}
    assert told == {
        (frozenset((first.id, second.id)), "same_matter"),
        (frozenset((first.id, third.id)), "related"),
        (frozenset((second.id, third.id)), "related"),
    }
    assert len(pairs) == 3
    assert next(pair["score"] for pair in pairs if pair["label"] == "same_matter") >= LINK_FROM
    assert "赵铁柱" not in json.dumps(pairs, ensure_ascii=False)
    assert all(pair["a"].keys() == pair["b"].keys() == {"id", "title", "body", "received_at"} for pair in pairs)
