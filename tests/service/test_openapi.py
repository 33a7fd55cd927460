from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from openapi_spec_validator import validate
from werkzeug.test import TestResponse as Answer

from tests.service.desk import BRIBE, GATHERING, LIFT, LIFT_AGAIN, ROAD, WAGES, ZHAO, Desk, LetIn

PATHS = {
    "/api/v1/models/drift", "/api/v1/models/{version}/disagreements",
    "/api/v1/letters", "/api/v1/letters/batch", "/api/v1/letters/{letter_id}", "/api/v1/letters/{letter_id}/similar",
    "/api/v1/letters/{letter_id}/decisions", "/api/v1/letters/{letter_id}/release",
    "/api/v1/letters/{letter_id}/restrict", "/api/v1/audit",
    "/api/v1/matters", "/api/v1/matters/{matter_id}", "/api/v1/matters/{matter_id}/links",
    "/api/v1/matters/{matter_id}/links/{letter_id}", "/api/v1/matters/{matter_id}/merge",
    "/api/v1/matters/{matter_id}/split", "/api/v1/hot-issues", "/api/v1/analyze", "/api/v1/compare",
    "/api/v1/models", "/api/v1/models/{version}", "/api/v1/models/{version}/activate",
    "/api/v1/models/{version}/shadow", "/api/v1/models/rollback",
    "/api/v1/imports", "/api/v1/imports/{import_id}", "/api/v1/imports/{import_id}/errors",
    "/api/v1/imports/{import_id}/cancel", "/api/v1/jobs", "/api/v1/jobs/{job_id}", "/api/v1/jobs/{job_id}/cancel",
    "/api/v1/jobs/{job_id}/retry", "/healthz", "/readyz",
}  # fmt: skip


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found = client.get("/api/v1/openapi.json").json
    assert isinstance(found, dict)
    return found


def check(document: dict[str, Any], answer: Answer, method: str, path: str) -> None:
    """Check a response against the document, which must describe its status and its kind of content."""
    responses = document["paths"][path][method]["responses"]
    described = responses[str(answer.status_code)]["content"]
    assert answer.mimetype in described, f"{answer.status_code} is described as {list(described)}"
    schema = {**described[answer.mimetype]["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(answer.json)


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_the_document_needs_no_token_and_has_two_addresses(client: FlaskClient, document: dict[str, Any]) -> None:
    assert client.get("/openapi.json").json == document


def test_the_document_describes_every_call(document: dict[str, Any]) -> None:
    assert set(document["paths"]) >= PATHS
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            assert call["summary"], f"{method} {path}"
            assert ("security" in call) == path.startswith("/api/"), f"{method} {path}"
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}


def test_the_document_names_the_idempotency_key(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/api/v1/letters"]["post"]["parameters"]
    assert [(one["in"], one["name"], one["required"]) for one in parameters] == [("header", "Idempotency-Key", False)]


def test_answers_are_as_the_document_says(document: dict[str, Any], let_in: LetIn) -> None:
    clerk, east = let_in("clerk"), let_in("integrator", "east")
    letter = {"body": f"{LIFT}我们六十户{GATHERING}我不想活了。", "petitioner": dict(ZHAO)}
    stored = clerk.post("/letters", letter, Idempotency_Key="k1")
    assert stored.json
    again = clerk.post("/letters", letter, Idempotency_Key="k1")
    batch = [{"body": LIFT_AGAIN}, {"body": ""}]
    letters, one = "/api/v1/letters", "/api/v1/letters/{letter_id}"
    own = f"/letters/{stored.json['id']}"
    check(document, stored, "post", letters)
    check(document, again, "post", letters)
    check(document, east.post("/letters", {"body": BRIBE}), "post", letters)
    check(document, clerk.post("/letters/batch", {"letters": batch}), "post", f"{letters}/batch")
    check(document, clerk.get("/letters"), "get", letters)
    check(document, east.get("/letters"), "get", letters)
    check(document, clerk.get(own), "get", one)
    check(document, clerk.patch(own, {"category": "rural", "group_visit": "none"}, "*"), "patch", one)
    check(document, clerk.get(f"{own}/similar"), "get", f"{one}/similar")
    check(document, clerk.get("/matters"), "get", "/api/v1/matters")
    check(document, clerk.get(f"/matters/{stored.json['matter']['id']}"), "get", "/api/v1/matters/{matter_id}")
    links = "/api/v1/matters/{matter_id}/links"
    check(document, clerk.get(f"/matters/{stored.json['matter']['id']}/links"), "get", links)
    check(document, clerk.get("/hot-issues"), "get", "/api/v1/hot-issues")
    check(document, clerk.get(f"{own}/decisions"), "get", f"{one}/decisions")
    why = {"reason": "误判"}
    check(document, clerk.post(f"{own}/restrict", why), "post", f"{one}/restrict")
    check(document, let_in("discipline").post(f"{own}/release", why), "post", f"{one}/release")
    check(document, clerk.post(f"{own}/release", why), "post", f"{one}/release")
    check(document, clerk.post(f"{own}/restrict", {}), "post", f"{one}/restrict")
    check(document, let_in("admin").get("/audit"), "get", "/api/v1/audit")
    check_decisions(document, clerk)
    check(document, clerk.post("/analyze", letter), "post", "/api/v1/analyze")
    check(document, clerk.post("/analyze?scores=true", letter), "post", "/api/v1/analyze")
    undated = letter | {"received_at": "上周三"}
    check(document, clerk.post("/analyze", undated), "post", "/api/v1/analyze")
    check(document, clerk.post("/compare", {"a": letter, "b": undated}), "post", "/api/v1/compare")


def check_decisions(document: dict[str, Any], clerk: Desk) -> None:
    first, second = (clerk.deliver(body) for body in (ROAD, WAGES))
    matter, other = (letter["matter"]["id"] for letter in (first, second))
    one = "/api/v1/matters/{matter_id}"
    confirmed = clerk.post(
        f"/matters/{matter}/links", {"letter": second["id"], "decision": "confirm", "note": "同一处"}
    )
    assert confirmed.status_code == 200
    check(document, confirmed, "post", f"{one}/links")
    check(
        document, clerk.call("DELETE", f"/matters/{matter}/links/{second['id']}"), "delete", one + "/links/{letter_id}"
    )
    check(
        document, clerk.call("DELETE", f"/matters/{matter}/links/{second['id']}"), "delete", one + "/links/{letter_id}"
    )
    check(document, clerk.post(f"/matters/{matter}/merge", {"matter": other}), "post", f"{one}/merge")
    check(document, clerk.post(f"/matters/{matter}/split", {"letters": [second["id"]]}), "post", f"{one}/split")
    check(document, clerk.post(f"/matters/{matter}/split", {"letters": [first["id"]]}), "post", f"{one}/split")


def test_health_is_as_the_document_says(document: dict[str, Any], client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        check(document, client.get(path), "get", path)


def test_problems_have_the_fields_that_the_document_says(document: dict[str, Any], clerk: Desk) -> None:
    answers = [
        (clerk.post("/letters", {"body": ""}), "post", "/api/v1/letters"),
        (clerk.post("/letters", {"body": "x" * 2_000_000}), "post", "/api/v1/letters"),
        (clerk.call("POST", "/letters", data=b"{", content_type="application/json"), "post", "/api/v1/letters"),
        (clerk.get("/letters", limit=0), "get", "/api/v1/letters"),
        (clerk.get("/letters/0"), "get", "/api/v1/letters/{letter_id}"),
    ]
    assert [answer.status_code for answer, _, _ in answers] == [422, 413, 400, 422, 404]
    for answer, method, path in answers:
        described = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]
        (content,) = described.values()
        schema = {**content["schema"], "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json)


def test_problems_are_described_as_problem_documents(document: dict[str, Any]) -> None:
    for path, calls in document["paths"].items():
        if not path.startswith("/api/"):
            continue
        for method, call in calls.items():
            for status, response in call["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], f"{method} {path} {status}"
