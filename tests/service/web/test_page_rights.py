"""What protects every page: forms with tokens, no script of its own, titles without people, cookies for one host."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.caller import Caller, Role
from service.office import Office
from service.sessions import make_login_link
from service.settings import Settings
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, ZHAO, take
from tests.service.rights import ROWS, visit, ways

ROLES: tuple[Role, ...] = ("clerk", "supervisor", "discipline", "admin")
POLICY = {
    "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "connect-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip
LEADS_ON = "GET /"
OPEN_PAGES = ("/login", "/docs", "/login/used-up", "/nowhere")


class Markup(HTMLParser):
    """What matters of a page: its title, its forms that change something, and what a policy would refuse."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.title = ""
        self.forms: list[set[str]] = []
        self.refused: list[str] = []
        self._within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._within.append(tag)
        self.refused += [name for name in given if name == "style" or name.startswith("on")]
        self.refused += [tag] if tag in ("style", "base", "iframe", "object") else []
        if tag == "script" and not (given.get("src") or "").startswith("/"):
            self.refused.append("script")
        if tag == "form" and (given.get("method") or "get").lower() != "get":
            self.forms.append(set())
        if tag == "input" and self.forms and given.get("value"):
            self.forms[-1].add(given.get("name") or "")

    def handle_data(self, data: str) -> None:
        if self._within and self._within[-1] == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()


@pytest.fixture
def paths(app: Flask, office: Office) -> list[str]:
    """Return an address of every page that wants a session, among letters that name people in their titles."""
    first = take(office, LIFT, title="赵铁柱反映电梯停运", petitioner=ZHAO).row
    take(office, LIFT_AGAIN, petitioner=ZHAO)
    take(office, BRIBE, accused=["李某"])
    ids = {"letter_id": first.id, "matter_id": first.matter_id}
    return [
        way.path(**ids)
        for way in ways(app)
        if not way.of_api
        and ROWS[way.name]
        and way.method == "GET"
        and way.name != LEADS_ON
        # Whose import or report it is decides: see their tests.
        and way.rule.arguments.isdisjoint(("import_id", "report_id"))
    ]


def pages(browser: FlaskClient, paths: list[str]) -> Iterator[tuple[str, str]]:
    for path in (*paths, *OPEN_PAGES):
        answer = browser.get(path, headers={"Accept": "text/html"})
        assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY, path
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.mimetype == "text/html" and answer.status_code != 302:
            yield path, answer.text


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_every_role_is_protected(app: Flask, office: Office, paths: list[str], role: Role) -> None:
    browser = visit(app, office, Caller(role, role)).browser
    seen = dict(pages(browser, paths))
    assert set(paths) <= set(seen)
    assert len(paths) >= 5
    for path, page in seen.items():
        markup = Markup(page)
        assert markup.refused == [], path
        assert markup.title, path
        assert not re.search("赵|铁柱|李某|电梯", markup.title), path
        assert all("csrf_token" in form for form in markup.forms), path
        assert markup.forms or path == "/docs", path


def test_pages_without_a_session_are_protected_as_well(app: Flask) -> None:
    seen = dict(pages(app.test_client(), []))
    assert {"/login", "/docs", "/login/used-up", "/nowhere"} == set(seen)
    for path, page in seen.items():
        markup = Markup(page)
        assert (markup.refused, all("csrf_token" in form for form in markup.forms)) == ([], True), path


def test_every_change_by_a_page_wants_the_token_of_its_form(app: Flask, office: Office) -> None:
    browser = visit(app, office, Caller("li", "clerk")).browser
    ours = [way for way in ways(app) if not ROWS[way.name] or "clerk" in ROWS[way.name]]
    changing = [way for way in ours if not way.of_api and way.method not in ("GET", "HEAD")]
    assert len(changing) >= 2
    for way in changing:
        values = dict.fromkeys(way.rule.arguments, "x")
        for forged in ({}, {"csrf_token": "x"}):
            answer = browser.open(way.path(**values), method=way.method, data=forged)
            assert answer.status_code == 400, way.name
    assert browser.get("/letters").status_code == 200


@pytest.mark.parametrize(("https", "secure"), [("on", True), ("off", False)])
def test_the_cookie_is_for_this_host_and_out_of_reach_of_scripts(office: Office, https: str, secure: bool) -> None:
    settings = Settings(home=office.settings.home, https=https)
    app = create_app(Office(settings, office.database, office.engine, office.keys))
    browser = app.test_client()
    answer = browser.get(f"/login/{make_login_link(office.database, 'li', 'clerk')}", base_url="https://localhost")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    flags = {flag.strip().split("=")[0] for flag in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite", "Path", "Expires"} <= flags
    assert "SameSite=Lax" in cookie
    assert ("Secure" in flags, "Domain" in flags) == (secure, False)


def test_no_script_of_ours_writes_markup() -> None:
    scripts = list((Path(__file__).parents[3] / "service" / "static").glob("*.js"))
    assert scripts
    for script in scripts:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script.read_text("utf-8")
        )
