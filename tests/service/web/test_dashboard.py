"""The dashboard says what the API says, leads to exactly what it counts, and tells nobody more than they may know."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from service.caller import Caller, Role
from service.office import Office
from service.periods import last_days
from service.texts import text
from tests.service.desk import (
    BRIBE,
    GATHERING,
    LIFT,
    LIFT_AGAIN,
    QIAN,
    RIVER,
    ROAD,
    WAGES,
    WAGES_AGAIN,
    ZHAO,
    Desk,
    LetIn,
    take,
)
from tests.service.rights import visit

EAST, WEST = "江州市东湖区", "江州市西山县"
FIGURE = re.compile(r'<a class="figure[ a-z]*" href="([^"]*)">([\d,]+)</a>')
CELL = re.compile(r'<td><a href="([^"]*)">([\d,]+)</a></td>')
COUNT = re.compile(r'<p class="count">\D*(\d+)\D*</p>')


def ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


@pytest.fixture
def busy(office: Office, clerk: Desk) -> Office:
    """Return an office with letters now, before and a year before: due, flagged, repeated, corrected and accusing."""
    rows = [
        take(office, body, received_at=ago(days), **facts).row
        for body, days, facts in (
            (LIFT, 40, {"region": EAST, "channel": "web", "petitioner": ZHAO}),
            (LIFT_AGAIN, 1, {"region": EAST, "channel": "letter", "petitioner": ZHAO}),
            (WAGES, 13, {"region": WEST, "channel": "phone", "petitioner": QIAN}),
            (WAGES_AGAIN, 2, {"region": WEST, "channel": "web", "petitioner": QIAN}),
            (f"{ROAD}{GATHERING}", 0.01, {"region": WEST, "channel": "visit", "people_present": 8}),
            (RIVER, 0.02, {}),
            (f"{RIVER}另请公开结果。", 364, {"region": EAST}),
        )
    ]
    take(office, BRIBE, accused=["周正"], region=EAST, received_at=ago(3))
    clerk.correct(rows[2].id, category={"code": "labour"})
    clerk.correct(rows[3].id, category={"code": "health"})
    assert clerk.patch(f"/letters/{rows[5].id}", {"review": "accepted"}, "*").status_code == 200
    return office


@pytest.fixture
def looks(app: Flask, office: Office) -> Any:
    def look(role: Role, **scope: Any) -> FlaskClient:
        return visit(app, office, Caller(f"{role} {scope}", role, **scope)).browser

    return look


def page(browser: FlaskClient, **query: str) -> str:
    answer = browser.get("/dashboard", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.text


def figures(content: str) -> list[tuple[str, int]]:
    """Return every figure that leads somewhere, with where it leads."""
    found = [*FIGURE.findall(content), *CELL.findall(content)]
    return [(unescape(href), int(number.replace(",", ""))) for href, number in found]


def figure_of(content: str, path: str, **query: str) -> int:
    """Return the one figure whose address asks for all of this, and nothing else."""
    parts = [(urlsplit(href), number) for href, number in figures(content)]
    (number,) = {number for one, number in parts if (one.path, dict(parse_qsl(one.query))) == (path, query)}
    return number


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(("role", "formula"), [("supervisor", "letters"), ("discipline", "matters")])
def test_every_figure_leads_to_a_list_of_exactly_that_size(looks: Any, role: Role, formula: str) -> None:
    browser = looks(role)
    told = figures(page(browser, days="14", formula=formula))
    assert len(told) > 30
    assert any(number > 1 for _, number in told)
    for href, number in set(told):
        answer = browser.get(href)
        assert answer.status_code == 200, href
        assert COUNT.findall(answer.text) == [str(number)], href


@pytest.mark.usefixtures("busy")
def test_page_and_api_show_the_same_figures(looks: Any, let_in: LetIn) -> None:
    content, api = page(looks("supervisor")), let_in("supervisor")
    period = last_days(datetime.now(UTC), 30)
    between = {"since": str(period.first), "until": str(period.after)}
    stats = api.read("/stats", period=period.name)
    assert figure_of(content, "/letters", **between) == stats["total"]["letters"]["value"] == 5
    assert figure_of(content, "/letters", **between, verdict="repeat") == stats["total"]["repeats"]["value"]
    assert stats["total"]["repeats"]["value"] > 0
    before = period.previous
    earlier = {"since": str(before.first), "until": str(before.after)}
    assert figure_of(content, "/letters", **earlier) == stats["total"]["letters"]["previous"] == 1
    for by in ("category", "region", "channel"):
        for line in api.read("/stats", period=period.name, by=by)["items"]:
            narrow = {by: line["code"]} if line["code"] else {"lacking": by}
            if line["letters"]["value"]:
                assert figure_of(content, "/letters", **between, **narrow) == line["letters"]["value"]
                found = api.read("/letters", **between, **narrow)["items"]
                assert len(found) == line["letters"]["value"]
    for line in stats["quality_by_category"]:
        assert (
            figure_of(content, "/letters", **between, suggested=line["code"], review="corrected") == line["corrected"]
        )
    (rate,) = [rate for rate in stats["rates"] if rate["name"].startswith("repeats")]
    assert f"{rate['value']:.1%}" in content
    assert rate["formula"] in content
    for level in ("warning", "watch"):
        assert figure_of(content, "/matters", level=level) == len(api.read("/matters", level=level)["items"])
    for due in ("overdue", "soon"):
        assert figure_of(content, "/matters", due=due) == len(api.read("/matters", due=due)["items"])
    assert figure_of(content, "/matters", due="overdue") > 0


@pytest.mark.usefixtures("busy")
def test_the_formula_of_repeats_is_chosen_in_the_address(looks: Any, let_in: LetIn) -> None:
    period = last_days(datetime.now(UTC), 30).name
    for formula in ("letters", "matters"):
        stats = let_in("supervisor").read("/stats", period=period, formula=formula)
        (rate,) = [rate for rate in stats["rates"] if rate["name"].startswith("repeats")]
        content = page(looks("supervisor"), formula=formula)
        assert text(f"stats.formula_repeats_{formula}") == rate["formula"]
        assert rate["formula"] in content
        assert f"{rate['value']:.1%}" in content


def test_of_accusations_only_discipline_sees_anything(office: Office, looks: Any) -> None:
    take(office, LIFT, region=EAST, received_at=ago(1))
    before = {role: told(page(looks(role))) for role in ("supervisor", "admin", "clerk", "analyst")}
    take(office, BRIBE, accused=["周正"], region="云河县", channel="visit", received_at=ago(20))
    assert {role: told(page(looks(role))) for role in before} == before
    assert text("dashboard.restricted") not in before["supervisor"]
    content = page(looks("discipline"))
    assert text("dashboard.restricted") in content
    assert "云河县" in content
    assert figure_of(content, "/letters", restricted="true", review="pending") == 1


def told(content: str) -> str:
    """Return a page without the token of its form and the name of who looks."""
    return re.sub(r'name="csrf_token" value="[^"]*"|<form class="who".*?</form>', "", content, flags=re.DOTALL)


def test_a_supervisor_of_a_region_sees_no_trace_of_another(office: Office, looks: Any) -> None:
    take(office, LIFT, region=EAST, received_at=ago(30))
    browser = looks("supervisor", regions=(EAST,))
    before = told(page(browser))
    for body, days in ((WAGES, 40), (f"{ROAD}{GATHERING}", 1), (f"{LIFT}{GATHERING}", 0.01), (RIVER, 13), (RIVER, 364)):
        take(office, body, region=WEST, received_at=ago(days), people_present=9)
    take(office, BRIBE, accused=["周正"], region=EAST, received_at=ago(2))
    assert told(page(browser)) == before
    assert WEST not in before
    assert EAST in before


def test_a_flag_for_letters_of_another_region_is_neither_counted_nor_listed(office: Office, looks: Any) -> None:
    mine = take(office, LIFT, region=EAST, received_at=ago(1)).row
    for number in range(3):
        take(office, f"{LIFT_AGAIN}{GATHERING}", region=WEST, received_at=ago(number / 100), people_present=9)
    browser = looks("supervisor", regions=(EAST,))
    assert figure_of(page(browser), "/matters", level="warning") == 0
    for level in ("warning", "watch"):
        assert mine.matter_id not in browser.get("/matters", query_string={"level": level}).text
    assert mine.matter_id in browser.get("/matters", query_string={"level": "none"}).text


def test_of_a_part_of_the_office_so_many_flags_are_judged_and_more_are_told_of(
    office: Office, looks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for body in (LIFT, ROAD, WAGES):
        take(office, f"{body}{GATHERING}", region=EAST, received_at=ago(0.1), people_present=9)
    browser = looks("supervisor", regions=(EAST,))
    for most, shown in ((4, "3"), (3, "3+"), (2, "2+")):
        monkeypatch.setattr("service.overview.MOST_JUDGED", most)
        tiles = re.findall(r'<a class="figure" href="/matters\?level=warning">([^<]*)<', page(browser))
        assert tiles == [shown]


@pytest.mark.usefixtures("busy")
def test_an_analyst_sees_figures_and_no_letters(looks: Any) -> None:
    browser = looks("analyst")
    content = page(browser)
    assert figures(content) == []
    assert not re.search(r'href="/(letters|matters|hot-issues)', content)
    assert not any(body[:6] in content for body in (LIFT, ROAD, WAGES, RIVER, BRIBE))
    assert text("dashboard.by_category") in content
    assert browser.get("/letters").status_code == 404


def test_an_empty_office_and_one_without_flags_are_told_so(office: Office, looks: Any) -> None:
    empty = page(looks("supervisor"))
    for words in ("dashboard.empty", "dashboard.none_overdue", "dashboard.no_flags"):
        assert text(words) in empty
    take(office, "您好，谢谢。", received_at=ago(1))
    calm = page(looks("supervisor"))
    assert text("dashboard.no_flags") in calm
    assert text("dashboard.no_issues") in calm
    assert text("dashboard.empty") not in calm


def test_a_period_that_is_not_offered_is_refused(looks: Any) -> None:
    assert looks("supervisor").get("/dashboard?days=15").status_code == 422


def test_many_letters_take_no_more_statements_than_few(busy: Office, looks: Any) -> None:
    browser = looks("supervisor")
    page(browser)
    with counted(busy) as few:
        page(browser)
    for number in range(40):
        body = (LIFT, ROAD, WAGES, RIVER)[number % 4]
        take(
            busy,
            f"{body}第{number}次。{GATHERING}",
            received_at=ago(number * 1.2),
            region=f"{EAST}{number}",
            people_present=9,
        )
    with counted(busy) as many:
        page(browser)
    assert len(many) <= len(few) + 1
    assert len(many) <= 45


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """Gather the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = office.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_without_letters_of_a_year_before_no_line_of_zeros_is_drawn(office: Office, looks: Any) -> None:
    take(office, LIFT, received_at=ago(1))
    for earlier in (None, ago(364)):
        if earlier:
            take(office, ROAD, received_at=earlier)
        drawing = re.search(r"<svg.*?</svg>", page(looks("supervisor")), re.DOTALL)
        assert drawing
        lines = re.findall(r'<text class="name"[^>]*>([^<]*)', drawing[0])
        assert set(lines) == {text("dashboard.now"), *([text("dashboard.year_before")] if earlier else [])}
