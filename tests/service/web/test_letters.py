"""The list of letters on its page: words to look for."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.caller import Caller
from service.office import Office
from service.texts import text
from tests.service.desk import BRIBE, LIFT, ROAD, take
from tests.service.rights import visit


@pytest.fixture
def browser(app: Flask, office: Office) -> FlaskClient:
    """Return a clerk at the pages of an office with three letters, one of them an accusation."""
    take(office, LIFT, region="云河县", received_at="2026-01-01")
    take(office, ROAD)
    take(office, f"{BRIBE}电梯", accused=["局长"])
    return visit(app, office, Caller("li", "clerk")).browser


def shown(browser: FlaskClient, query: str) -> str:
    answer = browser.get(f"/letters?{query}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(("words", "count"), [("电梯", 1), ("", 2), ("法院", 0)])
def test_the_page_lists_letters_that_hold_the_words(browser: FlaskClient, words: str, count: int) -> None:
    assert shown(browser, f"text={words}").count('class="open"') == count


def test_what_is_looked_for_stays_in_its_field_and_in_the_way_on(browser: FlaskClient) -> None:
    assert 'name="text" value="电梯 &#34;小区&#34;"' in shown(browser, 'text=电梯 "小区"')


@pytest.mark.parametrize("words", ['"电梯', "，。", "的"])
def test_what_cannot_be_looked_for_is_told_in_plain_words(browser: FlaskClient, words: str) -> None:
    page = shown(browser, f"text={words}")
    assert text("list.text_fault") in page
    assert 'class="open"' not in page
