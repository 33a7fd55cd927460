import json

import pytest

from service.caller import ROLES, Role
from tests.service.desk import BRIBE, BRIBE_AGAIN, LIFT, LIFT_AGAIN, ZHAO, Desk, LetIn, assert_problem, ids

OTHERS: list[Role] = [role for role in ROLES if role not in ("discipline", "integrator")]
WITHHELD = ("title", "body", "channel", "addressee", "region", "petitioner", "category", "purpose", "route")


@pytest.fixture
def east(let_in: LetIn) -> Desk:
    """Return the integrator that delivers."""
    return let_in("integrator", "east")


def everything_of(reader: Desk, paths: list[str]) -> str:
    """Return all that a caller gets on these paths, and on lists in every filter."""
    queries: list[dict[str, str]] = [{}, {"category": "environment"}, {"review": "pending"}, {"level": "none"}]
    texts = [reader.get("/letters", **query).text for query in queries]
    return "\n".join([*texts, reader.get("/matters").text, *(reader.get(path).text for path in paths)])


@pytest.mark.parametrize("role", OTHERS)
def test_an_accusation_is_invisible(let_in: LetIn, east: Desk, role: Role) -> None:
    accusation = let_in("discipline").deliver(BRIBE, petitioner=ZHAO, external_id="secret-1")
    twin = east.deliver(BRIBE_AGAIN, petitioner=ZHAO)
    plain = east.deliver(LIFT, petitioner=ZHAO)
    reader = let_in(role, "somebody")
    paths = [f"/letters/{plain['id']}", f"/letters/{plain['id']}/similar", f"/matters/{plain['matter']['id']}"]
    seen = everything_of(reader, paths)
    for mark in (accusation["id"], accusation["matter"]["id"], twin["id"], "secret-1", BRIBE, BRIBE_AGAIN):
        assert mark not in seen
    missing = {path: reader.get(path.replace(accusation["id"], "0" * 26)) for path in paths_of(accusation)}
    for path, answer in missing.items():
        forbidden = reader.get(path)
        assert_problem(forbidden, 404)
        assert forbidden.data == answer.data


def paths_of(letter: dict[str, str]) -> list[str]:
    return [f"/letters/{letter['id']}", f"/letters/{letter['id']}/similar"]


@pytest.mark.parametrize("role", OTHERS)
def test_the_matter_of_an_accusation_looks_missing(let_in: LetIn, role: Role) -> None:
    accusation = let_in("discipline").deliver(BRIBE)
    reader = let_in(role, "somebody")
    forbidden = reader.get(f"/matters/{accusation['matter']['id']}")
    assert_problem(forbidden, 404)
    assert forbidden.data == reader.get("/matters/0").data
    assert forbidden.data == reader.get("/nowhere").data


def test_discipline_reads_accusations(let_in: LetIn) -> None:
    discipline = let_in("discipline")
    first = discipline.deliver(BRIBE, petitioner=ZHAO)
    again = discipline.deliver(BRIBE_AGAIN, petitioner=ZHAO)
    assert again["matter"]["id"] == first["matter"]["id"]
    assert again["matter"]["verdict"] == "repeat"
    assert ids(discipline.read("/letters")["items"]) == [again["id"], first["id"]]
    (similar,) = discipline.read(f"/letters/{again['id']}/similar")["items"]
    assert similar["letter"]["body"] == BRIBE
    assert len(discipline.read(f"/matters/{first['matter']['id']}")["letters"]) == 2


def test_who_delivers_an_accusation_does_not_read_it_back(clerk: Desk) -> None:
    accusation = clerk.deliver(BRIBE, external_id="A-1")
    assert accusation["external_id"] == "A-1"
    assert accusation["receipt"]["state"] == "received"
    assert all(accusation[name] is None for name in WITHHELD)
    assert accusation["matter"] is None
    assert accusation["group_visit"] is None
    assert clerk.read("/letters")["items"] == []
    assert_problem(clerk.get(f"/letters/{accusation['id']}"), 404)


def test_an_integrator_sees_its_accusation_withheld(east: Desk) -> None:
    delivered = east.deliver(BRIBE, external_id="A-1", received_at="2026-03-05T09:00:00+08:00", petitioner=ZHAO)
    (listed,) = east.read("/letters")["items"]
    assert listed == delivered == east.read(f"/letters/{delivered['id']}")
    assert (listed["external_id"], listed["receipt"]["state"]) == ("A-1", "received")
    assert all(listed[name] is None for name in WITHHELD)
    assert listed["matter"] is None
    assert listed["group_visit"] is None
    assert listed["clocks"] == []
    assert listed["warnings"] == []
    repeated = east.post("/letters", {"body": BRIBE, "external_id": "A-1", "petitioner": ZHAO,
                                      "received_at": "2026-03-05T09:00:00+08:00"})  # fmt: skip
    assert (repeated.status_code, repeated.json) == (200, delivered)


def test_filters_tell_nothing_of_a_withheld_letter(east: Desk) -> None:
    accusation = east.deliver(BRIBE)
    for query in ({"category": "environment"}, {"category": "labour"}, {"level": "none"}, {"level": "warning"}):
        assert ids(east.read("/letters", **query)["items"]) == [accusation["id"]]


def test_integrators_see_their_own_letters_only(let_in: LetIn, east: Desk) -> None:
    own = east.deliver(LIFT, petitioner=ZHAO, external_id="east-1")
    accusation = east.deliver(BRIBE)
    west = let_in("integrator", "west")
    repeat = west.deliver(LIFT_AGAIN, petitioner=ZHAO)
    assert ids(east.read("/letters")["items"]) == [accusation["id"], own["id"]]
    assert ids(west.read("/letters")["items"]) == [repeat["id"]]
    assert repeat["matter"]["candidates"] == []
    missing = west.get("/letters/0")
    for letter in (own, accusation):
        forbidden = west.get(f"/letters/{letter['id']}")
        assert_problem(forbidden, 404)
        assert forbidden.data == missing.data
    assert own["id"] not in json.dumps(west.read(f"/letters/{repeat['id']}"))


def test_an_integrator_sees_candidates_among_its_own(east: Desk) -> None:
    first = east.deliver(LIFT, petitioner=ZHAO)
    repeat = east.deliver(LIFT_AGAIN, petitioner=ZHAO)
    assert ids(repeat["matter"]["candidates"]) == [first["id"]]


def test_a_new_token_keeps_the_letters_of_its_name(let_in: LetIn, east: Desk) -> None:
    own = east.deliver(LIFT, external_id="A-1")
    renewed = let_in("integrator", "east")
    assert ids(renewed.read("/letters")["items"]) == [own["id"]]
    assert renewed.post("/letters", {"body": LIFT, "external_id": "A-1"}).status_code == 200


@pytest.mark.parametrize("role", ["integrator", "analyst"])
def test_matters_are_not_for_everybody(let_in: LetIn, clerk: Desk, role: Role) -> None:
    letter = clerk.deliver(LIFT)
    reader = let_in(role, "somebody")
    answers = [reader.get(path) for path in ("/matters", f"/matters/{letter['matter']['id']}", "/matters/0")]
    for answer in answers:
        assert_problem(answer, 404)
        assert answer.data == answers[0].data


def test_an_accusation_does_not_count_in_the_matter_of_others(let_in: LetIn, clerk: Desk) -> None:
    plain = clerk.deliver(LIFT, petitioner=ZHAO)
    before = clerk.read(f"/matters/{plain['matter']['id']}")
    let_in("discipline").deliver(f"{LIFT}业主们准备集体到市政府上访静坐。", accused=["物业经理"])
    assert clerk.read(f"/matters/{plain['matter']['id']}") == before
