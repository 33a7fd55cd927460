"""Imports over HTTP: a file becomes letters in the background, each row once, whatever happens in between."""

import csv
import io
import json
import logging
import zipfile
from collections.abc import Iterable
from random import Random
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse as Answer

from service import importer, uploads
from service.importer import Outcome
from service.jobs import LEASE, claim, utc_now
from service.office import Office
from service.queries import imports as queries
from service.tables import import_pieces, jobs, letters
from service.worker import Worker
from tests.service.desk import BRIBE, LIFT, ROAD, WAGES, Desk, LetIn, assert_problem, count
from tests.service.test_jobs import Watch

SECRET = "赵标记甲"


def lines(*records: object) -> bytes:
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode()


def send(desk: Desk, content: bytes, name: str = "letters.jsonl", key: str | None = None) -> Answer:
    # The client of the tests would put a large form into a file of its own.
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--x--\r\n"
    headers = {"Idempotency-Key": key} if key is not None else {}
    return desk.call("POST", "/imports", headers=headers, data=body, content_type="multipart/form-data; boundary=x")


def sent(desk: Desk, content: bytes, name: str = "letters.jsonl", key: str | None = None) -> str:
    answer = send(desk, content, name, key)
    assert answer.status_code == 202, answer.text
    assert answer.json
    assert answer.headers["Location"] == f"/api/v1/imports/{answer.json['id']}"
    return str(answer.json["id"])


def work(office: Office) -> None:
    worker = Worker(office)
    while worker.run_one():
        pass


def seen(desk: Desk, import_id: str) -> Any:
    found = desk.read(f"/imports/{import_id}")
    return found["state"], found["stored"], found["known"], found["refused"]


def errors(desk: Desk, import_id: str) -> list[list[str]]:
    answer = desk.get(f"/imports/{import_id}/errors")
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))


def kept(office: Office, column: Any) -> list[Any]:
    with office.database.read() as connection:
        return list(connection.execute(select(column)).scalars())


def numbered(number: int) -> list[dict[str, str]]:
    """Return letters that are about nothing, and so about nothing in common."""
    return [{"body": "".join(map(chr, Random(one).choices(range(0x4E00, 0x9FA5), k=30)))} for one in range(number)]  # noqa: S311


def test_a_file_becomes_letters_and_named_rows(clerk: Desk, office: Office) -> None:
    content = lines(
        {"body": LIFT}, {"body": ""}, {"body": ROAD}, {"body": WAGES, "received_at": SECRET}, {"body": LIFT}
    )
    made = sent(clerk, content)
    assert seen(clerk, made) == ("queued", 0, 0, 0)
    work(office)
    found = clerk.read(f"/imports/{made}")
    assert seen(clerk, made) == ("done", 3, 0, 2)
    assert (found["done"], found["total"], found["error"]) == (5, 5, None)
    assert [row[:2] for row in errors(clerk, made)] == [["row", "field"], ["2", "body"], ["4", "received_at"]]
    assert SECRET not in clerk.get(f"/imports/{made}/errors").text
    assert count(office.database, "letters") == 3


def spreadsheet(rows: Iterable[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_sheet_and_a_csv_in_gb18030_become_letters(clerk: Desk, office: Office) -> None:
    rows = (["标题", "内容", "姓名"], ["电梯", LIFT, "赵某"], ["道路", ROAD, ""])
    sheet = sent(clerk, spreadsheet(rows), "信件.XLSX")
    table = sent(clerk, f"标题,内容\n工资,{WAGES}\n".encode("gb18030"), "../../etc/passwd.csv")
    work(office)
    assert seen(clerk, sheet) == ("done", 2, 0, 0)
    assert seen(clerk, table) == ("done", 1, 0, 0)


@pytest.mark.parametrize("people", ["姓名,电话", "信访人,电话", "信访人,联系电话", "petitioner,phone"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_who_wrote_is_sealed_and_masked_under_every_heading(
    clerk: Desk, office: Office, people: str, ending: str
) -> None:
    body = f"我叫{SECRET}，电话13812340000。{LIFT}"
    sheet = [["内容", *people.split(",")], [body, SECRET, "13812340000"]]
    content = spreadsheet(sheet) if ending == "xlsx" else "\n".join(map(",".join, sheet)).encode()
    made = sent(clerk, content, f"letters.{ending}")
    work(office)
    assert seen(clerk, made) == ("done", 1, 0, 0)
    (letter,) = clerk.read("/letters")["items"]
    assert letter["petitioner"] == "赵*** 138****0000"
    assert letter["body"] == body.replace(SECRET, "赵***").replace("13812340000", "138****0000")
    unmasked = clerk.post(f"/letters/{letter['id']}/unmask", {"reason": "回电核实情况"}).json
    assert unmasked
    assert (unmasked["body"], unmasked["petitioners"][0]["name"]) == (body, SECRET)


def test_a_letter_under_the_heading_of_its_writer_is_owed_a_notice(clerk: Desk, office: Office) -> None:
    sent(clerk, f"内容,信访人,住址\n{LIFT},{SECRET},翠竹路12号\n".encode(), "letters.csv")
    work(office)
    (letter,) = clerk.read("/letters")["items"]
    matter = f"/matters/{letter['matter']['id']}"
    assert clerk.post(f"{matter}/events", {"type": "accepted", "unit": "区住建局"}).status_code == 201
    assert clerk.post(f"{matter}/notices", {"kind": "accepted", "letter_id": letter["id"]}).status_code == 200


def test_what_was_sent_is_kept_encrypted_and_then_not_at_all(clerk: Desk, office: Office) -> None:
    sent(clerk, lines({"body": LIFT, "petitioner": {"name": SECRET}}))
    (sealed,) = kept(office, import_pieces.c.content)
    assert SECRET.encode() in office.keys.unseal(sealed)
    assert SECRET.encode() not in sealed
    work(office)
    assert kept(office, import_pieces.c.content) == []


def test_the_same_file_under_the_same_key_is_one_import(clerk: Desk, let_in: LetIn, office: Office) -> None:
    content = lines({"body": LIFT})
    made = sent(clerk, content, key="k")
    assert sent(clerk, content, key="k") == made
    work(office)
    assert sent(clerk, content, key="k") == made
    assert_problem(send(clerk, lines({"body": ROAD}), key="k"), 409, "Idempotency-Key")
    assert_problem(send(clerk, content, "letters.csv", key="k"), 409, "Idempotency-Key")
    assert sent(let_in("clerk", "li"), content, key="k") != made
    assert count(office.database, "letters") == 1


def test_an_empty_key_is_none(clerk: Desk) -> None:
    assert sent(clerk, lines({"body": LIFT}), key="") != sent(clerk, lines({"body": ROAD}), key="")
    letters = [clerk.post("/letters", {"body": body}, Idempotency_Key="") for body in (LIFT, ROAD)]
    assert [letter.status_code for letter in letters] == [201, 201]


def test_the_same_file_again_stores_nothing_twice(clerk: Desk, office: Office) -> None:
    first, second = (sent(clerk, lines(*numbered(3))) for _ in range(2))
    work(office)
    assert [seen(clerk, one) for one in (first, second)] == [("done", 3, 0, 0), ("done", 0, 3, 0)]
    assert count(office.database, "letters") == 3


def test_only_who_sent_it_and_who_oversees_sees_an_import(let_in: LetIn, office: Office) -> None:
    east, west = let_in("integrator", "east"), let_in("integrator", "west")
    made = sent(east, lines({"body": ""}))
    work(office)
    for stranger in (west, let_in("clerk"), let_in("discipline")):
        missing = stranger.get("/imports/0")
        for method, path in (("GET", ""), ("GET", "/errors"), ("POST", "/cancel")):
            answer = stranger.call(method, f"/imports/{made}{path}")
            assert (answer.status_code, answer.data) == (404, missing.data)
        assert stranger.read("/imports")["items"] == []
    for one in (east, let_in("supervisor"), let_in("admin")):
        assert seen(one, made) == ("done", 0, 0, 1)
        assert len(errors(one, made)) == 2
        assert [item["id"] for item in one.read("/imports")["items"]] == [made]
    assert let_in("analyst").get("/imports").status_code == 404


def test_imports_are_listed_newest_first_in_pages(clerk: Desk) -> None:
    made = [sent(clerk, lines({"body": LIFT, "id": number})) for number in range(5)]
    found, cursor = [], None
    while True:
        page = clerk.read("/imports", limit=2, **({"cursor": cursor} if cursor else {}))
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == made[::-1]


def test_a_waiting_import_is_cancelled_with_all_that_was_sent(clerk: Desk, office: Office) -> None:
    made = sent(clerk, lines({"body": LIFT}))
    assert clerk.post(f"/imports/{made}/cancel", None).status_code == 200
    assert kept(office, import_pieces.c.content) == []
    work(office)
    assert seen(clerk, made) == ("cancelled", 0, 0, 0)
    assert count(office.database, "letters") == 0


def test_a_running_import_is_cancelled_between_two_batches(
    clerk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sent(clerk, lines(*numbered(300)))
    whole = importer._import_batch

    def batch(*given: Any) -> list[Outcome]:
        outcomes = whole(*given)
        if outcomes[0].row == 129:
            clerk.post(f"/imports/{made}/cancel", None)
        return outcomes

    monkeypatch.setattr(importer, "_import_batch", batch)
    work(office)
    assert seen(clerk, made) == ("cancelled", 256, 0, 0)
    assert clerk.read(f"/imports/{made}")["done"] == 256
    assert kept(office, import_pieces.c.content) == []


@pytest.mark.parametrize("row", [1, 20, 33, 150, 200])
def test_an_import_that_breaks_off_goes_on_and_counts_each_row_once(
    clerk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch, row: int
) -> None:
    records: list[Any] = numbered(200)
    for refused in range(0, 200, 7):
        records[refused] = {"body": ""}
    made = sent(clerk, lines(*records))
    watch = Watch()
    enter_rows = queries.enter_rows
    broken: list[int] = []

    def power_cut(connection: Any, job_id: str, reached: int, *rest: Any) -> None:
        enter_rows(connection, job_id, reached, *rest)
        if reached >= row and not broken:
            broken.append(reached)
            raise KeyboardInterrupt

    monkeypatch.setattr(queries, "enter_rows", power_cut)
    with pytest.raises(KeyboardInterrupt):
        Worker(office, clock=watch).run_one()
    state, stored, known, refused = seen(clerk, made)
    assert (state, known) == ("running", 0)
    assert stored + refused < broken[0]
    watch.pass_by(LEASE)
    assert Worker(office, clock=watch).run_one()
    assert seen(clerk, made) == ("done", 171, 0, 29)
    assert len(errors(clerk, made)) == 30
    assert sorted(kept(office, letters.c.body)) == sorted(one["body"] for one in records if one["body"])


def test_a_letter_that_cannot_be_stored_is_named_and_disturbs_no_other(
    clerk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = type(office.intake)._store

    def fail(self: Any, connection: Any, fresh: Any, ahead: Any) -> Any:
        if any(delivery.given.body == ROAD for delivery, _ in fresh):
            raise ZeroDivisionError
        return store(self, connection, fresh, ahead)

    monkeypatch.setattr(type(office.intake), "_store", fail)
    made = sent(clerk, lines({"body": LIFT}, {"body": ""}, {"body": ROAD}, {"body": ""}, {"body": WAGES}))
    work(office)
    assert seen(clerk, made) == ("done", 2, 0, 3)
    assert [row[:2] for row in errors(clerk, made)[1:]] == [["2", "body"], ["3", "letter"], ["4", "body"]]


def test_a_worker_that_lost_the_import_stores_nothing_more(clerk: Desk, office: Office) -> None:
    made = sent(clerk, lines(*numbered(3)))
    watch = Watch()
    late = claim(office.database, ["import"], watch, Worker(office)._stopping)
    assert late
    watch.pass_by(LEASE)
    second = claim(office.database, ["import"], watch, Worker(office)._stopping)
    assert second
    worker = Worker(office)
    worker._carry_out(late)
    assert (seen(clerk, made), count(office.database, "letters")) == (("running", 0, 0, 0), 0)
    worker._carry_out(second)
    assert seen(clerk, made) == ("done", 3, 0, 0)


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for number in range(520):
            package.writestr(str(number), b"\0" * 1024 * 1024)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "天气,温度\n晴,赵标记甲\n".encode(), "names no column"),
        ("a.csv", f'内容\n{LIFT}\n"没有结尾\n'.encode(), "not proper CSV"),
        ("a.csv", "内容\n".encode("utf-16"), "neither UTF-8 nor GB18030"),
        ("a.csv", "标题,内容,正文\n1,2,3\n".encode(), "two columns mean"),
        ("a.xlsx", b"PK\x03\x04 no sheet", "save it anew"),
        ("a.xlsx", bomb(), "unpacks to more than 512 MiB"),
    ],
)
def test_a_file_that_cannot_be_read_fails_at_once_and_says_why(
    clerk: Desk, office: Office, name: str, content: bytes, reason: str
) -> None:
    made = sent(clerk, content, name)
    work(office)
    found = clerk.read(f"/imports/{made}")
    assert (found["state"], found["stored"]) == ("failed", 0)
    assert reason in found["error"]
    assert SECRET not in found["error"]
    assert kept(office, import_pieces.c.content) == []
    assert kept(office, jobs.c.attempts) == [1]


def test_rows_that_hold_what_cannot_be_stored_are_named(clerk: Desk, office: Office) -> None:
    odd = b'{"body": "\\ud800"}\n{"body": "\xb5\xe7\xcc\xdd"}\n{'
    content = lines({"body": "\0"}, [], {"body": "x" * 100_001}) + odd
    made = sent(clerk, content)
    table = sent(clerk, "标题,内容\n电梯,a\0b\n".encode(), "a.csv")
    work(office)
    assert [row[:2] for row in errors(clerk, made)[1:]] == [
        ["1", "body"], ["2", "line"], ["3", "body"], ["4", "body"], ["5", "line"], ["6", "line"],
    ]  # fmt: skip
    assert [row[:2] for row in errors(clerk, table)[1:]] == [["1", "body"]]


def long_cell(kind: str, body: str) -> bytes:
    """Return a file of two letters, the first with a body that no spreadsheet program would write into a cell."""
    if kind == "jsonl":
        return lines({"body": body}, {"body": LIFT})
    if kind == "csv":
        return f"内容\n{body}\n{LIFT}\n".encode()
    stream = io.BytesIO()
    short = io.BytesIO(spreadsheet([["内容"], ["LONG"], [LIFT]]))
    with zipfile.ZipFile(short) as given, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name in given.namelist():
            package.writestr(name, given.read(name).replace(b"LONG", body.encode()))
    return stream.getvalue()


@pytest.mark.parametrize("size", [100_001, 3_000_000])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx"])
def test_a_letter_that_is_too_long_is_named_and_disturbs_no_other(
    clerk: Desk, office: Office, kind: str, size: int
) -> None:
    made = sent(clerk, long_cell(kind, "x" * size), f"letters.{kind}")
    work(office)
    assert seen(clerk, made) == ("done", 1, 0, 1)
    assert errors(clerk, made)[1:] == [["1", "body", f"has {size:,} characters; the limit is 100,000"]]


def test_too_many_rows_are_refused(clerk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "MOST_ROWS", 2)
    made = sent(clerk, lines(*numbered(3)))
    work(office)
    assert "more than 2 rows" in clerk.read(f"/imports/{made}")["error"]
    assert count(office.database, "letters") == 0


@pytest.mark.parametrize("name", ["letters", "letters.xls", "letters.csv.exe", "csv", "", ".."])
def test_a_file_of_another_kind_is_refused(clerk: Desk, name: str) -> None:
    assert_problem(send(clerk, b"x", name), 422, "file")


def test_what_is_no_file_is_refused(clerk: Desk) -> None:
    assert_problem(send(clerk, b""), 422, "file")
    assert_problem(clerk.call("POST", "/imports"), 422, "file")
    assert_problem(clerk.call("POST", "/imports", data={"file": "letters.csv"}), 422, "file")
    assert_problem(clerk.call("POST", "/imports", json={"file": "x"}), 422, "file")
    broken = clerk.call("POST", "/imports", data=b"--x\r\nno form", content_type="multipart/form-data; boundary=x")
    assert_problem(broken, 422, "file")


def test_a_file_over_the_limit_is_refused_with_the_limit(clerk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = assert_problem(send(clerk, b"x" * (uploads.MOST_BYTES + 2 * 1024 * 1024)), 413)
    assert "53,477,376 bytes" in problem["detail"]
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    assert "1,000 bytes" in assert_problem(send(clerk, b"x" * 1001), 413)["detail"]


def test_a_failed_import_goes_on_when_it_is_tried_again_while_it_is_kept(
    clerk: Desk, let_in: LetIn, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = let_in("admin")
    made = sent(clerk, lines(*numbered(2)))
    with monkeypatch.context() as patch:
        patch.setattr("service.jobs.MOST_ATTEMPTS", 1)
        patch.setattr(queries, "pieces_of", lambda *_: 1 / 0)
        work(office)
    assert seen(clerk, made)[0] == "failed"
    assert admin.post(f"/jobs/{made}/retry", None).status_code == 200
    work(office)
    assert seen(clerk, made) == ("done", 2, 0, 0)


def test_what_was_sent_for_an_import_that_failed_is_deleted_after_a_week(clerk: Desk, office: Office) -> None:
    sent(clerk, lines({"body": LIFT}))
    with office.database.write() as connection:
        old = {"state": "failed", "finished_at": (utc_now() - 8 * LEASE * 2880).isoformat()}
        connection.execute(jobs.update().values(old))
        connection.execute(jobs.insert().values(**tidying()))
    work(office)
    assert kept(office, import_pieces.c.content) == []


def tidying() -> dict[str, Any]:
    now = utc_now().isoformat()
    return {
        "id": "t", "kind": "jobs.tidy", "payload": {}, "state": "queued", "attempts": 0, "run_after": now, "done": 0,
        "cancelling": False, "created_at": now, "created_by": "system",
    }  # fmt: skip


def test_accusations_of_a_file_are_restricted(clerk: Desk, let_in: LetIn, office: Office) -> None:
    sent(clerk, lines({"body": BRIBE, "accused": [SECRET]}))
    work(office)
    assert clerk.read("/letters")["items"] == []
    assert len(let_in("discipline").read("/letters")["items"]) == 1


def holds(values: Iterable[Any], secret: str) -> bool:
    return any(secret in str(value) for value in values)


def test_neither_job_nor_log_holds_what_was_sent(clerk: Desk, office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent(
        clerk,
        lines({"body": LIFT, "petitioner": {"name": SECRET}}, {"body": LIFT, "channel": SECRET}),
        f"{SECRET}.jsonl",
    )
    sent(clerk, f"{SECRET},内容,正文\n1,2,3\n".encode(), f"{SECRET}.csv")
    work(office)
    assert SECRET not in caplog.text
    for table in ("jobs", "imports", "import_errors", "audit"):
        with office.database.read() as connection:
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 - a name of ours
        assert rows
        assert not holds(rows, SECRET)
