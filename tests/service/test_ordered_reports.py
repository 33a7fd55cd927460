"""Reports that are ordered: small ones at once, large ones by a job that survives a crash; for their orderer alone."""

import io
from typing import Any

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, update

from service import ordered_reports
from service.caller import Caller
from service.errors import NotFound
from service.jobs import FIRST_WAIT, LEASE, claim, enqueue
from service.office import Office
from service.periods import period_of
from service.rotation import rotate_storage_key
from service.schemas.reports import KEPT_FOR
from service.tables import letters, reports
from service.texts import text
from service.worker import Worker
from tests.service.desk import Desk, LetIn, assert_problem, count
from tests.service.ledger import put
from tests.service.rights import visit
from tests.service.test_jobs import Watch
from tests.service.web.test_imports import protected

EAST, WEST = "江州市东湖区", "江州市西山县"
TITLE = "三号楼电梯停运"


@pytest.fixture
def march(office: Office) -> Office:
    """Return an office with letters of March 2026, two of them of one matter."""
    for number in (1, 2):
        put(office, f"a{number}", f"2026-03-0{number}", matter="m-a", region=EAST, title=TITLE)
    put(office, "b1", "2026-03-03", region=WEST)
    put(office, "c1", "2025-06-03", region=WEST)
    return office


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every report that counts a letter be a large one."""
    monkeypatch.setattr(ordered_reports, "MOST_AT_ONCE", 0)


def order(desk: Desk, period: str = "2026-03", **given: Any) -> Any:
    answer = desk.post("/reports", {"period": period, **given})
    assert answer.status_code == 202, answer.text
    assert answer.json
    assert answer.headers["Location"] == f"/api/v1/reports/{answer.json['id']}"
    return answer.json


def work(office: Office) -> None:
    while Worker(office).run_one():
        pass


def told(report: Any) -> Any:
    return {name: value for name, value in report.items() if name != "made_at"}


@pytest.mark.usefixtures("march")
def test_a_small_report_is_ready_at_once_and_keeps_its_figures(office: Office, clerk: Desk) -> None:
    now = clerk.read("/reports/monthly", month="2026-03")
    made = order(clerk)
    assert (made["state"], made["period"], made["error"]) == ("done", "2026-03", None)
    put(office, "late", "2026-03-09")
    kept = clerk.read(f"/reports/{made['id']}/file")
    assert told(kept) == told(now)
    sheet = load_workbook(io.BytesIO(clerk.get(f"/reports/{made['id']}/file", format="xlsx").data), data_only=True)
    assert sheet[text("report.sheet_table")]["B6"].value == 3
    paper = clerk.get(f"/reports/{made['id']}/file", format="docx", paper="analysis")
    assert paper.headers["Content-Disposition"] == "attachment; filename=analysis-2026-03.docx"
    assert TITLE in "\n".join(paragraph.text for paragraph in Document(io.BytesIO(paper.data)).paragraphs)


@pytest.mark.usefixtures("march", "large")
@pytest.mark.parametrize("period", ["2026-03", "2026"])
def test_a_large_report_is_made_by_a_job(office: Office, clerk: Desk, period: str) -> None:
    made = order(clerk, period)
    assert made["state"] == "queued"
    assert_problem(clerk.get(f"/reports/{made['id']}/file"), 409, "report")
    assert order(clerk, period)["id"] == made["id"], "of equal ones that wait there is one"
    work(office)
    seen = clerk.read(f"/reports/{made['id']}")
    assert (seen["state"], seen["done"] + 1) == ("done", seen["total"])
    path, query = ("annual", {"year": "2026"}) if period == "2026" else ("monthly", {"month": period})
    assert told(clerk.read(f"/reports/{made['id']}/file")) == told(clerk.read(f"/reports/{path}", **query))
    assert order(clerk, period)["id"] != made["id"], "one that is made does not keep from a newer one"
    assert [one["state"] for one in clerk.read("/reports")["items"]] == ["queued", "done"]


@pytest.mark.usefixtures("march", "large")
def test_a_report_survives_a_process_that_dies_and_one_that_was_thought_dead(office: Office, clerk: Desk) -> None:
    made = order(clerk)["id"]
    watch = Watch()
    worker = Worker(office, clock=watch)
    slow = claim(office.database, worker.handlers, watch, worker._stopping)
    assert slow
    watch.pass_by(2 * LEASE)
    assert worker.run_one()
    first = clerk.get(f"/reports/{made}/file").data
    put(office, "late", "2026-03-09")
    worker._carry_out(slow)
    assert clerk.get(f"/reports/{made}/file").data == first
    assert count(office.database, "reports") == 1


@pytest.mark.usefixtures("march", "large")
def test_a_report_that_met_an_error_is_tried_again(
    office: Office, clerk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = order(clerk)["id"]
    watch = Watch()
    worker = Worker(office, clock=watch)
    with monkeypatch.context() as broken:
        broken.setattr(ordered_reports, "read_report", None)
        assert worker.run_one()
    assert clerk.read(f"/reports/{made}")["state"] == "queued"
    watch.pass_by(FIRST_WAIT)
    assert worker.run_one()
    assert clerk.read(f"/reports/{made}")["state"] == "done"


@pytest.mark.usefixtures("march", "large")
def test_a_report_can_be_cancelled(office: Office, clerk: Desk) -> None:
    made = order(clerk)["id"]
    answer = clerk.post(f"/reports/{made}/cancel", None)
    assert answer.json
    assert answer.json["state"] == "cancelled"
    work(office)
    assert_problem(clerk.get(f"/reports/{made}/file"), 409, "report")


@pytest.mark.usefixtures("march")
def test_only_who_ordered_a_report_sees_it_and_only_with_the_rights_of_then(app: Flask, office: Office) -> None:
    owner = Caller("li", "supervisor")
    made = ordered_reports.order(office, owner, period_of("2026-03"), None)
    strangers = [
        Caller("wang", "supervisor"),
        Caller("li", "supervisor", regions=(EAST,)),
        Caller("li", "supervisor", unit="住建局"),
        Caller("li", "discipline"),
    ]
    with office.database.read() as connection:
        assert ordered_reports.find(connection, owner, made).state == "done"
        for stranger in strangers:
            assert ordered_reports.page(connection, stranger, 10).items == []
            with pytest.raises(NotFound):
                ordered_reports.read(office, stranger, made, "json")
    other = visit(app, office, strangers[0])
    for way in ("", "/file"):
        answers = [
            other.client.get(f"/api/v1/reports/{one}{way}", headers={"Authorization": f"Bearer {other.token}"})
            for one in (made, "0" * 26)
        ]
        assert {(one.status_code, one.data) for one in answers} == {(404, answers[0].data)}
        assert other.browser.get(f"/reports/{made}{way}").status_code == 404


@pytest.mark.usefixtures("march", "large")
def test_the_job_counts_with_the_rights_of_who_ordered_it(office: Office) -> None:
    caller = Caller("zhao", "supervisor", regions=(WEST,))
    made = ordered_reports.order(office, caller, period_of("2026-03"), None)
    work(office)
    report = ordered_reports.read(office, caller, made, "json")
    assert (report.total.letters.value, [line.name for line in report.regions]) == (1, [WEST])


@pytest.mark.usefixtures("march")
def test_what_a_report_tells_is_encrypted_and_sealed_anew_with_a_new_key(office: Office, clerk: Desk) -> None:
    made = order(clerk)["id"]
    before = clerk.read(f"/reports/{made}/file")
    with office.database.read() as connection:
        (row,) = connection.execute(select(reports)).all()
    assert TITLE.encode() not in row.content
    newest = rotate_storage_key(office.database, office.keys, lambda _count: None)
    with office.database.read() as connection:
        assert connection.execute(select(reports.c.key)).scalar_one() == newest != row.key
    assert clerk.read(f"/reports/{made}/file") == before


@pytest.mark.usefixtures("march")
def test_a_matter_that_became_an_accusation_is_named_in_no_report_made_before(office: Office, clerk: Desk) -> None:
    made = order(clerk)["id"]
    assert TITLE in clerk.get(f"/reports/{made}/file").text
    with office.database.write() as connection:
        connection.execute(update(letters).where(letters.c.matter_id == "m-a").values(restricted=True))
    assert TITLE not in clerk.get(f"/reports/{made}/file").text


@pytest.mark.usefixtures("march")
def test_a_report_goes_after_thirty_days(office: Office, clerk: Desk) -> None:
    made = order(clerk)["id"]
    watch = Watch()
    for passes, status in ((KEPT_FOR / 2, 200), (KEPT_FOR, 404)):
        watch.pass_by(passes)
        with office.database.write() as connection:
            enqueue(connection, "jobs.tidy", {})
        assert Worker(office, clock=watch).run_one()
        assert clerk.get(f"/reports/{made}").status_code == status


@pytest.mark.usefixtures("march")
def test_orders_and_looks_are_recorded(clerk: Desk, let_in: LetIn) -> None:
    made = order(clerk)["id"]
    clerk.get(f"/reports/{made}/file", format="xlsx")
    entries = {one["action"]: one for one in let_in("admin").read("/audit")["items"]}
    assert (entries["order"]["id"], entries["order"]["detail"]) == (made, {"period": "2026-03", "restricted": None})
    assert entries["report"]["detail"] == {"period": "2026-03", "format": "xlsx", "restricted": None}


@pytest.mark.parametrize("period", ["2026-13", "2026-W03", "2026-03-05", "march", ""])
def test_what_is_no_month_or_year_cannot_be_ordered(clerk: Desk, period: str) -> None:
    assert_problem(clerk.post("/reports", {"period": period}), 422, "period")


@pytest.mark.usefixtures("march")
def test_the_page_keeps_a_small_report_and_lists_it(app: Flask, office: Office) -> None:
    li = visit(app, office, Caller("li", "supervisor"))
    form = {"csrf_token": li.form_token, "period": "2026-03"}
    answer = li.browser.post("/reports", data=form)
    assert answer.status_code == 303
    path = answer.headers["Location"]
    page = li.browser.get(path).text
    assert protected(page)
    assert f'href="{path}/file?format=xlsx"' in page
    assert "2026年3月信访统计表" in page
    assert f'href="{path}"' in li.browser.get("/reports").text
    file = li.browser.get(f"{path}/file?format=xlsx")
    assert load_workbook(io.BytesIO(file.data))[text("report.sheet_table")]["B6"].value == 3


@pytest.mark.usefixtures("march", "large")
def test_the_page_lets_a_large_report_be_made_followed_and_stopped(app: Flask, office: Office) -> None:
    li = visit(app, office, Caller("li", "supervisor"))
    page = li.browser.get("/reports?year=2026").text
    assert text("reports.many", period="2026") in page
    assert "<svg" not in page
    form = {"csrf_token": li.form_token, "period": "2026"}
    path = li.browser.post("/reports", data=form).headers["Location"]
    waiting = li.browser.get(path).text
    assert protected(waiting)
    assert "data-refresh" in waiting
    assert text("report_state.queued") in waiting
    li.browser.post(f"{path}/cancel", data=form)
    assert text("report_state.cancelled") in li.browser.get(path).text
    again = li.browser.post("/reports", data=form).headers["Location"]
    work(office)
    done = li.browser.get(again).text
    assert "data-refresh" not in done
    assert "2026年信访统计表" in done
