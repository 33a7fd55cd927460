import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from service.office import Office
from service.tables import audit
from tests.service.desk import BRIBE, LIFT, ROAD, WAGES, ZHAO, Desk, LetIn, assert_problem


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_letters_come_as_a_file_with_the_filters_of_the_list(clerk: Desk, let_in: LetIn) -> None:
    first, second = clerk.deliver(LIFT, region="青山区", received_at="2026-03-01"), clerk.deliver(ROAD)
    supervisor = let_in("supervisor")
    answer = supervisor.get("/letters/export")
    assert answer.mimetype == "text/csv"
    assert "letters.csv" in answer.headers["Content-Disposition"]
    assert [row["id"] for row in table(answer)] == [second["id"], first["id"]]
    (row,) = table(supervisor.get("/letters/export", region="青山区"))
    assert (row["id"], row["body"], row["category"]) == (first["id"], LIFT, first["category"]["code"])
    assert (row["matter"], row["verdict"], row["review"]) == (first["matter"]["id"], "first", "pending")


def test_a_workbook_holds_the_same(clerk: Desk, let_in: LetIn) -> None:
    clerk.deliver(LIFT, title="电\x07梯")
    supervisor = let_in("supervisor")
    rows = list(load_workbook(io.BytesIO(supervisor.get("/letters/export", format="xlsx").data)).worksheets[0].values)
    plain = table(supervisor.get("/letters/export"))
    assert list(rows[0]) == list(plain[0])
    assert dict(zip(rows[0], rows[1], strict=True))["title"] == "电梯"
    assert len(rows) == 2


def test_no_cell_becomes_a_formula(clerk: Desk, let_in: LetIn) -> None:
    clerk.deliver(f"=HYPERLINK(1){LIFT}", title="@SUM(1)", external_id="+1")
    supervisor = let_in("supervisor")
    (row,) = table(supervisor.get("/letters/export"))
    assert (row["title"], row["external_id"], row["body"][:2]) == ("'@SUM(1)", "'+1", "'=")
    book = load_workbook(io.BytesIO(supervisor.get("/letters/export", format="xlsx").data))
    assert "f" not in {cell.data_type for line in book.worksheets[0] for cell in line}


def test_accusations_are_in_the_file_of_those_who_handle_them_only(clerk: Desk, let_in: LetIn) -> None:
    plain = clerk.deliver(LIFT)
    bribe = let_in("integrator", "east").deliver(BRIBE, accused=["李某"])
    assert [row["id"] for row in table(let_in("supervisor").get("/letters/export"))] == [plain["id"]]
    assert bribe["id"] in [row["id"] for row in table(let_in("discipline").get("/letters/export"))]


def test_who_wrote_is_not_in_the_file(clerk: Desk, let_in: LetIn) -> None:
    clerk.deliver(WAGES, petitioner=dict(ZHAO))
    text = let_in("supervisor").get("/letters/export").text
    assert not [value for value in (*ZHAO.values(), "赵*", "138****") if value in text]


@pytest.mark.parametrize("role", ["clerk", "analyst", "admin", "integrator"])
def test_others_take_no_file(let_in: LetIn, role: Any) -> None:
    assert_problem(let_in(role).get("/letters/export"), 404)


def test_a_file_is_recorded_with_its_filter_and_its_size(clerk: Desk, let_in: LetIn, office: Office) -> None:
    for body in (LIFT, ROAD):
        clerk.deliver(body, channel="web")
    let_in("supervisor").get("/letters/export", channel="web", region="赵铁柱")
    let_in("supervisor").get("/letters/export", channel="web")
    with office.database.read() as connection:
        rows = list(connection.execute(select(audit).where(audit.c.action == "export").order_by(audit.c.number)))
    assert [(row.actor, row.detail["count"]) for row in rows] == [("supervisor", 0), ("supervisor", 2)]
    assert rows[0].detail["filter"] == {"channel": "web", "region": "given", "format": "csv"}


def test_a_long_list_is_complete(clerk: Desk, let_in: LetIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.export.PAGE", 2)
    delivered = [clerk.deliver(body, received_at=f"2026-03-0{day}") for day, body in enumerate((LIFT, ROAD, WAGES), 1)]
    rows = table(let_in("supervisor").get("/letters/export"))
    assert [row["id"] for row in rows] == [letter["id"] for letter in reversed(delivered)]
