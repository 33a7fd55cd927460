"""A running service on a database of its own, and people who come to it with a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from model.analyse import Analyser
from service.app import create_app
from service.caller import Role
from service.db import Database
from service.migrate import upgrade
from service.office import Office
from service.sessions import make_login_link
from service.tokens import make_token
from service.worker import Worker
from tests.service.databases import office_at
from tests.service.desk import Desk
from tests.web.looks import assert_accessible, assert_fits, picture


@dataclass(frozen=True)
class House:
    """A running service: its office, and where browsers find it."""

    office: Office
    address: str
    app: Flask

    def link_for(self, role: Role, name: str | None = None) -> str:
        """Return an address that logs somebody in once."""
        return f"{self.address}/login/{make_login_link(self.office.database, name or role, role)}"

    def desk(self, role: Role, name: str) -> Desk:
        """Give somebody a token for the API of the same office."""
        return Desk(self.app.test_client(use_cookies=False), make_token(self.office.database, name, role))

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Let jobs be done in the background."""
        worker = Worker(self.office)
        thread = Thread(target=worker.run)
        thread.start()
        try:
            yield
        finally:
            worker.stop()
            thread.join()


@contextmanager
def opened(folder: Path, analyser: Analyser) -> Iterator[House]:
    """Run a service on SQLite in a folder, at a free port."""
    address = f"sqlite:///{folder / 'hongyan.db'}"
    database = Database(address)
    upgrade(database)
    database.close()
    with office_at(address, folder, analyser) as office:
        app = create_app(office)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield House(office, f"http://127.0.0.1:{server.server_port}", app)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@dataclass
class Visit:
    """A page that somebody looks at, what it asked for beyond the service, and what went wrong in it."""

    page: Page
    address: str
    foreign: list[str]
    faults: list[str]
    presses: int = 0
    known: set[str] = field(default_factory=set)

    def go(self, path: str) -> None:
        """Open an address of the service."""
        self.page.goto(f"{self.address}{path}")

    def come(self, path: str) -> None:
        """Open an address as part of a day's work: when it is first seen everybody must be able to use it."""
        self.go(path)
        if path not in self.known:
            self.known.add(path)
            self.check()

    def check(self) -> None:
        """Check that everybody can use the page as it is now; that it is so in dark as well is for other tests."""
        assert_accessible(self.page, ["light"])

    def look(self, name: str) -> None:
        """Check a page in every way that it is looked at, and keep pictures of it."""
        assert_accessible(self.page)
        assert_fits(self.page)
        picture(self.page, name)

    def told(self, message: str) -> None:
        """Wait until the page says something, and its keys work."""
        self.page.locator("html.scripted .flash", has_text=message).wait_for()

    def download(self, link: str) -> bytes:
        """Follow a link, by its words, to a file, and return what the file holds."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=link).click()
        return download.value.path().read_bytes()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, and count them."""
        for key in keys:
            self.presses += 1
            self.page.keyboard.press(key)
