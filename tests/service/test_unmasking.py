import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from service.caller import Role
from service.office import Office
from service.tables import audit, letters
from tests.service.databases import content_of
from tests.service.desk import BRIBE, LIFT, QIAN, ROAD, ZHAO, Desk, LetIn, assert_problem

TITLE = "赵铁柱的信"
BODY = f"我叫赵铁柱，电话13812340000。{LIFT}"
WHY = {"reason": "回电核实赵铁柱的情况，13812340000"}


@pytest.mark.parametrize("role", ["clerk", "supervisor", "discipline"])
def test_the_original_is_shown_for_a_reason(let_in: LetIn, clerk: Desk, role: Role) -> None:
    letter = clerk.deliver(BODY, title=TITLE, petitioner=ZHAO, co_signers=["k-7"])
    assert (letter["title"], letter["body"][:6]) == ("赵**的信", "我叫赵**，")
    answer = let_in(role).post(f"/letters/{letter['id']}/unmask", WHY)
    assert answer.status_code == 200
    original: Any = answer.json
    assert (original["title"], original["body"]) == (TITLE, BODY)
    assert original["petitioners"][0] == {"key": None, **ZHAO, "address": None}
    assert original["petitioners"][1]["key"] == "k-7"
    assert (original["accused"] is None) == (role != "discipline")


def test_evidence_and_what_is_stored_are_of_the_masked_text(clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(BODY, title=TITLE, petitioner=ZHAO)
    text = f"{letter['title']}\n{letter['body']}"
    for passage in letter["category"]["evidence"]:
        assert text[passage["start"] : passage["end"]] == passage["text"]
    with office.database.read() as connection:
        row = connection.execute(select(letters)).one()
    assert (row.title, row.body) == (letter["title"], letter["body"])
    assert "赵铁柱" not in repr(tuple(row))


def test_unmasking_is_recorded_with_its_reason_masked(clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(BODY, petitioner=ZHAO)
    clerk.post(f"/letters/{letter['id']}/unmask", WHY)
    with office.database.read() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == "unmask")).all()
    assert [(row.actor, row.object_id, row.detail) for row in rows] == [
        ("clerk", letter["id"], {"reason": "回电核实赵**的情况，138****0000"})
    ]


NOTE = "赵铁柱来电13812340000，与钱多多同住"
OWN_NOTE = "钱多多来电13812340000"
NOTE_MASKED = "赵**来电138****0000，与钱**同住"


def test_notes_on_a_matter_hide_what_its_letters_tell(clerk: Desk, office: Office) -> None:
    first = clerk.deliver(LIFT, petitioner=ZHAO)
    second = clerk.deliver(ROAD, petitioner=QIAN)
    matter, other = first["matter"]["id"], second["matter"]["id"]
    clerk.correct(second["id"], review="accepted", reason=OWN_NOTE)
    clerk.post(f"/matters/{matter}/merge", {"matter_id": other, "note": NOTE})
    clerk.post(f"/matters/{matter}/events", {"type": "accepted", "note": NOTE})
    clerk.post(f"/matters/{matter}/links", {"letter_id": second["id"], "decision": "confirm", "note": NOTE})
    clerk.post(f"/matters/{matter}/split", {"letter_ids": [second["id"]], "note": NOTE})
    clerk.post(f"/matters/{matter}/links", {"letter_id": second["id"], "decision": "reject", "note": NOTE})
    told = clerk.read(f"/matters/{matter}")["events"]
    clerk.post(f"/letters/{second['id']}/restrict", {"reason": OWN_NOTE})
    stored = content_of(office.database)
    names = [str(ZHAO["name"]), str(QIAN["name"])]
    marks = [*names, *(json.dumps(name).strip('"') for name in names), "13812340000"]
    assert not [mark for mark in marks if mark.encode() in stored]
    assert {"merged", "accepted", "confirmed", "split", "rejected"} <= {
        event["kind"] for event in told if event["detail"].get("reason") == NOTE_MASKED
    }


def test_a_step_that_is_told_twice_with_its_note_is_recorded_once(clerk: Desk) -> None:
    matter = clerk.deliver(LIFT, petitioner=ZHAO)["matter"]["id"]
    step = {"type": "accepted", "at": datetime.now(UTC).isoformat(), "note": NOTE}
    assert [clerk.post(f"/matters/{matter}/events", step).status_code for _ in range(2)] == [201, 200]


@pytest.mark.parametrize("reason", [None, "", "   ", " ab ", 5, "x" * 501])
def test_a_reason_is_asked_for(clerk: Desk, reason: object) -> None:
    letter = clerk.deliver(BODY, petitioner=ZHAO)
    assert_problem(clerk.post(f"/letters/{letter['id']}/unmask", {"reason": reason}), 422, "reason")


@pytest.mark.parametrize("role", ["analyst", "admin", "integrator"])
def test_for_others_there_is_nothing(let_in: LetIn, role: Role) -> None:
    desk = let_in(role)
    letter = let_in("clerk", "li").deliver(BODY, petitioner=ZHAO)
    answer = desk.post(f"/letters/{letter['id']}/unmask", WHY)
    assert_problem(answer, 404)
    assert answer.data == desk.post("/letters/0/unmask", WHY).data


def test_the_original_of_an_accusation_is_missing_for_a_clerk(let_in: LetIn, clerk: Desk) -> None:
    letter = let_in("discipline").deliver(f"{BRIBE}王建国收钱。", petitioner=ZHAO, accused=["局长王建国"])
    assert letter["body"].endswith("王**收钱。")
    answer = clerk.post(f"/letters/{letter['id']}/unmask", WHY)
    assert_problem(answer, 404)
    assert answer.data == clerk.post("/letters/0/unmask", WHY).data
    original: Any = let_in("discipline").post(f"/letters/{letter['id']}/unmask", WHY).json
    assert original["accused"] == ["局长王建国"]
    assert original["body"].endswith("王建国收钱。")


def test_the_accused_stay_masked_for_a_clerk_where_a_letter_was_released(
    let_in: LetIn, clerk: Desk, office: Office
) -> None:
    letter = let_in("discipline").deliver(f"赵铁柱：{BRIBE}王建国收钱。", petitioner=ZHAO, accused=["王建国"])
    with office.database.write() as connection:
        connection.execute(letters.update().values(restricted=False))
    original: Any = clerk.post(f"/letters/{letter['id']}/unmask", WHY).json
    assert original["body"].startswith("赵铁柱")
    assert original["body"].endswith("王**收钱。")
    assert original["accused"] is None


def test_an_equal_letter_is_known_again_and_another_is_not(clerk: Desk) -> None:
    clerk.deliver(BODY, petitioner=ZHAO, external_id="A")
    assert clerk.post("/letters", {"body": BODY, "petitioner": ZHAO, "external_id": "A"}).status_code == 200
    changed = BODY.replace("13812340000", "13812350000")
    assert_problem(clerk.post("/letters", {"body": changed, "petitioner": ZHAO, "external_id": "A"}), 409)
