from typing import Any

import pytest

from service.caller import Caller
from service.errors import Busy
from service.office import Office
from service.queries.letters import Sight
from service.queries.lists import Filter, count_up_to
from tests.service.desk import (
    BRIBE,
    GATHERING,
    LIFT,
    LIFT_AGAIN,
    ROAD,
    WAGES,
    ZHAO,
    Desk,
    LetIn,
    assert_problem,
    count,
    ids,
    take,
)

CLOCKS = ["route", "notice", "dispute", "handling", "review", "re_review"]
LETTER_KEYS = {
    "id", "automatic", "external_id", "received_at", "title", "body", "channel", "addressee", "region", "petitioner",
    "category", "purpose", "route", "group_visit", "warnings", "model", "matter", "clocks", "review", "receipt",
}  # fmt: skip


@pytest.fixture
def inbox(clerk: Desk) -> list[dict[str, Any]]:
    """Return seven stored letters, oldest first; two share their time."""
    bodies = (LIFT, ROAD, WAGES, LIFT_AGAIN, f"{ROAD}谢谢。", f"{WAGES}谢谢。", f"{LIFT}{GATHERING}")
    facts = [
        {"received_at": f"2026-03-0{max(day, 2)}T10:00", "region": "东湖区" if day % 2 else "清水镇"}
        for day in range(1, 8)
    ]
    return [clerk.deliver(body, **fact) for body, fact in zip(bodies, facts, strict=True)]


def newest_first(letters: list[dict[str, Any]]) -> list[str]:
    return ids(sorted(letters, key=lambda letter: (letter["received_at"], letter["id"]), reverse=True))


def test_a_delivered_letter_comes_back_with_all_that_was_found(clerk: Desk) -> None:
    stored = clerk.deliver(LIFT, title="电梯", external_id="A-1", channel="来信", addressee="区住建局", region="东湖区",
                           received_at="2026/3/5 9:07", petitioner={**ZHAO, "address": "翠竹花园"})  # fmt: skip
    assert stored.keys() == LETTER_KEYS
    given = {"title": "电梯", "body": LIFT, "external_id": "A-1", "channel": "letter", "addressee": "区住建局"}
    assert {name: stored[name] for name in given} == given
    assert stored["received_at"] == "2026-03-05T01:07:00Z"
    assert stored["petitioner"] == "赵** 138****0000"
    assert stored["category"]["code"] == "construction"
    assert (stored["purpose"], stored["route"]) == ("appeal", "ordinary")
    assert stored["matter"].keys() == {"id", "verdict", "decision", "candidates"}
    assert stored["matter"]["verdict"] == "first"
    assert stored["review"] == "pending"
    assert stored["receipt"].keys() == {"stored_at", "state"}
    assert stored["model"] == {"version": "small"}
    assert [clock["name"] for clock in stored["clocks"]] == CLOCKS
    assert clerk.read(f"/letters/{stored['id']}") == stored
    assert clerk.read("/letters") == {"items": [stored], "next": None}


def test_evidence_quotes_the_text(clerk: Desk) -> None:
    stored = clerk.deliver(f"{LIFT}😀{GATHERING}", title="😀电梯")
    text = f"{stored['title']}\n{stored['body']}"
    spans = stored["category"]["evidence"] + stored["group_visit"]["reasons"]
    assert stored["group_visit"]["level"] == "warning"
    assert len(spans) >= 2
    for span in spans:
        assert text[span["start"] : span["end"]] == span["text"]


def test_repeating_a_delivery_stores_nothing_new(clerk: Desk, office: Office) -> None:
    stored = clerk.deliver(LIFT, external_id="A-1")
    again = clerk.post("/letters", {"body": LIFT, "external_id": "A-1"})
    assert (again.status_code, again.json) == (200, stored)
    assert count(office.database, "letters") == 1


def test_repeating_a_delivery_tells_todays_state(clerk: Desk) -> None:
    stored = clerk.deliver(LIFT, external_id="A-1", received_at="2026-03-01")
    repeat = clerk.deliver(LIFT_AGAIN, received_at="2026-03-02")
    again = clerk.post("/letters", {"body": LIFT, "external_id": "A-1", "received_at": "2026-03-01"})
    assert again.json
    assert stored["matter"]["candidates"] == []
    assert ids(again.json["matter"]["candidates"]) == [repeat["id"]]


def test_an_idempotency_key_makes_repeating_harmless(clerk: Desk, office: Office) -> None:
    first = clerk.post("/letters", {"body": LIFT}, Idempotency_Key="k1")
    again = clerk.post("/letters", {"body": LIFT}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert_problem(clerk.post("/letters", {"body": ROAD}, Idempotency_Key="k1"), 409, "Idempotency-Key")
    assert count(office.database, "letters") == 1


def test_unknown_fields_are_ignored(clerk: Desk) -> None:
    assert clerk.deliver(LIFT, colour="红", label="x")["body"] == LIFT


def test_text_stands_for_a_body(clerk: Desk) -> None:
    answer = clerk.post("/letters", {"text": LIFT})
    assert answer.json
    assert (answer.json["title"], answer.json["body"]) == ("", LIFT)


def test_a_list_is_newest_first(clerk: Desk, inbox: list[dict[str, Any]]) -> None:
    assert ids(clerk.read("/letters")["items"]) == newest_first(inbox)


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
def test_pages_hold_every_letter_once(clerk: Desk, inbox: list[dict[str, Any]], limit: int) -> None:
    found: list[str] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        page = clerk.read("/letters", **query)
        assert len(page["items"]) <= limit
        found += ids(page["items"])
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == newest_first(inbox)


def test_a_page_goes_on_where_it_was_though_letters_arrive(clerk: Desk, inbox: list[dict[str, Any]]) -> None:
    page = clerk.read("/letters", limit=3)
    clerk.deliver("刚刚收到的信。", received_at="2026-03-08")
    rest = clerk.read("/letters", cursor=page["next"])
    assert ids(page["items"]) + ids(rest["items"]) == newest_first(inbox)


def test_filters_narrow_the_list(clerk: Desk, inbox: list[dict[str, Any]]) -> None:
    cases: list[tuple[dict[str, str], list[dict[str, Any]]]] = [
        ({"region": "东湖区"}, inbox[::2]),
        ({"category": "labour"}, [inbox[2], inbox[5]]),
        ({"level": "warning"}, [inbox[6]]),
        ({"review": "pending"}, inbox),
        ({"review": "accepted"}, []),
        ({"channel": "web"}, []),
        ({"since": "2026-03-05"}, inbox[4:]),
        ({"until": "2026-03-05T10:00"}, inbox[:4]),
        ({"since": "2026-03-03", "until": "2026-03-06", "region": "东湖区"}, [inbox[2], inbox[4]]),
    ]
    for query, expected in cases:
        assert ids(clerk.read("/letters", **query)["items"]) == newest_first(expected), query


def test_similar_letters_come_best_first_with_evidence(clerk: Desk) -> None:
    told = clerk.deliver(LIFT_AGAIN)
    copied = clerk.deliver(f"{LIFT}请尽快处理。")
    clerk.deliver(ROAD)
    stored = clerk.deliver(LIFT)
    items = clerk.read(f"/letters/{stored['id']}/similar")["items"]
    assert [item["letter"]["id"] for item in items] == [copied["id"], told["id"]]
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    assert items[0]["relation"] == "same_text"
    evidence = items[0]["evidence"]
    assert evidence["shared"]
    for span in evidence["shared"]:
        a = copied["body"][span["a_start"] : span["a_end"]]
        assert a == stored["body"][span["b_start"] : span["b_end"]]
    for span in items[1]["evidence"]["new_in_b"]:
        assert stored["body"][span["start"] : span["end"]] == span["text"]
    assert ids(stored["matter"]["candidates"]) == [copied["id"], told["id"]]


def test_a_batch_answers_each_letter_in_order(clerk: Desk, office: Office) -> None:
    letters: list[Any] = [
        {"body": LIFT, "external_id": "A-1"},
        {"body": ""},
        {"body": LIFT, "external_id": "A-1"},
        {"body": ROAD, "external_id": "A-1"},
        5,
        {"body": ROAD, "received_at": "never"},
        {"body": LIFT_AGAIN},
    ]
    answer = clerk.post("/letters/batch", {"letters": letters})
    assert answer.json
    items = answer.json["items"]
    assert [item["status"] for item in items] == [201, 422, 200, 409, 422, 422, 201]
    assert all((item["letter"] is None) != (item["error"] is None) for item in items)
    assert [items[place]["error"]["field"] for place in (1, 3, 5)] == ["body", "external_id", "received_at"]
    assert items[6]["letter"]["matter"]["id"] == items[0]["letter"]["matter"]["id"]
    assert count(office.database, "letters") == 2


def test_a_batch_under_a_key_may_be_repeated(clerk: Desk, office: Office) -> None:
    letters = [{"body": LIFT}, {"body": ""}, {"body": ROAD}]

    def send(those: list[dict[str, str]]) -> list[int]:
        answer = clerk.post("/letters/batch", {"letters": those}, Idempotency_Key="k" * 255).json
        assert answer
        return [item["status"] for item in answer["items"]]

    assert [send(letters), send(letters)] == [[201, 422, 201], [200, 422, 200]]
    assert send([letters[2], letters[0]]) == [409, 201]
    assert count(office.database, "letters") == 3


def test_of_a_batch_that_the_database_leaves_what_is_stored_is_told(
    clerk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [{"body": f"{LIFT}{number}"} for number in range(40)]
    sent, whole = iter(range(9)), office.reception._intake._take_piece

    def answers_once(deliveries: Any, alongside: Any) -> Any:
        if next(sent) > 0:
            raise Busy("The database is busy or away; send the request again.", retry_after=2)
        return whole(deliveries, alongside)

    with monkeypatch.context() as patch:
        patch.setattr(office.reception._intake, "_take_piece", answers_once)
        answer = clerk.post("/letters/batch", {"letters": letters}, Idempotency_Key="k").json
        assert answer
        assert [item["status"] for item in answer["items"]] == [201] * 32 + [503] * 8
        assert "again" in answer["items"][39]["error"]["reason"]
        assert_problem(clerk.post("/letters/batch", {"letters": letters}, Idempotency_Key="k"), 503)
    answer = clerk.post("/letters/batch", {"letters": letters}, Idempotency_Key="k").json
    assert answer
    assert [item["status"] for item in answer["items"]] == [200] * 32 + [201] * 8
    assert count(office.database, "letters") == 40


@pytest.mark.parametrize("size", [0, 1001])
def test_a_batch_has_limits(clerk: Desk, size: int) -> None:
    assert_problem(clerk.post("/letters/batch", {"letters": [{"body": ""}] * size}), 422, "letters")


def test_a_batch_may_hold_a_thousand_letters(clerk: Desk) -> None:
    answer = clerk.post("/letters/batch", {"letters": [{"body": ""}] * 1000})
    assert answer.json
    assert len(answer.json["items"]) == 1000


def test_the_group_visit_flag_can_be_switched_off(office: Office, let_in: LetIn) -> None:
    desk = let_in("clerk")
    stored = desk.deliver(f"{LIFT}{GATHERING}")
    assert stored["group_visit"]["level"] == "warning"
    object.__setattr__(office.settings, "group_visit", "off")
    assert desk.read(f"/letters/{stored['id']}")["group_visit"] is None
    matter = desk.read(f"/matters/{stored['matter']['id']}")
    assert matter["flag"]["level"] == "none"
    assert matter["flag"]["reasons"] == []
    assert matter["letters"][0]["group_visit"] is None


@pytest.mark.parametrize("letter_id", ["0", "x" * 64, "%00", "电梯", "%ff"])
def test_a_letter_that_is_not_there_is_missing(clerk: Desk, letter_id: str) -> None:
    assert_problem(clerk.get(f"/letters/{letter_id}"), 404)
    assert_problem(clerk.get(f"/letters/{letter_id}/similar"), 404)


def test_the_queue_holds_what_a_person_must_look_at(clerk: Desk) -> None:
    for body in (LIFT, ROAD, WAGES, "您好。"):
        clerk.deliver(body)
    every = clerk.read("/letters")["items"]
    unsure = [letter["id"] for letter in every if letter["category"]["needs_review"]]
    assert ids(clerk.read("/letters", needs_review="true")["items"]) == unsure
    assert set(ids(clerk.read("/letters", needs_review="false")["items"])) == set(ids(every)) - set(unsure)


def test_letters_are_counted_up_to_a_number(office: Office) -> None:
    for number in range(3):
        take(office, f"{LIFT}第{number}次。", region="云河县")
    take(office, BRIBE, accused=["物业公司"])
    with office.database.read() as connection:
        counted = [
            count_up_to(connection, sight, narrow, most)
            for sight, narrow, most in (
                (Sight(restricted=True), Filter(), 1000),
                (Sight(restricted=False), Filter(), 1000),
                (Sight(restricted=False), Filter(), 2),
                (Sight(restricted=False), Filter(), 3),
                (Sight(restricted=False), Filter(region="别处"), 2),
            )
        ]
        assert counted == [4, 3, 3, 3, 0]
        reader = office.reader(connection, Caller("li", "clerk"))
        assert reader.count_letters(Filter(region="云河县", needs_review=None)) == 3
