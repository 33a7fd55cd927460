import base64
import json
import logging
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.errors import Busy
from service.office import Office
from tests.service.databases import refuse_inserts
from tests.service.desk import LIFT, Desk, LetIn, assert_problem, contents

JSON = "application/json"
WRITES = ("/letters", "/letters/batch", "/analyze", "/compare")
MEBIBYTE = 1024 * 1024


def cursor(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b'{"body": "x",}', "not JSON"),
        ('{"body": "电梯坏了"}'.encode("gb18030"), "GB18030"),
        (b'{"body": "\xff\xfe"}', "UTF-8"),
        (b"[" * 100_000, ""),
    ],
)
def test_what_is_no_json_is_refused_with_the_cause(clerk: Desk, path: str, data: bytes, part: str) -> None:
    content = assert_problem(clerk.call("POST", path, data=data, content_type=JSON), 400, "body")
    assert part in json.dumps(content)


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_another_content_type_is_refused_naming_the_right_one(clerk: Desk, path: str, kind: str | None) -> None:
    answer = clerk.call("POST", path, data=b'{"body": "x"}', content_type=kind)
    content = assert_problem(answer, answer.status_code)
    assert answer.status_code in (400, 415)
    assert JSON in content["detail"]


@pytest.mark.parametrize("content", [None, 5, True, "text", [], [{"body": "x"}], {}])
@pytest.mark.parametrize("path", WRITES)
def test_json_of_another_shape_is_refused(clerk: Desk, path: str, content: Any) -> None:
    answer = clerk.call("POST", path, data=json.dumps(content), content_type=JSON)
    assert assert_problem(answer, 422)["errors"]


@pytest.mark.parametrize("letter", [{"body": ""}, {"title": " ", "body": "\n"}, {"text": "\u3000"}, {"region": "东湖"}])
def test_an_empty_letter_is_refused(clerk: Desk, office: Office, letter: dict[str, str]) -> None:
    assert_problem(clerk.post("/letters", letter), 422, "body")
    assert contents(office.database)["letters"] == 0


def test_two_megabytes_are_refused_naming_the_limit(clerk: Desk, office: Office) -> None:
    content = assert_problem(clerk.post("/letters", {"body": "x" * 2 * MEBIBYTE}), 413)
    assert "1,048,576" in content["detail"]
    assert contents(office.database)["letters"] == 0


def test_too_many_characters_are_refused_naming_the_limit(clerk: Desk) -> None:
    content = assert_problem(clerk.post("/letters", {"body": "电" * 100_001}), 422, "body")
    assert "100,000" in json.dumps(content)


def test_a_batch_may_be_sixteen_times_larger_than_a_letter(clerk: Desk) -> None:
    letters = [{"body": "", "note": "x" * MEBIBYTE}] * 3
    answer = clerk.post("/letters/batch", {"letters": letters})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "a\x00b"),
        ("body", "a\ud800b"),
        ("channel", "fax"),
        ("people_present", -1),
        ("people_present", 1e300),
        ("received_at", 5),
        ("received_at", "\ud800"),
        ("received_at", "2026-13-01"),
        ("received_at", "0001-01-01"),
        ("received_at", "9999-12-31T23:59:59-10:00"),
        ("received_at", "9999-12-20"),
        ("external_id", "x" * 201),
        ("external_id", "\udfff"),
        ("region", ["x"]),
        ("petitioner", 1.5),
        ("petitioner", "x" * 501),
        ("accused", "\ud800"),
    ],
)
def test_a_field_at_fault_is_named(clerk: Desk, office: Office, field: str, value: Any) -> None:
    data = json.dumps({"body": LIFT, field: value}).encode()
    answer = clerk.call("POST", "/letters", data=data, content_type=JSON)
    faults = assert_problem(answer, 422)["errors"]
    assert [fault["field"].split(".")[0] for fault in faults] == [field] * len(faults)
    assert contents(office.database)["letters"] == 0


def test_a_nested_field_is_named_as_it_was_sent(clerk: Desk) -> None:
    content = assert_problem(clerk.post("/letters", {"body": LIFT, "petitioner": {"name": 5}}), 422)
    known = {"petitioner", "petitioner.name"}
    assert {fault["field"] for fault in content["errors"]} <= known


@pytest.mark.parametrize("received_at", ["0001-01-01", "9999-12-31T23:59:59-10:00", "9999-12-20", "\ud800"])
@pytest.mark.parametrize("path", ["/analyze", "/letters/batch"])
def test_no_time_breaks_the_service(clerk: Desk, path: str, received_at: str) -> None:
    letter = {"body": LIFT, "received_at": received_at}
    content = {"letters": [letter]} if path == "/letters/batch" else letter
    answer = clerk.call("POST", path, data=json.dumps(content).encode(), content_type=JSON)
    assert answer.status_code == 200, answer.text
    assert clerk.get("/letters").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "电"}, "cursor"),
        ({"cursor": cursor(5)}, "cursor"),
        ({"cursor": cursor([1, 2])}, "cursor"),
        ({"cursor": cursor(["\ud800", "x"])}, "cursor"),
        ({"cursor": "x" * 501}, "cursor"),
        ({"channel": "fax"}, "channel"),
        ({"review": "maybe"}, "review"),
        ({"level": "high"}, "level"),
        ({"since": "yesterday"}, "since"),
        ({"since": "0001-01-01"}, "since"),
        ({"until": "9999-12-31T23:59:59-10:00"}, "until"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(clerk: Desk, query: dict[str, str], field: str) -> None:
    assert_problem(clerk.get("/letters", **query), 422, field)


def test_a_key_that_is_too_long_is_refused(clerk: Desk) -> None:
    assert_problem(clerk.post("/letters", {"body": LIFT}, Idempotency_Key="k" * 256), 422)


def test_the_other_content_of_a_key_is_a_conflict_naming_the_letter(clerk: Desk) -> None:
    stored = clerk.deliver(LIFT, external_id="A-1")
    content = assert_problem(clerk.post("/letters", {"body": "别的信", "external_id": "A-1"}), 409, "external_id")
    assert stored["id"] in content["detail"]


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/letters/1/2", "/api/v2/letters", "/nowhere"])
def test_an_unknown_address_is_missing(client: FlaskClient, path: str) -> None:
    assert_problem(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/letters", {"GET", "POST"}),
        ("PUT", "/letters/1", {"GET", "PATCH"}),
        ("GET", "/analyze", {"POST"}),
        ("POST", "/matters", {"GET"}),
    ],
)
def test_a_wrong_method_is_answered_with_the_right_ones(clerk: Desk, method: str, path: str, allowed: set[str]) -> None:
    answer = clerk.call(method, path)
    assert_problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == allowed


def test_whoever_looks_at_the_address_of_a_deed_is_led_to_what_it_was_done_to(client: FlaskClient) -> None:
    for path, to in (("/letters/1/accept", "/letters/1"), ("/matters/1/merge", "/matters/1"), ("/undo", "/")):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["Location"]) == (302, to)


def test_an_unexpected_error_is_a_document_without_trace(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/api/v1/broken")
    def broken() -> str:
        raise RuntimeError("wires crossed")

    answer = app.test_client().get("/api/v1/broken")
    assert_problem(answer, 500)
    assert "wires" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "wires crossed" in caplog.text


def test_an_integrity_error_of_the_database_is_a_document_without_sql(clerk: Desk, office: Office) -> None:
    refuse_inserts(office.database, "vectors")
    answer = clerk.post("/letters", {"body": LIFT})
    assert_problem(answer, 500)
    assert "INSERT" not in answer.text
    assert "disk of a test" not in answer.text


def test_a_lost_table_asks_to_try_again(clerk: Desk, office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with office.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE letters RENAME TO lost")
    answer = clerk.get("/letters")
    assert_problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert "letters" in caplog.text


def test_busy_asks_to_try_again(app: Flask) -> None:
    @app.get("/api/v1/busy")
    def busy() -> str:
        raise Busy("Later.", retry_after=7)

    answer = app.test_client().get("/api/v1/busy")
    assert_problem(answer, 503)
    assert answer.headers["Retry-After"] == "7"


def test_the_callers_request_id_comes_back(client: FlaskClient) -> None:
    answer = client.get("/api/v1/letters", headers={"X-Request-ID": "case-7.a"})
    assert answer.headers["X-Request-ID"] == "case-7.a"
    assert assert_problem(answer, 401)["request_id"] == "case-7.a"


@pytest.mark.parametrize("given", ["a b", "<script>", "x" * 65, "电"])
def test_a_harmful_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get("/api/v1/letters", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"]
    assert answer.headers["X-Request-ID"] != given


def test_people_get_a_page_and_programs_a_document(client: FlaskClient) -> None:
    page = client.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert_problem(client.get("/api/v1/nowhere", headers={"Accept": "text/html"}), 404)


def test_every_answer_protects_pages(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nowhere")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_refusals_are_not_logged_as_errors(let_in: LetIn, caplog: pytest.LogCaptureFixture) -> None:
    desk = let_in("clerk")
    desk.post("/letters", {"body": ""})
    desk.get("/letters/0")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
