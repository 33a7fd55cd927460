"""Nothing ranks, scores, lists, follows or profiles a person: not a route, field, table, query, command or output."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event, select
from werkzeug.routing import Rule

from model.artefact import read_manifest
from service.caller import ROLES
from service.cli import main
from service.jobs import enqueue
from service.office import Office
from service.queries.jobs import change_job
from service.sessions import make_login_link
from service.tables import identities, metadata
from tests.commands import commands
from tests.service.desk import BRIBE, GATHERING, LIFT, LIFT_AGAIN, ROAD, Desk, LetIn, ids

SERVICE = Path(__file__).parent.parent.parent / "service"
OF_PERSONS = re.compile(
    r"petitioner|person|people|signer|signator|writer|author(?!i)|complain|individual|citizen|organi[sz]er|leader|identit",
    re.IGNORECASE,
)
OF_JUDGEMENTS = re.compile(
    r"scor|rank|list|profil|level|risk|key|rating|track|histor|watch|black|frequen|repeat|top|danger|suspect",
    re.IGNORECASE,
)
# Fields of answers that speak of people: numbers, and one name that is masked.
MAY_SPEAK_OF_PEOPLE = {
    ("LetterOut", "petitioner"): "masked, on the letter itself",
    ("GroupVisitOut", "people"): "a number that the letter states",
    ("OriginalOut", "petitioners"): "of one letter, for a reason",
    ("MatterFlagOut", "people"): "a number that a letter states",
    ("MatterFlagOut", "petitioners"): "a count",
    ("HotIssueOut", "petitioners"): "a count",
    ("StatLineOut", "people"): "a figure",
}
# What a letter may bring with it; it is never answered.
BROUGHT = {"Person", "LetterIn"}
PERSONAL_COLUMNS = {("letters", "people_present")}
ASKED = {
    "category", "region", "channel", "review", "needs_review", "level", "since", "until", "limit", "cursor", "scores",
    "action", "kind", "id", "actor", "due", "clock", "restricted", "format", "text",
    "precision", "join_from",
    "level2", "verdict", "lacking", "suggested", "period", "by", "formula", "month", "year", "paper",
}  # fmt: skip

# Rare characters, so that not even a surname can stand in an answer by chance.
WRITER = {"name": "亓官霁", "id_number": "110101199003074444", "phone": "13877771234", "address": "缑氏镇九十九号"}
SIGNERS = [
    {"name": "濮阳夔", "phone": "13966660001"},
    {"name": "澹台鋆", "phone": "13966660002"},
    {"name": "夔龘", "id_number": "110101199003075555"},
    {"name": "麴騑", "phone": "13966660004", "address": "缑氏镇一号"},
    {"name": "逄鼐", "phone": "13966660005"},
]
ACCUSED = "阚甪"
NAMES = [str(one["name"]) for one in (WRITER, *SIGNERS)] + [ACCUSED]
SECRETS = [value for one in (WRITER, *SIGNERS) for value in one.values()] + NAMES
# Of those who sign not one character may show; of the one who writes the first may, masked. One stands in the frame.
CHARACTERS = ("".join(str(one["name"]) for one in SIGNERS) + ACCUSED + "官霁").replace("台", "")


def telling(name: str) -> bool:
    """Say whether a name joins a person with a judgement."""
    return bool(OF_PERSONS.search(name) and OF_JUDGEMENTS.search(name))


@pytest.mark.parametrize(
    "name",
    ["petitioner_score", "rank_of_person", "/petitioners/list", "signer_level", "PersonRisk", "top_author"],
)  # fmt: skip
def test_these_tests_know_such_names(name: str) -> None:
    assert telling(name)


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_no_route_leads_to_persons(app: Flask) -> None:
    for rule in rules(app):
        assert not OF_PERSONS.search(f"{rule} {rule.endpoint} {rule.arguments}"), rule


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    return dict(app.test_client().get("/openapi.json").json or {})


def properties(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, schema in document["components"]["schemas"].items():
        for field, content in schema.get("properties", {}).items():
            yield name, field, content


def test_no_call_asks_for_persons(document: dict[str, Any]) -> None:
    asked = set()
    for path, calls in document["paths"].items():
        assert not OF_PERSONS.search(path)
        for call in calls.values():
            for parameter in call.get("parameters", []):
                assert not OF_PERSONS.search(json.dumps(parameter)), f"{path}: {parameter}"
                asked |= {parameter["name"]} if parameter["in"] == "query" else set()
    assert asked <= ASKED


def test_no_field_joins_a_person_with_a_judgement(document: dict[str, Any]) -> None:
    assert [(name, field) for name, field, _ in properties(document) if telling(field) or telling(name)] == []


def test_answers_speak_of_people_in_numbers_only(document: dict[str, Any]) -> None:
    found = {
        (name, field): content
        for name, field, content in properties(document)
        if name not in BROUGHT and OF_PERSONS.search(field)
    }
    assert found.keys() == MAY_SPEAK_OF_PEOPLE.keys()
    for (name, field), content in found.items():
        if MAY_SPEAK_OF_PEOPLE[name, field] == "a count":
            assert content["type"] == "integer"
        elif MAY_SPEAK_OF_PEOPLE[name, field] == "a figure":
            assert content["$ref"].endswith("/FigureOut")
        elif name == "OriginalOut":
            assert "PersonOut" in json.dumps(content)
        elif field == "people":
            assert "PeopleOut" in json.dumps(content)
        else:
            assert "array" not in json.dumps(content)
            assert "object" not in json.dumps(content)
    assert document["components"]["schemas"]["PeopleOut"]["properties"].keys() == {"count", "unit"}


def test_what_a_letter_brings_of_persons_is_in_no_answer(document: dict[str, Any]) -> None:
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            answered = json.dumps(call["responses"])
            reached = schemas_from(document, set(re.findall(r"#/components/schemas/(\w+)", answered)))
            assert not reached & BROUGHT, f"{method} {path}"


def schemas_from(document: dict[str, Any], names: set[str]) -> set[str]:
    """Return the schemas that some schemas lead to, themselves among them."""
    found: set[str] = set()
    while names:
        found |= names
        schemas = json.dumps([document["components"]["schemas"][name] for name in names])
        names = set(re.findall(r"#/components/schemas/(\w+)", schemas)) - found
    return found


def test_no_table_keeps_persons_or_judges_them() -> None:
    columns = {(table.name, column.name) for table in metadata.tables.values() for column in table.columns}
    assert not [place for place in columns if telling(".".join(place)) and place[0] != "identities"]
    assert {place for place in columns if OF_PERSONS.search(place[1])} == PERSONAL_COLUMNS
    assert {name for name in metadata.tables if OF_PERSONS.search(name)} == {"identities"}


def test_hashes_of_who_wrote_hang_on_letters_and_carry_nothing() -> None:
    assert {column.name for column in identities.columns} == {"letter_id", "hash", "next_hash"}
    assert {column.name for column in identities.primary_key} == {"letter_id", "hash"}
    targets = {key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys}
    assert "identities" not in targets


def test_no_command_or_option_speaks_of_persons() -> None:
    found = commands()
    assert len(found) >= 11
    for path, command in found.items():
        options = [option for parameter in command.params for option in (*parameter.opts, parameter.name or "")]
        assert not OF_PERSONS.search(" ".join((*path, *options)))
        assert not telling(f"{command.help}".replace("\n", " ").split(".")[0])


def test_no_page_shows_or_asks_for_identities() -> None:
    # One letter's own, for a reason that is recorded; and those of a letter that somebody types in.
    may = {"original.html", "paste.html"}
    for template in sorted(set((SERVICE / "templates").glob("*.html")) - {SERVICE / "templates" / one for one in may}):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"co_signers|identit|hash|id_number|accused", text), template.name


@pytest.fixture
def letters(let_in: LetIn, clerk: Desk) -> list[dict[str, Any]]:
    """Return three stored letters of one writer with five co-signers, one of them an accusation."""
    people = {"petitioner": WRITER, "co_signers": SIGNERS}
    plain = [clerk.deliver(f"{body}我们六十户{GATHERING}", title="电梯", **people) for body in (LIFT, LIFT_AGAIN)]
    return [*plain, let_in("discipline").deliver(BRIBE, accused=[ACCUSED], **people)]


def assert_nobody(text: str, office: Office) -> None:
    """Check that a text names nobody and holds no hash of who wrote, not even in part."""
    with office.database.read() as connection:
        hashes = {row.hash for row in connection.execute(select(identities))}
    assert len(hashes) == 6
    for secret in (*SECRETS, *(one[:12] for one in hashes)):
        assert secret not in text
        assert json.dumps(secret)[1:-1] not in text
    assert not set(CHARACTERS) & set(text)


def addresses(app: Flask, letters: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield method and path of every call of every route, on each of the letters and its matter."""
    for rule in rules(app):
        known = {"letter_id", "matter_id", "name", "secret", "token_id", "version", "job_id", "import_id", "report_id"}
        assert rule.arguments <= known, f"{rule} has an argument that this test does not know"
        for letter in letters:
            given = {
                "letter_id": letter["id"],
                "matter_id": letter["matter"]["id"],
                "name": "x",
                "secret": "x",
                "token_id": "x",
                "version": "x",
                "job_id": "x",
                "import_id": "x",
                "report_id": "x",
            }
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: given[match[1]], str(rule))  # noqa: B023 - used at once
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, path


def test_co_signers_are_a_number_in_every_answer_of_the_api(
    app: Flask, office: Office, let_in: LetIn, letters: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    texts = []
    desks = [let_in(role, role if role != "integrator" else "east") for role in ROLES]
    calls = sorted({call for call in addresses(app, letters) if call[1].startswith("/api/v1/")})
    # What removes or moves comes last.
    for method, path in sorted(calls, key=lambda call: call[0] != "GET"):
        for desk in desks:
            answer = desk.call(method, path.removeprefix("/api/v1"), json={} if method != "GET" else None)
            texts.append(f"{answer.text}\n{answer.headers}")
    assert len(texts) >= 100
    assert "亓** 138****1234 +5" in "\n".join(texts)
    assert_nobody("\n".join([*texts, caplog.text]), office)


def test_co_signers_are_a_number_in_what_decisions_answer(
    office: Office, clerk: Desk, letters: list[dict[str, Any]]
) -> None:
    other = clerk.deliver(ROAD)
    matter = f"/matters/{letters[0]['matter']['id']}"
    answers = [
        clerk.post(f"{matter}/links", {"letter": other["id"], "decision": "confirm", "note": "同一处"}),
        clerk.call("DELETE", f"{matter}/links/{other['id']}"),
        clerk.post(f"{matter}/merge", {"matter": other["matter"]["id"]}),
        clerk.post(f"{matter}/split", {"letters": [other["id"]]}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert_nobody("\n".join(answer.text for answer in answers), office)


@pytest.mark.parametrize("role", ["clerk", "discipline"])
def test_co_signers_are_a_number_on_every_page(
    app: Flask, office: Office, letters: list[dict[str, Any]], role: Any
) -> None:
    browser = app.test_client()
    browser.get(f"/login/{make_login_link(office.database, 'li', role)}")
    paths = {path for method, path in addresses(app, letters) if method == "GET" and not path.startswith("/api/")}
    pages = {path: browser.get(path) for path in sorted(paths) if not path.startswith("/docs")}
    assert sum(page.status_code == 200 for page in pages.values()) >= 7
    assert "+5" in pages[f"/letters/{letters[0]['id']}"].text
    assert_nobody("\n".join(f"{page.text}\n{page.headers}" for page in pages.values()), office)


@pytest.mark.usefixtures("letters")
def test_a_list_is_the_same_whoever_is_asked_for(clerk: Desk) -> None:
    for path in ("/letters", "/matters", "/hot-issues"):
        plain = clerk.read(path)
        for name in ("petitioner", "name", "phone", "id_number", "co_signers", "person", "hash", "q", "search"):
            for value in (WRITER["name"], WRITER["phone"], SIGNERS[0]["name"], "nobody"):
                answer = clerk.get(path, **{name: value})
                assert answer.status_code == 422 or (answer.json or {})["items"] == plain["items"]


def words_of_commands(
    file: Path, pairs: Path, model_folder: Path, waiting: str, failed: str
) -> dict[tuple[str, ...], list[str]]:
    """Return what each command is given, by its name."""
    version = str(read_manifest(model_folder)["version"])
    return {
        ("analyze",): [str(file), "--scores"],
        ("compare",): [str(pairs)],
        ("link",): [str(file)],
        ("import",): [str(file)],
        ("db", "upgrade"): [],
        ("backup",): [str(file.with_suffix(".backup"))],
        ("index", "rebuild"): [],
        ("feedback", "pairs"): ["--restricted"],
        ("feedback", "export"): ["--restricted"],
        ("taxonomy", "export"): [],
        ("audit", "list"): [],
        ("audit", "head"): [],
        ("audit", "verify"): [],
        ("flags", "refresh"): [],
        ("jobs", "start"): ["flags.refresh"],
        ("jobs", "cancel"): [waiting],
        ("jobs", "retry"): [failed],
        ("jobs", "list"): [],
        ("model", "add"): [str(model_folder)],
        ("model", "list"): [],
        ("model", "show"): [version],
        ("model", "activate"): [version],
        ("model", "shadow"): [version],
        ("model", "rollback"): [],
        ("model", "remove"): [version],
        ("user", "add"): ["li", "--role", "clerk"],
        ("user", "password"): ["li"],
        ("user", "change"): ["li", "--region", "东湖区"],
        ("user", "disable"): ["li"],
        ("user", "enable"): ["li"],
        ("user", "list"): [],
        ("token", "add"): ["li", "--role", "clerk"],
        ("token", "list"): [],
        ("token", "revoke"): ["unknown"],
        ("login-link",): ["li", "--role", "clerk"],
        ("keys", "mask"): [],
        ("keys", "rotate"): ["--hashes"],
        ("retention", "run"): [],
        ("report",): ["2026-03"],
    }


@pytest.mark.usefixtures("letters")
def test_commands_name_nobody(
    office: Office,
    model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    monkeypatch.setenv("HONGYAN_MODEL", str(model_folder))
    people = {"petitioner": WRITER, "co_signers": SIGNERS, "accused": [ACCUSED]}
    bodies = (LIFT, LIFT_AGAIN, BRIBE, "")
    file, pairs = tmp_path / "in.jsonl", tmp_path / "pairs.jsonl"
    file.write_text("".join(json.dumps({"body": body, **people}) + "\n" for body in bodies), encoding="utf-8")
    pair = {"a": {"body": LIFT, **people}, "b": {"body": LIFT_AGAIN, **people}}
    pairs.write_text(json.dumps(pair) + "\n", encoding="utf-8")
    with office.database.write() as connection:
        waiting, failed = (enqueue(connection, "import", {}) for _ in range(2))
        change_job(connection, failed, {"state": "failed"})
    words = words_of_commands(file, pairs, model_folder, waiting, failed)
    # Serving is the API and the pages; a worker prints nothing; the demo prints a table of letters, which has no column
    # for persons. Restoring, into an empty database alone, prints the name of its file.
    assert set(commands()) - words.keys() == {("serve",), ("worker",), ("demo",), ("restore",)}
    results = [
        CliRunner().invoke(main, [*path, *given], input="four words of nobody\n") for path, given in words.items()
    ]
    assert all(
        result.exit_code in (0, 1) or "model" in result.output or "no token" in result.output for result in results
    )
    assert_nobody("\n".join([*(result.output for result in results), caplog.text]), office)


def test_no_statement_sorts_counts_or_groups_by_who_wrote(
    app: Flask, office: Office, let_in: LetIn, letters: list[dict[str, Any]]
) -> None:
    said: list[str] = []
    event.listen(office.database.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    desk = let_in("discipline")
    desk.deliver(ROAD, petitioner=WRITER, received_at="2020-03-01")
    for method, path in sorted(set(addresses(app, letters))):
        if method == "GET" and path.startswith("/api/v1/"):
            desk.get(path.removeprefix("/api/v1"))
    desk.deliver(LIFT, petitioner=WRITER)
    with_hashes = [re.sub(r"\s+", " ", statement) for statement in said if "identities" in statement]
    assert len(with_hashes) >= 4
    for statement in with_hashes:
        assert not re.search(r"(?:GROUP|ORDER) BY[^)]*\b(?:hash|who)\b", statement), statement


def test_flags_and_hot_issues_are_sorted_without_looking_at_persons(clerk: Desk) -> None:
    """Who wrote changes neither the order of lists nor what is in them."""
    for body, person in ((LIFT, WRITER), (ROAD, SIGNERS[0])):
        clerk.deliver(body, petitioner=person, received_at="2026-03-01")
    first = ids(clerk.read("/matters")["items"])
    clerk.deliver(LIFT_AGAIN, petitioner=WRITER, received_at="2026-02-01")
    assert ids(clerk.read("/matters")["items"]) == first
