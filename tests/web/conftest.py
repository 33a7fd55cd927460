"""A browser before a running service. Whatever a page asks of another host fails the test."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Route, sync_playwright

from model.analyse import Analyser
from service.caller import Role
from tests.web.house import House, Visit, opened
from tests.web.looks import DESKTOP

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Enter = Callable[..., Visit]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let browsers go on to another page while a file is still on its way to them: nobody closes it then."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def house(tmp_path: Path, small_analyser: Analyser) -> Iterator[House]:
    """Return a running service without letters."""
    with opened(tmp_path, small_analyser) as made:
        yield made


@pytest.fixture
def enter(browser: Browser, house: House) -> Iterator[Enter]:
    """Let somebody in with a browser of their own; at the end nothing may have gone wrong or left the host."""
    visits: list[Visit] = []
    with ExitStack() as stack:

        def come(role: Role, name: str | None = None) -> Visit:
            context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESKTOP)
            stack.callback(context.close)
            visit = Visit(context.new_page(), house.address, [], [])
            visits.append(visit)
            _watch(visit)
            visit.page.goto(house.link_for(role, name))
            return visit

        yield come
        for visit in visits:
            assert visit.foreign == [], "a page asks another host"
            assert visit.faults == []


def _watch(visit: Visit) -> None:
    own = urlsplit(visit.address).netloc

    def guard(route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.scheme == "data" or parts.netloc == own:
            route.continue_()
        else:
            visit.foreign.append(route.request.url)
            route.abort()

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visit.faults.append(message.text)

    visit.page.context.route("**/*", guard)
    visit.page.on("console", hear)
    visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
