import json
import logging
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.logs import DiscreetFormatter, configuration
from service.office import Office
from service.settings import Settings
from service.tokens import make_token
from tests.service.desk import BRIBE, LIFT, ZHAO, Desk, LetIn, assert_problem

TEMPLATES = Path(__file__).parent.parent.parent / "service" / "templates"


@pytest.mark.parametrize(
    "body",
    [
        b'{"body": "x", "body": "y"}',
        b'{"body": "x", "people_present": NaN}',
        b'{"body": "x", "people_present": Infinity}',
        b'{"body": "x", "people_present": 1e999}',
        b'{"body": "x", "people_present": ' + b"9" * 5000 + b"}",
        b'{"body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"body": "\xff"}',
        b"",
    ],
)
def test_json_that_can_be_understood_in_two_ways_is_refused(clerk: Desk, body: bytes) -> None:
    answer = clerk.call("POST", "/letters", data=body, content_type="application/json")
    assert_problem(answer, 400, "body")


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\u0000"', '"a\\udfffb"'])
def test_text_that_cannot_be_stored_is_refused(clerk: Desk, text: str) -> None:
    for content in (f'{{"body": {text}}}', f'{{"body": "x", "external_id": {text}}}'):
        answer = clerk.call("POST", "/letters", data=content.encode(), content_type="application/json")
        assert_problem(answer, 422)


@pytest.mark.parametrize("path", ["/letters/%00", "/matters/%00", "/letters?category=%00", "/letters?region=a%00b"])
def test_addresses_with_nul_are_refused_or_lead_nowhere(clerk: Desk, path: str) -> None:
    assert clerk.call("GET", path).status_code in (404, 422)


def test_a_packed_body_is_refused(clerk: Desk) -> None:
    answer = clerk.call("POST", "/letters", headers={"Content-Encoding": "gzip"}, json={"body": LIFT})
    assert_problem(answer, 415)


def test_who_sends_too_much_is_told_when_to_go_on(office: Office) -> None:
    slow = Office(Settings(home=office.settings.home, rate="3"), office.database, office.engine, office.keys)
    app = create_app(slow)
    desks = [Desk(app.test_client(), make_token(office.database, name, "clerk")) for name in ("li", "wang")]
    assert [desks[0].get("/letters").status_code for _ in range(3)] == [200] * 3
    answer = desks[0].get("/matters")
    assert "limit of 3" in assert_problem(answer, 429)["detail"]
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert desks[1].get("/letters").status_code == 200
    assert app.test_client().get("/healthz").status_code == 200


def test_requests_are_counted_by_route_and_status(clerk: Desk, client: FlaskClient) -> None:
    letter = clerk.deliver(LIFT)
    clerk.get(f"/letters/{letter['id']}")
    clerk.get("/letters/0")
    clerk.correct(letter["id"], review="accepted")
    answer = client.get("/metrics")
    lines = answer.text.splitlines()
    route = '{method="GET",route="/api/v1/letters/<letter_id>",status='
    assert answer.mimetype == "text/plain"
    assert f'hongyan_requests_total{route}"404"}} 1.0' in lines
    assert "hongyan_letters_received_total 1.0" in lines
    assert "hongyan_corrections_total 1.0" in lines
    assert letter["id"] not in answer.text
    assert "hongyan_model{" in answer.text


def test_accusations_leave_the_numbers_as_they_are(clerk: Desk, let_in: LetIn, client: FlaskClient) -> None:
    clerk.deliver(LIFT)
    before = counts(client)
    discipline = let_in("discipline")
    letter = clerk.post("/letters", {"body": BRIBE, "accused": ["李某"]}).json
    clerk.post("/letters", {"body": BRIBE, "accused": ["李某"], "external_id": "x"})
    assert letter
    tag = discipline.get(f"/letters/{letter['id']}").headers["ETag"]
    assert discipline.patch(f"/letters/{letter['id']}", {"review": "accepted"}, tag).status_code == 200
    after = counts(client)
    changed = {name for name in after if after[name] != before.get(name)}
    assert all("/metrics" in name or 'method="GET",route="/api/v1/letters/<letter_id>"' in name for name in changed)


def counts(client: FlaskClient) -> dict[str, str]:
    lines = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: value for name, _, value in (line.rpartition(" ") for line in lines) if "_created" not in name}


def test_a_line_is_logged_about_every_request(let_in: LetIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hongyan.requests")
    let_in("clerk").call("GET", "/letters?region=青山区", headers={"X-Request-ID": "case-7"})
    (record,) = [record for record in caplog.records if record.name == "hongyan.requests"]
    line = json.loads(DiscreetFormatter(**formatting()).format(record))
    assert line["request_id"] == "case-7"
    assert (line["method"], line["route"], line["status"], line["role"]) == ("GET", "/api/v1/letters", 200, "clerk")
    assert line["milliseconds"] > 0
    assert "青山" not in json.dumps(line, ensure_ascii=False)


def formatting() -> dict[str, Any]:
    given = dict(configuration("INFO")["formatters"]["json"])
    given.pop("()")
    given["json_ensure_ascii"] = given.get("json_ensure_ascii", False)
    return given


def test_logs_are_lines_and_quote_no_error() -> None:
    formatter = DiscreetFormatter(**formatting())
    try:
        raise ValueError(str(ZHAO["name"]))
    except ValueError as error:
        given = ("x", logging.ERROR, "here", 1, "first\nsecond", (), (type(error), error, error.__traceback__))
    text = formatter.format(logging.LogRecord(*given))
    assert "\n" not in text
    assert "赵铁柱" not in text
    line = json.loads(text)
    assert line["message"] == "first\nsecond"
    assert line["exc_info"].endswith("ValueError")


def test_no_page_holds_a_script_or_style_of_its_own() -> None:
    for template in sorted(TEMPLATES.rglob("*.html")):
        text = template.read_text(encoding="utf-8")
        assert " style=" not in text, template.name
        assert "<style" not in text, template.name
        assert "javascript:" not in text, template.name
        assert " on" not in {part[:3] for part in text.split("<")[1:] if part[3:4] == "="}, template.name
        for script in text.split("<script")[1:]:
            assert script.lstrip().removeprefix('type="module" ').startswith("src="), template.name
            assert script.partition(">")[2].startswith("</script>"), template.name
