"""A running service on a database of its own, and people who come to it with a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from playwright.sync_api import Page
from werkzeug.serving import make_server

from model.analyse import Analyser
from service.app import create_app
from service.caller import Role
from service.db import Database
from service.migrate import upgrade
from service.office import Office
from service.sessions import make_login_link
from tests.service.databases import office_at


@dataclass(frozen=True)
class House:
    """A running service: its office, and where browsers find it."""

    office: Office
    address: str

    def link_for(self, role: Role, name: str | None = None) -> str:
        """Return an address that logs somebody in once."""
        return f"{self.address}/login/{make_login_link(self.office.database, name or role, role)}"


@contextmanager
def opened(folder: Path, analyser: Analyser) -> Iterator[House]:
    """Run a service on SQLite in a folder, at a free port."""
    address = f"sqlite:///{folder / 'hongyan.db'}"
    database = Database(address)
    upgrade(database)
    database.close()
    with office_at(address, folder, analyser) as office:
        server = make_server("127.0.0.1", 0, create_app(office), threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield House(office, f"http://127.0.0.1:{server.server_port}")
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

    def go(self, path: str) -> None:
        """Open an address of the service."""
        self.page.goto(f"{self.address}{path}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, and count them."""
        for key in keys:
            self.presses += 1
            self.page.keyboard.press(key)
