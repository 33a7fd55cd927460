"""What is not built here: nothing scores, ranks, lists or tracks people, and personal data stay where they are."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from inspect import getmembers, isclass
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from service.office import Office
from service.schemas import hot_issues, jobs, letters, links, originals, problems, records, requests, results, views
from service.schemas import statistics as counted
from service.schemas.letters import letter_in
from service.stateless import analysis_line
from service.tables import identities, metadata
from tests.service.databases import content_of, refuse_inserts
from tests.service.desk import BRIBE, GATHERING, LIFT, LIFT_AGAIN, QIAN, ROAD, WAGES, ZHAO, Desk, LetIn, assert_problem

OF_PEOPLE = re.compile(r"petitioner|person|people|signer|organi[sz]er|leader|identit|writer|author|name|hash")
OF_RANKS = re.compile(r"rank|risk|rating|key_person|profile|blacklist|history|track|frequen|repeat_count|danger")
# Every field that speaks of people, and why it may.
MAY_SPEAK_OF_PEOPLE = {
    "LetterOut.petitioner": "masked, on the letter itself",
    "GroupVisitOut.people": "a number that the letter states",
    "MatterFlagOut.people": "a number that a letter states",
    "MatterFlagOut.petitioners": "a count of the matter",
    "HotIssueOut.petitioners": "a count of the issue",
    "StatLineOut.people": "a count",
    "StatLineOut.name": "of a category, place or day",
    "RateOut.name": "of a rate",
    "QualityLineOut.name": "of a category",
    "PeriodOut.name": "of a period",
    "ClassOut.name": "of a class",
    "ScoredOut.name": "of a category",
    "CategoryOut.name": "of a category",
    "ClockOut.name": "of a deadline",
    "DutyOut.name": "of a deadline",
    "PartOut.name": "of a reason for a flag",
    "ActionOut.name": "of a service",
    "letters.people_present": "a number",
    "OriginalOut.petitioners": "shown to few, for a reason, on the letter itself",
    "PersonOut.name": "shown to few, for a reason, on the letter itself",
    "letters.named": "whether a notice is owed",
    "letters.content_hash": "of a request, keyed",
    "idempotency_keys.content_hash": "of a request, keyed",
    "identities.hash": "keyed, never shown",
    "accused.hash": "keyed, never shown",
    "automatic_decisions.input_hash": "of a text",
    "audit.hash": "of a row and all before it",
    "UserOut.name": "of a caller",
    "TokenOut.name": "of a caller",
    "users.name": "of a caller",
    "units.name": "of a unit",
    "classes.name": "of a class",
    "users.password_hash": "of a caller",
    "sessions.name": "of a caller",
    "sessions.hash": "of a cookie",
    "identities.next_hash": "keyed, never shown",
    "tokens.name": "of a caller",
    "tokens.hash": "of a token",
    "login_links.name": "of a caller",
    "login_links.hash": "of a link",
}
MARKED = {"name": "赵标记甲", "id_number": "11010119900307888X", "phone": "13877776666", "address": "标记路九十九号"}
SIGNER = {"name": "钱标记乙", "phone": "13966665555"}
ACCUSED = "孙标记丙"
MARKS = (*MARKED.values(), *SIGNER.values(), ACCUSED, "标记")


def schemas(*modules: ModuleType) -> Iterator[type[BaseModel]]:
    for module in modules:
        for _, member in getmembers(module, isclass):
            if issubclass(member, BaseModel) and member.__module__ == module.__name__:
                yield member


def fields() -> Iterator[tuple[str, str]]:
    """Yield every field of a response and every column, with the name of its place."""
    for schema in schemas(originals, results, views, links, hot_issues, jobs, records, problems, requests, counted):
        if schema.__name__.endswith("Out"):
            yield from ((f"{schema.__name__}.{name}", name) for name in schema.model_fields)
    for table in metadata.tables.values():
        yield from ((f"{table.name}.{column.name}", column.name) for column in table.columns)


def test_fields_that_speak_of_people_are_known() -> None:
    found = {place for place, name in fields() if OF_PEOPLE.search(name)}
    assert found <= set(MAY_SPEAK_OF_PEOPLE)
    assert len(found) >= 10


def test_no_field_ranks_or_follows_anybody() -> None:
    assert [place for place, name in fields() if OF_RANKS.search(name)] == []


def test_scores_belong_to_letters_and_pairs_only() -> None:
    scored = {place for place, name in fields() if "score" in name}
    assert scored == {
        "CategoryOut.scores", "GroupVisitOut.score", "RelationOut.score", "CandidateOut.score", "SimilarOut.score",
        "LinkOut.score", "NeighbourOut.score", "links.score",
    }  # fmt: skip


def test_no_table_is_keyed_by_a_person() -> None:
    assert {column.name for column in identities.primary_key} == {"letter_id", "hash"}
    assert not re.search("people|person|petitioner", " ".join(metadata.tables))


def test_no_filter_searches_for_people() -> None:
    asked = set(requests.LettersQuery.model_fields) | set(requests.PageQuery.model_fields)
    assert asked == {
        "limit",
        "cursor",
        "category",
        "level2",
        "verdict",
        "region",
        "channel",
        "review",
        "needs_review",
        "text",
        "due",
        "level",
        "since",
        "until",
        "restricted",
        "lacking",
        "suggested",
    }


@pytest.mark.parametrize(
    "facts",
    [
        {"petitioner": ZHAO},
        {"petitioner": {**QIAN, "sex": "女", "age": 70}},
        {"petitioner": "key", "co_signers": [ZHAO, QIAN]},
        {"petitioner": {"name": "热比娅", "phone": "1"}, "id": "1", "external_id": "x"},
    ],
)
def test_who_writes_changes_nothing_in_the_analysis(office: Office, facts: Mapping[str, Any]) -> None:
    body = f"{LIFT}{GATHERING}"
    analyser = office.engine.analyser
    plain = analysis_line(analyser, letter_in({"body": body}), "1", scores=True)
    assert analysis_line(analyser, letter_in({"body": body, **facts}), "1", scores=True) == plain


def shown(desk: Desk, body: str, **facts: Any) -> Any:
    """Deliver a letter and return its analysis and the flag of its matter."""
    stored = desk.deliver(body, **facts)
    flag = desk.read(f"/matters/{stored['matter']['id']}")["flag"]
    parts = {name: stored[name] for name in ("category", "purpose", "route", "group_visit", "warnings", "review")}
    return parts | {"level": flag["level"], "reasons": flag["reasons"]}


@pytest.mark.parametrize("body", [ROAD, f"{ROAD}村民们准备集体到市政府上访静坐。"])
def test_earlier_letters_of_a_person_change_neither_analysis_nor_flag(clerk: Desk, body: str) -> None:
    before = shown(clerk, body)
    for number in range(5):
        clerk.deliver(f"{LIFT}第{number}次反映。", petitioner=ZHAO)
        clerk.deliver(f"{WAGES}{GATHERING}", petitioner=ZHAO)
    assert shown(clerk, body, petitioner=ZHAO) == before


def test_repeating_a_letter_does_not_raise_the_level(clerk: Desk) -> None:
    levels = [shown(clerk, f"{LIFT}{'再' * number}", petitioner=ZHAO)["level"] for number in range(6)]
    assert levels == ["none"] * 6


def test_hashes_of_petitioners_appear_in_no_answer(let_in: LetIn, office: Office) -> None:
    desks = [let_in("clerk"), let_in("discipline"), let_in("integrator", "east")]
    texts = []
    for desk in desks:
        bodies = [{"body": body, "petitioner": MARKED, "co_signers": [SIGNER]} for body in (LIFT, LIFT_AGAIN, BRIBE)]
        texts += [desk.post("/letters", letter).text for letter in bodies]
    for desk in desks:
        texts += [desk.get(path).text for path in ("/letters", "/matters")]
        for letter in desk.read("/letters")["items"]:
            texts += [desk.get(f"/letters/{letter['id']}{part}").text for part in ("", "/similar")]
            texts.append(desk.get(f"/matters/{(letter['matter'] or {}).get('id')}").text)
    with office.database.read() as connection:
        hashes = {row.hash for row in connection.execute(select(identities))}
    assert len(hashes) == 2
    answers = "\n".join(texts)
    for secret in (*hashes, MARKED["name"], MARKED["id_number"], MARKED["phone"], MARKED["address"], SIGNER["phone"]):
        assert secret not in answers
    assert "赵*** 138****6666 +1" in answers


def test_logs_hold_no_personal_data(let_in: LetIn, office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk = let_in("integrator", "east")
    people = {"petitioner": MARKED, "co_signers": [SIGNER], "accused": [ACCUSED]}
    letter = {"body": f"我叫赵标记甲，{LIFT}", "title": "标记", "region": "标记区", **people}
    desk.post("/letters", {**letter, "external_id": "1"})
    desk.post("/letters", {**letter, "external_id": "1", "title": "标记二"})
    desk.post("/letters", {**letter, "channel": "标记"})
    desk.post("/letters", {**letter, "received_at": "标记"})
    desk.post("/letters/batch", {"letters": [letter, {**letter, "id": ["标记"]}]})
    desk.post("/analyze", letter)
    desk.post("/compare", {"a": letter, "b": letter})
    desk.get("/letters", region="标记区", cursor="标记")
    desk.get("/letters/标记")
    refuse_inserts(office.database, "letters")
    assert_problem(desk.post("/letters", letter), 500)
    assert "disk of a test" in caplog.text
    for mark in MARKS:
        assert mark not in caplog.text
        assert json.dumps(mark)[1:-1] not in caplog.text


def test_the_database_holds_no_personal_data_in_the_clear(clerk: Desk, office: Office) -> None:
    clerk.deliver(LIFT, petitioner=MARKED, co_signers=[SIGNER], accused=[ACCUSED])
    content = content_of(office.database)
    assert LIFT.encode() in content
    for mark in MARKS:
        assert mark.encode() not in content
        assert json.dumps(mark)[1:-1].encode() not in content


def test_letters_in_and_out_are_different_schemas() -> None:
    received = {schema.__name__ for schema in schemas(letters)}
    assert received == {"Person", "LetterIn"}
