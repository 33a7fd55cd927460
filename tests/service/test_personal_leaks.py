"""A full run with marked personal data: afterwards none of it stands in the clear where it must not."""

import csv
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from service.cli import main
from service.office import Office
from service.sessions import make_login_link
from service.tables import metadata
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, WAGES, Desk, LetIn

# Rare characters, so that none of them can stand anywhere by chance.
WRITER = {
    "name": "亓官霁",
    "id_number": "330102190305070017",
    "phone": "13800007391",
    "address": "缑氏镇夔门巷97号3幢604室",
}
SIGNER = {"name": "濮阳龘", "phone": "13900008264"}
ACCUSED = "阚甪直"
CARD = "6222020200007391853"
OTHER_PHONE = "０５７１－８８８８７３９１"
SECRETS = (
    *(WRITER[name] for name in ("name", "id_number", "phone", "address")),
    *SIGNER.values(),
    ACCUSED,
    CARD,
    OTHER_PHONE,
    "97号3幢604",
    "官霁",
    "阳龘",
    "甪直",
)
TEXT = (
    f"我叫{WRITER['name']}，身份证{WRITER['id_number']}，住{WRITER['address']}，电话{WRITER['phone']}，"
    f"和{SIGNER['name']}（{OTHER_PHONE}）一起写信，工资卡号{CARD}。{{}}"
)
PEOPLE: dict[str, Any] = {"petitioner": WRITER, "co_signers": [SIGNER]}
WHY = {"reason": f"回电{WRITER['phone']}核实{WRITER['name']}"}


def letter(body: str, **facts: Any) -> dict[str, Any]:
    return {"title": f"{WRITER['name']}来信", "body": TEXT.format(body), **PEOPLE, **facts}


def assert_nothing(text: str, where: str) -> None:
    for secret in SECRETS:
        assert secret not in text, f"{secret} stands in {where}"
        assert json.dumps(secret)[1:-1] not in text, f"{secret} stands in {where}"


def calls(desk: Desk, stored: list[str], matters: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what a caller is answered: lists, letters, matters, wrong requests."""
    paths = ["/letters", "/matters", "/hot-issues", "/audit", "/jobs", "/nowhere", f"/letters/{WRITER['name']}"]
    paths += [f"/letters/{one}{part}" for one in stored for part in ("", "/similar")]
    paths += [f"/matters/{one}" for one in matters]
    for path in paths:
        answer = desk.get(path)
        yield path, f"{answer.text}{answer.headers}"
    refused = letter(LIFT, channel=WRITER["phone"], received_at=WRITER["phone"])
    for wrong in (refused, {**letter(LIFT), "people_present": WRITER["id_number"]}, letter(LIFT, co_signers=5)):
        answer = desk.post("/letters", wrong)
        yield "a wrong request", answer.text


def stored_in(office: Office) -> Iterator[tuple[str, str]]:
    """Yield what the database holds, as rows and, of SQLite, as files."""
    with office.database.read() as connection:
        for table in metadata.sorted_tables:
            yield table.name, "\n".join(str(tuple(row)) for row in connection.execute(select(table)))
    for path in office.settings.home_folder.rglob("*"):
        if path.is_file() and path.name != "keys":
            yield path.name, path.read_bytes().decode("utf-8", "ignore")


@pytest.fixture
def run(office: Office, model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    monkeypatch.setenv("HONGYAN_DATABASE_URL", office.settings.database_url)
    monkeypatch.setenv("HONGYAN_MODEL", str(model_folder))

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return invoke


def test_after_a_full_run_no_personal_data_stand_in_the_clear(
    app: Flask, office: Office, let_in: LetIn, tmp_path: Path, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    clerk, discipline, east = let_in("clerk"), let_in("discipline"), let_in("integrator", "east")
    answers = [
        *(desk.post("/letters", letter(body)) for desk in (clerk, east) for body in (LIFT, LIFT_AGAIN, WAGES)),
        discipline.post("/letters", letter(f"{BRIBE}{ACCUSED}收钱。", accused=[ACCUSED])),
        clerk.post("/letters/batch", {"letters": [letter(LIFT), {"title": WRITER["name"], "channel": "x"}]}),
    ]
    assert [answer.status_code for answer in answers] == [201] * 7 + [200]
    stored = [answer.json["id"] for answer in answers[:7] if answer.json]
    matters = [answer.json["matter"]["id"] for answer in answers[:7] if answer.json and answer.json["matter"]]
    original: Any = clerk.post(f"/letters/{stored[0]}/unmask", WHY).json
    assert original["body"] == TEXT.format(LIFT)
    for answer in answers:
        assert_nothing(answer.text, "an answer to a delivery")
    for role in ("clerk", "supervisor", "discipline", "analyst", "admin"):
        for where, said in calls(let_in(role, f"{role}-2"), stored, matters):
            assert_nothing(said, f"{where} for {role}")
    for where, said in calls(east, stored, matters):
        assert_nothing(said, f"{where} for integrator")
    browser = app.test_client()
    browser.get(f"/login/{make_login_link(office.database, 'li', 'discipline')}")
    for path in ("/", "/matters", "/hot-issues", *(f"/letters/{one}" for one in stored)):
        assert_nothing(browser.get(path).text, path)
    assert_nothing(app.test_client().get("/metrics").text, "metrics")
    table = tmp_path / "in.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("title", "body", "channel", "co_signers", *WRITER))
        for body, channel in ((LIFT, "来信"), (WAGES, "来信"), (LIFT, WRITER["phone"])):
            rows.writerow((WRITER["name"], TEXT.format(body), channel, SIGNER["name"], *WRITER.values()))
    result = run("import", str(table))
    assert result.exit_code == 1
    assert_nothing(result.output, "the output of an import")
    table.unlink()
    assert list(tmp_path.rglob("*.errors.csv"))
    commands = (("audit", "list"), ("feedback", "pairs", "--restricted"), ("keys", "rotate", "--hashes"),
                ("flags", "refresh"), ("retention", "run"), ("audit", "verify"))  # fmt: skip
    for words in commands:
        result = run(*words)
        assert result.exit_code == 0, result.output
        assert_nothing(result.output, " ".join(words))
    for where, said in stored_in(office):
        assert_nothing(said, where)
    assert_nothing(caplog.text, "the log")
