from typing import Any

import pytest

from model.analyse import Analyser
from service.app import create_app
from service.caller import ROLES, Role
from service.engine import Engine
from service.office import Office
from service.tokens import make_token
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, ROAD, ZHAO, Desk, LetIn, assert_problem, contents


def posted(desk: Desk, path: str, content: Any) -> Any:
    answer = desk.post(path, content)
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize("role", ROLES)
def test_everybody_may_analyse_and_nothing_is_stored(let_in: LetIn, office: Office, role: Role) -> None:
    desk = let_in(role)
    assert posted(desk, "/analyze", {"body": BRIBE, "petitioner": ZHAO})["purpose"] == "accusation"
    assert posted(desk, "/compare", {"a": {"body": LIFT}, "b": {"body": LIFT_AGAIN}})["relation"] == "same_matter"
    assert set(contents(office.database).values()) == {0}


def test_analyze_names_the_letter_as_it_was_sent(clerk: Desk) -> None:
    assert posted(clerk, "/analyze", {"id": "x-7", "body": LIFT})["id"] == "x-7"
    assert posted(clerk, "/analyze", {"body": LIFT})["id"] == "1"


def test_scores_appear_when_asked_for(clerk: Desk) -> None:
    assert "scores" not in posted(clerk, "/analyze", {"body": LIFT})["category"]
    assert len(posted(clerk, "/analyze?scores=true", {"body": LIFT})["category"]["scores"]) == 6
    assert_problem(clerk.post("/analyze?scores=perhaps", {"body": LIFT}), 422, "scores")


def test_an_unreadable_time_is_a_warning(clerk: Desk) -> None:
    (warning,) = posted(clerk, "/analyze", {"body": LIFT, "received_at": "上周三"})["warnings"]
    assert (warning["code"], warning["detail"]) == ("unreadable_time", "上周三")


def test_compare_says_in_which_letter_a_time_is_unreadable(clerk: Desk) -> None:
    good, bad = {"body": LIFT, "received_at": "2026-03-05"}, {"body": LIFT, "received_at": "上周三"}
    assert posted(clerk, "/compare", {"a": good, "b": good})["warnings"] == []
    (warning,) = posted(clerk, "/compare", {"a": good, "b": bad})["warnings"]
    assert (warning["code"], warning["letter"], warning["detail"]) == ("unreadable_time", "b", "上周三")
    both = posted(clerk, "/compare", {"a": bad, "b": bad})["warnings"]
    assert [warning["letter"] for warning in both] == ["a", "b"]


@pytest.mark.parametrize(("b", "relation"), [(LIFT, "same_text"), (LIFT_AGAIN, "same_matter"), (ROAD, "different")])
def test_compare_tells_the_relation(clerk: Desk, b: str, relation: str) -> None:
    result = posted(clerk, "/compare", {"a": {"body": LIFT}, "b": {"body": b}})
    assert result["relation"] == relation
    assert (result["score"] >= 0.5) == (relation != "different")


@pytest.mark.parametrize(
    ("content", "field"),
    [({}, "a"), ({"a": {"body": LIFT}}, "b"), ({"a": 5, "b": 5}, "b"), ({"a": {"body": LIFT}, "b": {}}, "b.body")],
)
def test_compare_names_the_side_at_fault(clerk: Desk, content: Any, field: str) -> None:
    assert_problem(clerk.post("/compare", content), 422, field)


def test_without_a_relation_part_compare_says_what_to_run(office: Office) -> None:
    plain = Office(office.settings, office.database, Engine(Analyser("empty")), office.keys)
    desk = Desk(create_app(plain).test_client(), make_token(office.database, "clerk", "clerk"))
    content = assert_problem(desk.post("/compare", {"a": {"body": LIFT}, "b": {"body": LIFT}}), 503)
    assert "hongyan-train fit" in content["detail"]
    assert posted(desk, "/analyze", {"body": LIFT})["category"] is None
    assert desk.deliver(LIFT)["matter"]["verdict"] == "first"
    assert desk.read("/letters")["items"][0]["category"] is None
