"""The page of a matter: what it tells, and what people decide and record on it."""

import io
import re
from typing import Any

import pytest
from docx import Document
from flask import Flask

from service.caller import Caller, Role
from service.office import Office
from service.texts import text
from tests.service.desk import GATHERING, LIFT, LIFT_AGAIN, QIAN, ROAD, ZHAO, Desk, take
from tests.service.rights import Visitor, visit

ADDRESS = {"address": "锦绣家园三号"}


@pytest.fixture
def li(app: Flask, office: Office) -> Visitor:
    return visit(app, office, Caller("li", "clerk"))


def tag_on(page: str) -> str:
    found = re.search(r'name="tag" value="([^"]*)"', page)
    assert found
    return found[1].replace("&#34;", '"')


def post(visitor: Visitor, matter: str, form: str, follow: bool = True, **given: Any) -> Any:
    """Send a form of the page as it is now."""
    page = visitor.browser.get(f"/matters/{matter}").text
    sent = {"tag": tag_on(page), "csrf_token": visitor.form_token, **given}
    return visitor.browser.post(f"/matters/{matter}/{form}", data=sent, follow_redirects=follow)


def test_letters_and_events_stand_in_one_order_of_time(office: Office, clerk: Desk, li: Visitor) -> None:
    row = take(office, LIFT, title="电梯停运", received_at="2026-03-01").row
    take(office, LIFT_AGAIN, title="电梯又停", received_at="2026-03-08")
    steps = ({"type": "routed", "at": "2026-03-03", "unit": "区住建局"}, {"type": "accepted", "at": "2026-03-10"})
    for step in steps:
        clerk.post(f"/matters/{row.matter_id}/events", step)
    page = li.browser.get(f"/matters/{row.matter_id}").text
    course = page[page.index('<ol class="timeline">') :]
    said = ("电梯停运", "区住建局", "电梯又停", text("event.accepted"))
    assert [course.index(one) for one in said] == sorted(course.index(one) for one in said)


def test_only_possible_steps_are_offered(office: Office, li: Visitor) -> None:
    matter = take(office, LIFT).row.matter_id
    assert 'name="type" value="paused"' not in li.browser.get(f"/matters/{matter}").text
    page = post(li, matter, "events", type="accepted", note="属于职责").text
    assert text("done.step") in page
    assert 'name="type" value="paused"' in page
    assert 'name="type" value="accepted"' not in page
    assert "属于职责" in page


def test_a_step_is_taken_back(office: Office, clerk: Desk, li: Visitor) -> None:
    matter = take(office, LIFT).row.matter_id
    post(li, matter, "events", type="accepted")
    (number,) = (one["number"] for one in clerk.read(f"/matters/{matter}")["events"] if one["kind"] == "accepted")
    page = post(li, matter, "events", type="taken_back", event=number).text
    assert text("matter.void") in page
    assert clerk.read(f"/matters/{matter}")["status"] == "registered"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"type": "paused"}, "fault.type"),
        ({"type": "accepted", "at": "2099-01-01"}, "fault.at"),
        ({"type": "nonsense"}, "fault.type"),
        ({"type": "accepted", "note": "长" * 501}, "fault.note"),
        ({"type": "taken_back", "event": "1"}, "fault.event"),
        ({}, "fault.type"),
    ],
)
def test_what_makes_no_sense_is_said_in_plain_words(
    office: Office, clerk: Desk, li: Visitor, given: dict[str, Any], fault: str
) -> None:
    matter = take(office, LIFT).row.matter_id
    assert text(fault) in post(li, matter, "events", **given).text
    assert clerk.read(f"/matters/{matter}")["events"] == []


def test_a_decision_on_an_older_state_is_not_carried_out(office: Office, clerk: Desk, li: Visitor) -> None:
    matter = take(office, LIFT).row.matter_id
    tag = tag_on(li.browser.get(f"/matters/{matter}").text)
    clerk.post(f"/matters/{matter}/events", {"type": "accepted"})
    page = post(li, matter, "events", tag=tag, type="answered").text
    assert text("fault.stale") in page
    assert clerk.read(f"/matters/{matter}")["status"] == "accepted"


def test_letters_are_confirmed_rejected_and_taken_back(office: Office, clerk: Desk, li: Visitor) -> None:
    row, again = (take(office, body).row for body in (LIFT, LIFT_AGAIN))
    matter = row.matter_id
    assert text("done.confirm") in post(li, matter, "links", confirm=again.id, note="同一部电梯").text
    assert clerk.read(f"/letters/{again.id}")["matter"]["decision"] == "confirmed"
    assert text("done.reject") in post(li, matter, "links", reject=again.id).text
    assert clerk.read(f"/letters/{again.id}")["matter"]["id"] != matter
    page = post(li, matter, "undo", letter=again.id).text
    assert text("done.undo") in page
    assert clerk.read(f"/letters/{again.id}")["matter"] | {"candidates": []} == {
        "id": matter, "verdict": "joint", "decision": "confirmed", "candidates": [],
    }  # fmt: skip
    assert "同一部电梯" in page


def test_matters_are_merged_and_split(office: Office, clerk: Desk, li: Visitor) -> None:
    row, road = (take(office, body).row for body in (LIFT, ROAD))
    matter = row.matter_id
    assert text("done.merge") in post(li, matter, "merge", other=f" {road.matter_id} ", note="同一小区").text
    assert clerk.read(f"/letters/{road.id}")["matter"]["id"] == matter
    assert text("fault.letter_ids") in post(li, matter, "split").text
    assert text("done.split") in post(li, matter, "split", letters=[road.id]).text
    assert clerk.read(f"/letters/{road.id}")["matter"]["id"] not in (matter, road.matter_id)
    assert text("fault.matter_id") in post(li, matter, "merge", other=matter).text
    assert text("fault.other_matter") in post(li, matter, "merge", other="nowhere").text


def test_links_say_why_and_the_last_decision_can_be_undone(office: Office, clerk: Desk, li: Visitor) -> None:
    row, again = (take(office, body).row for body in (LIFT, LIFT_AGAIN))
    matter = row.matter_id
    post(li, matter, "split", letters=[again.id])
    links = clerk.read(f"/matters/{matter}/links")
    assert (links["inside"], links["undo"]["action"]) == ([], "split")
    post(li, matter, "undo", letter=links["undo"]["letter"])
    (inside, _) = clerk.read(f"/matters/{matter}/links")["inside"]
    assert (inside["letter"], inside["other"]) == (row.id, again.id)
    assert inside["reasons"]
    assert inside["score"] == clerk.read(f"/letters/{row.id}")["matter"]["candidates"][0]["score"]


def test_a_notice_is_a_word_document_without_the_full_name(office: Office, li: Visitor) -> None:
    row = take(office, LIFT, petitioner={**ZHAO, **ADDRESS}).row
    matter = row.matter_id
    assert text("matter.notice_make") not in li.browser.get(f"/matters/{matter}").text
    assert text("fault.kind") in post(li, matter, "notices", kind="accepted", letter=row.id).text
    post(li, matter, "events", type="accepted")
    answer = post(li, matter, "notices", kind="accepted", letter=row.id)
    lines = [paragraph.text for paragraph in Document(io.BytesIO(answer.data)).paragraphs]
    assert any(line.startswith("赵*") for line in lines)
    assert "铁柱" not in "".join(lines)
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_card_of_a_flag_names_nobody(office: Office, li: Visitor) -> None:
    row = take(office, f"{LIFT}我们六十户业主{GATHERING}召集人赵铁柱。", title="赵铁柱反映电梯", petitioner=ZHAO).row
    take(office, LIFT_AGAIN, petitioner=QIAN)
    page = li.browser.get(f"/matters/{row.matter_id}").text
    assert text("matter.flag") in page
    assert text("matter.action_answer") in page
    assert "铁柱" not in page


@pytest.mark.parametrize("role", ["clerk", "supervisor", "discipline", "admin"])
def test_a_matter_that_goes_to_another_unit_leads_back_to_the_list(app: Flask, office: Office, role: Role) -> None:
    row = take(office, LIFT).row
    whole = visit(app, office, Caller("boss", "supervisor"))
    post(whole, row.matter_id, "events", type="routed", unit="住建局")
    visitor = visit(app, office, Caller(role, role, unit="住建局"))
    answer = post(visitor, row.matter_id, "events", follow=False, type="routed", unit="交通局")
    assert answer.headers["Location"] == "/matters"
