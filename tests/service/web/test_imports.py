"""Files of letters by page: sent, looked at, given columns, imported, and what became of their rows."""

import io
import re
from typing import Any

import pytest
from flask import Flask

from service.caller import Caller
from service.office import Office
from service.queries.jobs import change_job
from service.tables import import_pieces
from service.texts import text
from tests.service.desk import LIFT, ROAD, Desk, assert_problem, count
from tests.service.rights import Visitor, visit
from tests.service.test_imports import errors, lines, seen, work
from tests.service.web.test_page_rights import Markup

TABLE = f"来文摘要,具体情况,来人,电话\n电梯,{LIFT},赵铁柱,13812340000\n道路,{ROAD},钱多多,13998760000\n,,孙某,\n"


@pytest.fixture
def li(app: Flask, office: Office) -> Visitor:
    return visit(app, office, Caller("li", "clerk"))


def send(visitor: Visitor, content: bytes, name: str = "letters.csv") -> Any:
    form = {"csrf_token": visitor.form_token, "file": (io.BytesIO(content), name)}
    return visitor.browser.post("/imports", data=form, content_type="multipart/form-data")


def sent(visitor: Visitor, content: bytes, name: str = "letters.csv") -> str:
    """Send a file and return the address of its import."""
    answer = send(visitor, content, name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def post(visitor: Visitor, path: str, **given: str) -> Any:
    return visitor.browser.post(path, data={"csrf_token": visitor.form_token, **given}, follow_redirects=True)


def protected(page: str) -> bool:
    """Say whether a page holds nothing that the policy would refuse, and every form of it the token."""
    markup = Markup(page)
    return markup.refused == [] and all("csrf_token" in form for form in markup.forms)


def test_a_file_waits_until_its_sender_has_said_what_its_columns_mean(office: Office, clerk: Desk, li: Visitor) -> None:
    path = sent(li, TABLE.encode())
    work(office)
    assert count(office.database, "letters") == 0
    page = li.browser.get(path).text
    assert [name for name in ("来文摘要", "具体情况", "来人", LIFT[:20]) if name not in page] == []
    assert not re.search("铁柱|13812340000", page)
    assert protected(page)
    answer = post(li, f"{path}/start", **{"column-0": "title", "column-1": "body", "column-2": "name"})
    assert protected(answer.text)
    assert text("import_state.queued") in answer.text
    work(office)
    assert text("import_state.done") in li.browser.get(path).text
    stored = {letter["title"]: letter["petitioner"] for letter in clerk.read("/letters")["items"]}
    assert stored == {"电梯": "赵**", "道路": "钱**"}


def test_usual_headings_are_chosen_beforehand(li: Visitor) -> None:
    page = li.browser.get(sent(li, f"标题,内容,备注\n电梯,{LIFT},无\n".encode("gb18030"))).text
    assert re.findall(r'<option value="(\w+)" selected>', page) == ["title", "body"]


def test_without_a_column_of_letters_nothing_starts(office: Office, li: Visitor) -> None:
    path = sent(li, TABLE.encode())
    assert text("fault.columns") in post(li, f"{path}/start", **{"column-0": "region"}).text
    assert text("fault.columns") in post(li, f"{path}/start", **{"column-0": "body", "column-1": "body"}).text
    assert text("fault.columns") in post(li, f"{path}/start", **{"column-0": "body", "column-1": "nonsense"}).text
    work(office)
    assert count(office.database, "letters") == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.csv"), (b"x", "a.pdf"), (b"x", "a.xlsx"), (b"\xff\xff\xff", "a.csv"), (b"", "")],
)
def test_what_cannot_be_read_is_said_at_once_and_not_kept(
    office: Office, li: Visitor, content: bytes, name: str
) -> None:
    answer = send(li, content, name)
    assert text("fault.file") in li.browser.get(answer.headers["Location"]).text
    assert count(office.database, "imports") == 0


def test_what_was_refused_is_named_and_can_be_downloaded(office: Office, li: Visitor) -> None:
    path = sent(li, lines({"body": LIFT}, {"body": ROAD, "received_at": "标记"}), "a.jsonl")
    post(li, f"{path}/start")
    work(office)
    page = li.browser.get(path).text
    assert text("import_fault.received_at") in page
    file = li.browser.get(f"{path}/errors")
    assert file.text.splitlines()[1].startswith(f"2,{text('import_field.received_at')},")
    assert "标记" not in file.text


def test_an_import_is_cancelled_and_its_file_deleted(office: Office, li: Visitor) -> None:
    path = sent(li, TABLE.encode())
    assert text("import_state.cancelled") in post(li, f"{path}/cancel").text
    assert text("fault.import") in post(li, f"{path}/start", **{"column-0": "body"}).text
    assert count(office.database, import_pieces.name) == 0


def test_only_its_sender_and_overseers_see_an_import(app: Flask, office: Office, li: Visitor) -> None:
    path = sent(li, TABLE.encode())
    other, boss = (visit(app, office, Caller(role, role)) for role in ("clerk", "supervisor"))
    assert path in li.browser.get("/imports").text
    assert path not in other.browser.get("/imports").text
    assert path in boss.browser.get("/imports").text
    assert other.browser.get(path).status_code == post(other, f"{path}/start").status_code == 404


def form(columns: str, content: bytes) -> bytes:
    head = 'Content-Disposition: form-data; name="file"; filename="a.csv"'
    said = f'--x\r\nContent-Disposition: form-data; name="columns"\r\n\r\n{columns}\r\n'
    return f"{said}--x\r\n{head}\r\n\r\n".encode() + content + b"\r\n--x--\r\n"


def test_the_api_takes_columns_as_well(office: Office, clerk: Desk) -> None:
    kind = "multipart/form-data; boundary=x"
    body = form('{"来文摘要": "title", "具体情况": "body", "来人": "name", "电话": null}', TABLE.encode())
    answer = clerk.call("POST", "/imports", data=body, content_type=kind)
    assert answer.status_code == 202, answer.text
    work(office)
    assert answer.json
    assert seen(clerk, answer.json["id"]) == ("done", 2, 0, 1)
    assert [row[:2] for row in errors(clerk, answer.json["id"])[1:]] == [["3", "body"]]
    for wrong in ('{"来文摘要": "nonsense"}', '{"来文摘要": "title", "来人": "title"}', "[1]"):
        assert_problem(clerk.call("POST", "/imports", data=form(wrong, TABLE.encode()), content_type=kind), 422)


def test_a_file_that_nobody_starts_is_deleted_after_an_hour(office: Office, clerk: Desk, li: Visitor) -> None:
    path = sent(li, TABLE.encode())
    import_id = path.rpartition("/")[2]
    assert clerk.read("/imports") == {"items": [], "next": None}
    with office.database.write() as connection:
        change_job(connection, import_id, {"run_after": "2026-01-01"})
    work(office)
    assert text("import_state.cancelled") in li.browser.get(path).text
    assert count(office.database, import_pieces.name) == 0
