"""The same datum stands behind page and API: what a page shows of letters and matters is what the API answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from lxml import html

from service.caller import Caller
from service.office import Office
from service.texts import text
from service.web.marks import MOST_WEIGHTS
from service.web.words import percent, word
from tests.service.desk import (
    GATHERING,
    LIFT,
    LIFT_AGAIN,
    QIAN,
    RIVER,
    RIVER_AGAIN,
    ROAD,
    WAGES,
    WAGES_AGAIN,
    ZHAO,
    Desk,
    take,
)
from tests.service.rights import Visitor, visit

LETTERS, MATTERS = 10, 3
FACTS: Mapping[str, Any] = {"region": "江州市东湖区", "channel": "web", "addressee": "东湖区住建局"}
DATES = ("2026-03-01", "2026-03-05", "2026-11-20")
FACTS_SHOWN = {
    *("level2", "evidence", "alternatives", "earlier", "confirmed", "flagged", "danger", "corrected"),
    *("overdue", "met"),
}
BODIES = (
    *(LIFT, f"{LIFT_AGAIN}我们六十户{GATHERING}", f"{LIFT}上月已经反映过，至今没有人修。"),
    *(WAGES, WAGES_AGAIN, RIVER, RIVER_AGAIN, ROAD),
    "老人说活不下去了，准备从楼上跳下去，请马上派人。",
    "建议沿河安装污水管网，建议公布水质检测结果，保护河水环境。",
)


@pytest.fixture
def filled(office: Office, clerk: Desk) -> Office:
    """Return an office with letters old and new, some judged, one routed, one link confirmed."""
    rows = [
        take(office, body, petitioner=(ZHAO, QIAN)[place % 2], received_at=DATES[place % 3], **FACTS).row
        for place, body in enumerate(BODIES)
    ]
    clerk.correct(rows[7].id, category="labour")
    clerk.correct(rows[3].id, review="accepted")
    clerk.post(f"/matters/{rows[0].matter_id}/links", {"letter": rows[1].id, "decision": "confirm"})
    clerk.post(f"/matters/{rows[3].matter_id}/events", {"type": "routed", "unit": "人社局", "at": "2026-03-09"})
    return office


@pytest.fixture
def li(app: Flask, filled: Office) -> Visitor:
    return visit(app, filled, Caller("li", "clerk"))


def test_ten_letters_show_what_the_api_answers(clerk: Desk, li: Visitor) -> None:
    letters = clerk.read("/letters")["items"]
    assert len(letters) == LETTERS
    assert {fact for letter in letters for fact in facts_of(letter)} == FACTS_SHOWN
    for letter in letters:
        page, path = page_of(li, f"/letters/{letter['id']}"), f"/letters/{letter['id']}"
        assert letter == clerk.read(path)
        same_category(page, letter)
        same_evidence(page, letter)
        same_level(page, letter)
        same_clocks(page, letter["clocks"])
        same_links(page, letter, clerk.read(f"{path}/similar")["items"])


@pytest.mark.parametrize("path", ["/letters", "/queue?order=newest"])
def test_lists_show_what_the_api_answers(clerk: Desk, li: Visitor, path: str) -> None:
    found = clerk.read("/letters", **({"review": "pending"} if "queue" in path else {}))["items"]
    for letter, row in zip(found, page_of(li, path).xpath("//table[@data-rows]/tbody/tr"), strict=True):
        assert leads(row, "/letters/") == [letter["id"]]
        said = told(row)
        assert letter["category"]["name"] in said
        assert percent(letter["category"]["confidence"]) in said
        assert (text("list.needs_review") in said) is letter["category"]["needs_review"]
        assert word("verdict", letter["matter"]["verdict"]) in said
        assert word("level", letter["group_visit"]["level"]) in said


def test_three_matters_show_what_the_api_answers(clerk: Desk, li: Visitor) -> None:
    lines = [line for line in clerk.read("/matters")["items"] if line["letters"] > 1]
    assert len(lines) == MATTERS
    assert {line["flag"]["level"] for line in lines} == {"none", "warning"}
    for line in lines:
        path = f"/matters/{line['id']}"
        matter, page = clerk.read(path), page_of(li, path)
        assert (matter["title"], matter["flag"], matter["unit"]) == (line["title"], line["flag"], line["unit"])
        same_facts(page, matter)
        same_course(page, matter)
        same_deadlines(page, matter["clocks"])
        same_flag(page, matter["flag"])
        same_joints(page, clerk.read(f"{path}/links"))


def facts_of(letter: Mapping[str, Any]) -> Iterator[str]:
    """Yield what there is to show of a letter, so that nothing is compared with nothing only."""
    category, states = letter["category"], {clock["state"] for clock in letter["clocks"]}
    yield from (name for name in ("level2", "evidence", "alternatives") if category[name])
    yield from {"earlier"} if letter["matter"]["candidates"] else ()
    yield from {"confirmed"} if letter["matter"]["decision"] == "confirmed" else ()
    yield from {"flagged"} if letter["group_visit"]["reasons"] else ()
    yield from {"danger"} if letter["warnings"] else ()
    yield from {"corrected"} if letter["automatic"] and letter["review"] == "corrected" else ()
    yield from {"overdue", "met"} & states


def same_category(page: Any, letter: Mapping[str, Any]) -> None:
    category = letter["category"]
    level2 = [category["level2"]] if category["level2"] else []
    below = [one for one in category["level2_alternatives"] if one["confidence"] >= 0.01]
    wanted = [category, *level2, *below, *category["alternatives"][:3]]
    rows = page.find_class("scores")[0].xpath(".//tr")
    for scored, row in zip(wanted, rows, strict=True):
        assert scored["name"] in told(row.find("th"))
        assert told(row.find("td")) == percent(scored["confidence"])
    findings = told(page.find_class("findings")[0])
    for group in ("purpose", "route", "review"):
        assert word(group, letter[group]) in findings
    assert all(word("review_reason", reason) in findings for reason in category["review_reasons"])
    assert all(scored["name"] in findings for scored in category["also"])
    assert letter["model"]["version"] in findings


def same_evidence(page: Any, letter: Mapping[str, Any]) -> None:
    evidence = letter["category"]["evidence"]
    strongest = sorted(evidence, key=lambda span: -abs(span["weight"]))[:MOST_WEIGHTS]
    wanted = [(span["text"], f"{span['weight']:+.2f}") for span in strongest]
    items = [item for one in page.find_class("weights") for item in one.xpath("li")]
    assert [(told(item.find("a")), told(item.find("span"))) for item in items] == wanted
    for number, span in enumerate(evidence):
        mark = page.get_element_by_id(f"w{number}").xpath("following::mark")[0].text_content()
        assert mark.startswith(span["text"]) or span["text"].startswith(mark)


def same_level(page: Any, letter: Mapping[str, Any]) -> None:
    visit_ = letter["group_visit"]
    facts = told(page.find_class("key-facts")[0])
    assert (word("level", visit_["level"]) in facts) is (visit_["level"] != "none")
    reasons = [item for one in page.find_class("reasons") for item in one.xpath("li")]
    wanted = [f"{word('reason', reason['code'])} {reason['text']}" for reason in visit_["reasons"]]
    assert [told(reason) for reason in reasons] == wanted
    alarm = [told(one) for one in page.xpath("//section[@class='alarm']//q")]
    body = letter["body"]
    assert alarm == [body[one["start"] : one["end"]] for one in letter["warnings"] if one["start"] is not None]


def same_clocks(page: Any, clocks: Sequence[Mapping[str, Any]]) -> None:
    heading = page.xpath(f"//h2[.='{text('letter.clocks')}']")[0]
    names, shown = (heading.getparent().xpath(f"dl/{tag}") for tag in ("dt", "dd"))
    listed = [one for one in clocks if one["due_at"] or one["state"] == "met" or one["name"] in ("route", "notice")]
    assert [told(name) for name in names] == [word("clock", clock["name"]) for clock in listed]
    for clock, place in zip(listed, shown, strict=True):
        assert moments(place.xpath("time/@datetime")) == due(clock)
        assert text("letter.article", article=clock["article"]) in told(place)
        assert bool(place.find_class("passed")) is (clock["state"] == "overdue")


def same_links(page: Any, letter: Mapping[str, Any], similar: Sequence[Mapping[str, Any]]) -> None:
    matter = letter["matter"]
    findings = page.find_class("findings")[0]
    assert leads(findings, "/matters/") == [matter["id"]]
    assert word("verdict", matter["verdict"]) in told(findings)
    assert (word("link_decision", "confirmed") in told(findings)) is (matter["decision"] == "confirmed")
    shown = {leads(one.find("h3"), "/letters/")[0]: told(one) for one in page.find_class("other")}
    assert shown.keys() == {one["letter"]["id"] for one in similar} == {one["id"] for one in matter["candidates"]}
    assert [one["score"] for one in similar] == [one["score"] for one in matter["candidates"]]
    for one in similar:
        said = shown[one["letter"]["id"]]
        assert text("similar.score", score=percent(one["score"])) in said
        assert word("relation", one["relation"]) in said
        assert all(word("relation_reason", reason) in said for reason in one["reasons"])
    together = {one["letter"]["id"] for one in similar if one["letter"]["matter"]["id"] == matter["id"]}
    beside = [other for one in page.find_class("similar") for other in one.find_class("other")]
    assert {leads(one.find("h3"), "/letters/")[0] for one in beside} == together


def same_facts(page: Any, matter: Mapping[str, Any]) -> None:
    assert told(page.xpath("//h1")[0]) == matter["title"]
    facts, flag = told(page.find_class("key-facts")[0]), matter["flag"]
    assert word("status", matter["status"]) in facts
    assert (matter["registration"] or text("matter.unregistered")) in facts
    assert (matter["unit"] or text("matter.no_unit")) in facts
    assert text("matter.letters_value", count=flag["letters"]) in facts
    assert text("matter.petitioners_value", count=flag["petitioners"]) in facts


def same_course(page: Any, matter: Mapping[str, Any]) -> None:
    course = page.find_class("timeline")[0]
    came = course.find_class("came")
    assert [leads(one.find("h3"), "/letters/")[0] for one in came] == [letter["id"] for letter in matter["letters"]]
    assert [
        word("verdict", letter["matter"]["verdict"]) in told(one)
        for one, letter in zip(came, matter["letters"], strict=True)
    ]
    assert len(course.find_class("did")) == len(matter["events"])


def same_deadlines(page: Any, clocks: Sequence[Mapping[str, Any]]) -> None:
    goes = [clock for clock in clocks if clock["state"] not in ("not_started", "not_owed")]
    for clock, row in zip(goes, page.find_class("clocks")[0].xpath("tbody/tr"), strict=True):
        said = told(row)
        assert word("clock", clock["name"]) in said
        assert word("clock_state", clock["state"]) in said
        assert text("matter.article", article=clock["article"]) in said
        assert moments(row.xpath(".//time/@datetime")) == due(clock)


def same_flag(page: Any, flag: Mapping[str, Any]) -> None:
    cards = page.find_class("flag")
    assert bool(cards) is (flag["level"] != "none")
    for card in cards:
        assert word("level", flag["level"]) in told(card)
        parts = [told(one.find("span")) for one in card.find_class("parts")[0]]
        assert parts == [text(f"matter.part_{part['name']}", number=part["number"]) for part in flag["parts"]]
        assert text("matter.points_note", points=flag["points"]) in told(card)
        actions = [told(one) for one in card.find_class("steps")[0]]
        assert len(actions) == len(flag["actions"])
        assert [told(quote) for quote in card.xpath(".//q")] == [quote["text"] for quote in flag["quotes"]]


def same_joints(page: Any, links: Mapping[str, Any]) -> None:
    rows = {leads(row, "/letters/")[0]: told(row) for row in page.xpath("//table[@data-rows]/tbody/tr")}
    for link in (*links["inside"], *links["outside"]):
        assert percent(link["score"]) in rows[link["letter"]]
        assert word("relation", link["relation"]) in rows[link["letter"]]
    assert {link["letter"] for link in links["outside"]} <= rows.keys()


def page_of(visitor: Visitor, path: str) -> Any:
    answer = visitor.browser.get(path)
    assert answer.status_code == 200
    return html.fromstring(answer.text)


def told(element: Any) -> str:
    """Return the words of an element, without the names of keys."""
    for key in element.xpath(".//kbd"):
        key.drop_tree()
    return " ".join(element.text_content().split())


def leads(element: Any, start: str) -> list[str]:
    """Return the ids that the links of an element lead to."""
    paths = [urlsplit(address).path for address in element.xpath(".//a/@href")]
    return list(dict.fromkeys(path.removeprefix(start) for path in paths if path.startswith(start)))


def moments(times: Sequence[str]) -> list[datetime]:
    return [datetime.fromisoformat(time) for time in times]


def due(clock: Mapping[str, Any]) -> list[datetime]:
    return moments([clock["due_at"]] if clock["due_at"] else [])
