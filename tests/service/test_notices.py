import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from service.audit import lines
from service.office import Office
from service.paper import WORD, plain
from service.tables import audit
from tests.service.desk import BRIBE, LIFT, ZHAO, Desk, LetIn, assert_problem

NAMED = {**ZHAO, "address": "翠竹花园三号楼"}
SAID = "2026-03-02T09:00"


@pytest.fixture
def letter(clerk: Desk) -> dict[str, Any]:
    """Return a letter whose matter was routed, arrived and was accepted in March 2026."""
    found: dict[str, Any] = clerk.deliver(LIFT, title="电梯坏了两个月", petitioner=NAMED, received_at=SAID)
    for step, at, unit in (("routed", "2026-03-05", "区住建局"), ("arrived", "2026-03-06", None)):
        record(clerk, found, step, at, unit=unit)
    record(clerk, found, "accepted", "2026-03-10")
    return found


def record(desk: Desk, letter: dict[str, Any], step: str, at: str, **facts: Any) -> None:
    given = {"type": step, "at": at, **facts}
    assert desk.post(f"/matters/{letter['matter']['id']}/events", given).status_code == 201


def notice(desk: Desk, letter: dict[str, Any], kind: str = "accepted", **facts: Any) -> str:
    answer = desk.post(f"/matters/{letter['matter']['id']}/notices", {"kind": kind, "letter": letter["id"], **facts})
    assert answer.status_code == 200, answer.text
    assert answer.content_type == WORD
    assert answer.headers["Cache-Control"] == "no-store"
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.data)).paragraphs)


def test_a_notice_of_acceptance_says_what_follows(clerk: Desk, letter: dict[str, Any]) -> None:
    registration = clerk.read(f"/matters/{letter['matter']['id']}")["registration"]
    text = notice(clerk, letter)
    today = datetime.now(UTC) + timedelta(hours=8)
    assert text.startswith(f"信访事项受理告知书\n登记编号：{registration}\n赵**：\n")
    for said in ("2026年3月2日", "2026年3月10日", "第二十三条", "2026年5月9日前", "第三十四条", "30日内", "复查"):
        assert said in text
    assert text.endswith(f"区住建局\n{today.year}年{today.month}月{today.day}日")


def test_a_notice_of_routing_names_the_unit(clerk: Desk, letter: dict[str, Any]) -> None:
    text = notice(clerk, letter, "routed", unit="市信访局")
    assert text.startswith("信访事项转送告知书")
    assert "2026年3月5日转送区住建局处理" in text
    assert "市信访局\n" in text
    assert "（单位名称、印章）" in notice(clerk, letter, "routed")


def test_a_unit_with_a_long_name_signs_in_full(clerk: Desk, letter: dict[str, Any]) -> None:
    unit = "市信访局" * 125
    assert f"{unit}\n" in notice(clerk, letter, unit=unit)


def test_a_notice_of_non_acceptance_gives_reason_and_next_step(clerk: Desk) -> None:
    letter = clerk.deliver(LIFT, petitioner=NAMED, received_at=SAID)
    record(clerk, letter, "not_accepted", "2026-03-10", note="已经人民法院受理")
    text = notice(clerk, letter, "not_accepted")
    assert "不予受理" in text
    assert "理由：已经人民法院受理" in text
    assert "30日内" in text


def test_the_full_name_needs_a_reason_and_the_right(
    clerk: Desk, let_in: LetIn, office: Office, letter: dict[str, Any]
) -> None:
    assert "赵铁柱" not in notice(clerk, letter)
    assert "赵铁柱：" in notice(clerk, letter, reason="邮寄告知书")
    assert "赵**：" in notice(let_in("admin"), letter)
    wanted = {"kind": "accepted", "letter": letter["id"], "reason": "邮寄告知书"}
    assert_problem(let_in("admin").post(f"/matters/{letter['matter']['id']}/notices", wanted), 404)
    assert_problem(clerk.post(f"/matters/{letter['matter']['id']}/notices", wanted | {"reason": ""}), 422, "reason")
    with office.database.read() as connection:
        done = list(connection.execute(select(audit.c.actor, audit.c.action).where(audit.c.action != "view")))
        assert [tuple(row) for row in done if row.action in ("notice", "unmask")] == [
            ("clerk", "notice"), ("clerk", "notice"), ("clerk", "unmask"), ("admin", "notice"),
        ]  # fmt: skip
        assert "赵铁柱" not in str(list(lines(connection)))


def test_no_notice_is_owed_to_the_anonymous(clerk: Desk) -> None:
    letter = clerk.deliver(LIFT, received_at=SAID)
    record(clerk, letter, "accepted", "2026-03-10")
    wanted = {"kind": "accepted", "letter": letter["id"]}
    assert_problem(clerk.post(f"/matters/{letter['matter']['id']}/notices", wanted), 422, "letter_id")


@pytest.mark.parametrize("kind", ["not_accepted", "answered"])
def test_a_notice_tells_of_a_step_that_was_taken(clerk: Desk, letter: dict[str, Any], kind: str) -> None:
    wanted = {"kind": kind, "letter": letter["id"]}
    assert_problem(clerk.post(f"/matters/{letter['matter']['id']}/notices", wanted), 422, "kind")


def test_a_routing_without_a_unit_cannot_be_told(clerk: Desk) -> None:
    letter = clerk.deliver(LIFT, petitioner=NAMED, received_at=SAID)
    record(clerk, letter, "routed", "2026-03-05")
    wanted = {"kind": "routed", "letter": letter["id"]}
    assert_problem(clerk.post(f"/matters/{letter['matter']['id']}/notices", wanted), 422, "kind")


def test_who_sees_no_letter_gets_no_notice(let_in: LetIn, clerk: Desk, letter: dict[str, Any]) -> None:
    discipline = let_in("discipline")
    secret = discipline.deliver(BRIBE, accused=["孙某"], petitioner=NAMED, received_at=SAID)
    record(discipline, secret, "accepted", "2026-03-10")
    assert "受理告知书" in notice(discipline, secret)
    for matter, one in ((secret, secret), (letter, secret)):
        wanted = {"kind": "accepted", "letter": one["id"]}
        assert_problem(clerk.post(f"/matters/{matter['matter']['id']}/notices", wanted), 404)


def test_what_a_letter_says_controls_nothing(clerk: Desk) -> None:
    hostile = "{name} {0} <w:t>&amp;</w:t>\x07\x1b]]>\u202e\u200b第\n二行"
    letter = clerk.deliver(LIFT, title=hostile, petitioner={**NAMED, "name": "赵<w:p/>\x08{subject}"}, received_at=SAID)
    record(clerk, letter, "accepted", "2026-03-10", note="{registration}")
    text = notice(clerk, letter, reason="邮寄告知书", unit="局\x0c<x>")
    assert "“{name} {0} <w:t>&amp;</w:t>]]>第 二行”" in text
    assert "赵<w:p/>{subject}：" in text
    assert "局<x>" in text.replace("局 <x>", "局<x>")


def test_signs_that_control_are_left_out() -> None:
    assert plain("甲\x00\x1f\u202e\ufeff\n 乙\t丙\ud800") == "甲 乙 丙"
