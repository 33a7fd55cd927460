from typing import Any

import pytest

from tests.service.desk import LIFT, LIFT_AGAIN, ROAD, WAGES, Desk, LetIn, assert_problem, ids


def matter_of(desk: Desk, letter: dict[str, Any]) -> str:
    return str(desk.read(f"/letters/{letter['id']}")["matter"]["id"])


def candidates_of(desk: Desk, letter: dict[str, Any]) -> list[str]:
    return ids(desk.read(f"/letters/{letter['id']}")["matter"]["candidates"])


@pytest.fixture
def lift(clerk: Desk) -> dict[str, Any]:
    return dict(clerk.deliver(LIFT, received_at="2026-03-01"))


@pytest.fixture
def road(clerk: Desk) -> dict[str, Any]:
    return dict(clerk.deliver(ROAD, received_at="2026-03-02"))


def decide(desk: Desk, matter: str, letter: dict[str, Any], decision: str) -> Any:
    return desk.post(f"/matters/{matter}/links", {"letter_id": letter["id"], "decision": decision})


def test_a_confirmed_letter_moves_into_the_matter_and_back_when_that_is_undone(
    clerk: Desk, lift: dict[str, Any], road: dict[str, Any]
) -> None:
    before, matter = matter_of(clerk, road), matter_of(clerk, lift)
    answer = decide(clerk, matter, road, "confirm")
    assert answer.status_code == 200
    assert ids(answer.get_json()["letters"]) == [lift["id"], road["id"]]
    assert clerk.call("DELETE", f"/matters/{matter}/links/{road['id']}").status_code == 200
    assert matter_of(clerk, road) != matter_of(clerk, lift)
    assert before != matter
    kinds = [event["kind"] for event in clerk.read(f"/matters/{matter}")["events"]]
    assert {"confirmed", "undone"} <= set(kinds)


def test_a_rejected_letter_leaves_and_is_never_proposed_again(clerk: Desk, lift: dict[str, Any]) -> None:
    again = clerk.deliver(LIFT_AGAIN, received_at="2026-03-03")
    matter = matter_of(clerk, lift)
    assert matter_of(clerk, again) == matter
    assert decide(clerk, matter, again, "reject").status_code == 200
    assert matter_of(clerk, again) != matter
    assert again["id"] not in candidates_of(clerk, lift)
    assert lift["id"] not in candidates_of(clerk, again)
    assert clerk.read(f"/letters/{lift['id']}/similar")["items"] == []


def test_matters_are_merged_and_split(clerk: Desk, lift: dict[str, Any], road: dict[str, Any]) -> None:
    matter, other = matter_of(clerk, lift), matter_of(clerk, road)
    merged = clerk.post(f"/matters/{matter}/merge", {"matter_id": other})
    assert merged.status_code == 200
    assert sorted(ids(merged.get_json()["letters"])) == sorted([lift["id"], road["id"]])
    assert clerk.get(f"/matters/{other}").status_code == 404
    split = clerk.post(f"/matters/{matter}/split", {"letter_ids": [road["id"]]})
    assert split.status_code == 200
    assert ids(split.get_json()["letters"]) == [lift["id"]]
    assert matter_of(clerk, road) != matter


def test_a_new_letter_joins_a_confirmed_matter_as_a_proposal_and_tears_nothing_apart(
    clerk: Desk, lift: dict[str, Any], road: dict[str, Any]
) -> None:
    matter = matter_of(clerk, lift)
    decide(clerk, matter, road, "confirm")
    clerk.deliver(LIFT_AGAIN, received_at="2026-03-05")
    assert matter_of(clerk, lift) == matter_of(clerk, road) == matter


def test_ids_may_be_named_without_saying_that_they_are_ids(
    clerk: Desk, lift: dict[str, Any], road: dict[str, Any]
) -> None:
    matter, other = f"/matters/{matter_of(clerk, lift)}", matter_of(clerk, road)
    for path, content in (
        ("merge", {"matter": other}),
        ("links", {"letter": road["id"], "decision": "confirm"}),
        ("split", {"letters": [road["id"]]}),
    ):
        assert clerk.post(f"{matter}/{path}", content).status_code == 200


@pytest.mark.parametrize(
    ("path", "content", "field"),
    [
        ("links", {"decision": "confirm"}, "letter_id"),
        ("links", {"letter_id": "x", "decision": "guess"}, "decision"),
        ("merge", {}, "matter_id"),
        ("split", {"letter_ids": []}, "letter_ids"),
    ],
)
def test_a_wrong_call_names_the_field(
    clerk: Desk, lift: dict[str, Any], path: str, content: dict[str, Any], field: str
) -> None:
    assert_problem(clerk.post(f"/matters/{matter_of(clerk, lift)}/{path}", content), 422, field)


def test_an_unknown_letter_or_matter_and_an_accusation_answer_alike(
    let_in: LetIn, clerk: Desk, lift: dict[str, Any]
) -> None:
    secret = let_in("discipline").deliver(WAGES, accused=["某人"])
    matter = matter_of(clerk, lift)
    unknown = "0" * 26
    for content in ({"letter": unknown, "decision": "confirm"}, {"letter": secret["id"], "decision": "confirm"}):
        assert_problem(clerk.post(f"/matters/{matter}/links", content), 404)
    answers = [
        clerk.post(f"/matters/{matter}/links", {"letter": letter, "decision": "confirm"})
        for letter in (unknown, secret["id"])
    ]
    assert answers[0].get_json().keys() == answers[1].get_json().keys()
    assert answers[0].get_json()["detail"] == answers[1].get_json()["detail"]
    assert_problem(clerk.post(f"/matters/{matter}/merge", {"matter": secret["matter"]["id"]}), 404)
    assert_problem(clerk.call("DELETE", f"/matters/{matter}/links/{lift['id']}"), 404)


@pytest.mark.parametrize("role", ["integrator", "analyst"])
def test_who_only_delivers_or_measures_decides_nothing(
    let_in: LetIn, clerk: Desk, lift: dict[str, Any], role: Any
) -> None:
    answer = decide(let_in(role), matter_of(clerk, lift), lift, "confirm")
    assert answer.status_code in (403, 404)
