"""Each automatic decision is on record: what it rested on, and what a person made of it."""

from typing import Any

import pytest
from sqlalchemy import event, select

from service.automatic import Judged, basis_of, record_automatic
from service.caller import ROLES, Caller, Role
from service.office import Office
from service.queries.letters import letters_by_id
from service.repeats import Delivery
from service.schemas.letters import letter_in
from service.tables import automatic_decisions, bases
from tests.service.desk import BRIBE, GATHERING, LIFT, LIFT_AGAIN, ROAD, WAGES, Desk, LetIn, assert_problem, count, take

KINDS = ["category", "group_visit", "compartment", "link"]


def decisions(desk: Desk, letter: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the latest decision of each kind on a letter."""
    return {one["kind"]: one for one in desk.read(f"/letters/{letter['id']}/decisions")["items"]}


def link(desk: Desk, letter: dict[str, Any]) -> tuple[Any, ...]:
    """Return who reviewed the latest link of a letter, how, and whether it is undone."""
    found = decisions(desk, letter)["link"]
    return found["reviewer"], found["decided"], found["undone"]


def test_a_letter_has_one_decision_of_each_kind(office: Office, clerk: Desk) -> None:
    letter = clerk.deliver(f"{LIFT}我们六十户{GATHERING}", received_at="2026-03-05")
    found = clerk.read(f"/letters/{letter['id']}/decisions")["items"]
    assert [one["kind"] for one in found] == KINDS
    category, visit, compartment, linked = (one["outcome"] for one in found)
    assert (category["code"], category["needs_review"]) == (
        letter["category"]["code"],
        letter["category"]["needs_review"],
    )
    assert visit == {"level": "warning", "score": letter["group_visit"]["score"]}
    assert compartment == {"restricted": False, "because": []}
    assert linked == {"matter": letter["matter"]["id"], "verdict": "first"}
    for one in found:
        assert (one["model"], one["reviewer"], one["decided"]) == (office.engine.analyser.version, None, None)
        assert one["thresholds"]["join"] > one["thresholds"]["link"]
        assert set(one["thresholds"]["category"]) >= {letter["category"]["code"]}
        assert len(one["dictionary"]) == len(one["input"]) == 64


def test_letters_of_one_model_share_what_they_rest_on(office: Office) -> None:
    for body in (LIFT, ROAD, WAGES):
        take(office, body)
    assert count(office.database, "bases") == 1
    assert count(office.database, "automatic_decisions") == 3 * len(KINDS)


def test_equal_texts_and_no_others_have_equal_hashes(office: Office) -> None:
    rows = [take(office, body, received_at=at).row for body, at in ((LIFT, "2026-03-01"), (LIFT, "2026-03-02"))]
    other = take(office, ROAD).row
    with office.database.read() as connection:
        found = connection.execute(select(automatic_decisions.c.letter_id, automatic_decisions.c.input_hash)).all()
    hashes = {letter: {row.input_hash for row in found if row.letter_id == letter} for letter, _ in found}
    assert hashes[rows[0].id] == hashes[rows[1].id] != hashes[other.id]
    assert all(len(one) == 1 for one in hashes.values())


def test_what_was_decided_anew_stands_beside_what_was_decided_before(office: Office, clerk: Desk) -> None:
    letter = clerk.deliver(LIFT)
    with office.database.write() as connection:
        row = letters_by_id(connection, [letter["id"]])[letter["id"]]
        basis = basis_of(office.engine.analyser)
        record_automatic(connection, office.keys, [Judged(row, basis)], kinds={"category"})
    found = clerk.read(f"/letters/{letter['id']}/decisions")["items"]
    assert [one["kind"] for one in found] == [*KINDS, "category"]


def test_what_a_person_decides_on_links_stands_beside_it(clerk: Desk, let_in: LetIn) -> None:
    first, second, third = (clerk.deliver(body) for body in (LIFT, LIFT_AGAIN, ROAD))
    li = let_in("supervisor", "li")
    matter = f"/matters/{first['matter']['id']}"
    li.post(f"{matter}/links", {"letter": second["id"], "decision": "confirm", "note": "同一处"})
    assert link(clerk, second) == ("li", "confirm", False)
    assert decisions(clerk, second)["link"]["note"] == "同一处"
    li.post(f"{matter}/links", {"letter": third["id"], "decision": "confirm"})
    assert link(clerk, third) == ("li", "confirm", True)
    clerk.call("DELETE", f"{matter}/links/{third['id']}")
    assert link(clerk, third) == ("clerk", "undo", False)
    clerk.post(f"{matter}/links", {"letter": second["id"], "decision": "reject"})
    assert link(clerk, second) == ("clerk", "reject", True)
    assert link(clerk, first) == (None, None, False)


def test_merge_and_split_and_their_undoing_review_every_letter_that_moved(clerk: Desk) -> None:
    first, second, third = (clerk.deliver(body) for body in (LIFT, ROAD, WAGES))
    matter = f"/matters/{first['matter']['id']}"
    for other in (second, third):
        clerk.post(f"{matter}/merge", {"matter": other["matter"]["id"]})
        assert link(clerk, other) == ("clerk", "merge", True)
    clerk.post(f"{matter}/split", {"letters": [second["id"], third["id"]]})
    assert [link(clerk, one) for one in (first, second, third)] == [
        (None, None, False),
        *[("clerk", "split", True)] * 2,
    ]
    clerk.call("DELETE", f"{matter}/links/{second['id']}")
    assert [link(clerk, one) for one in (second, third)] == [("clerk", "undo", False)] * 2


def test_corrections_stand_beside_what_they_correct(clerk: Desk) -> None:
    letter = clerk.deliver(LIFT)
    path = f"/letters/{letter['id']}"

    def correct(**wanted: Any) -> None:
        answer = clerk.call("PATCH", path, {"If-Match": "*"}, json=wanted)
        assert answer.status_code == 200, answer.text

    other = next(one["code"] for one in letter["category"]["alternatives"] if one["code"] != "discipline")
    correct(category={"code": other}, reason="明显")
    found = decisions(clerk, letter)
    assert (found["category"]["reviewer"], found["category"]["decided"]) == ("clerk", "correct")
    assert (found["category"]["note"], found["category"]["outcome"]["code"]) == ("明显", letter["category"]["code"])
    assert found["category"]["undone"]
    assert found["group_visit"]["decided"] is None
    correct(category=None)
    found = decisions(clerk, letter)
    assert (found["category"]["decided"], found["category"]["undone"]) == ("undo", False)
    correct(review="accepted")
    found = decisions(clerk, letter)
    assert [found[kind]["decided"] for kind in ("category", "group_visit")] == ["accept", "accept"]


def test_many_letters_of_one_delivery_need_no_more_statements(office: Office) -> None:
    said: list[str] = []
    event.listen(office.database.engine, "before_cursor_execute", lambda *given: said.append(given[2]))

    def statements(bodies: list[str]) -> int:
        said.clear()
        office.intake.take_all([delivery(body) for body in bodies])
        return sum("automatic_decisions" in one or "INTO audit" in one or "bases" in one for one in said)

    assert statements([LIFT]) == 4
    assert statements([f"{ROAD}{number}" for number in range(20)]) == 3


def delivery(body: str) -> Delivery:
    return Delivery(letter_in({"body": body}), Caller("office", "clerk"))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "discipline"])
def test_decisions_on_accusations_are_for_discipline_alone(let_in: LetIn, role: Role) -> None:
    reader = let_in(role, "somebody")
    secret = let_in("discipline").deliver(BRIBE, accused=["环保局"])
    forbidden, missing = (reader.get(f"/letters/{one}/decisions") for one in (secret["id"], "0" * 26))
    assert_problem(forbidden, 404)
    assert forbidden.data == missing.data
    found = decisions(let_in("discipline"), secret)["compartment"]["outcome"]
    assert found["restricted"] is True
    assert "accused" in found["because"]


def test_a_record_of_a_decision_holds_nobodys_data(office: Office) -> None:
    take(office, LIFT, petitioner={"name": "赵标记甲", "phone": "13877776666"}, accused=["孙标记丙"])
    with office.database.read() as connection:
        tables = [connection.execute(select(table)).all() for table in (automatic_decisions, bases)]
    assert all(tables)
    assert "标记" not in repr(tables)
