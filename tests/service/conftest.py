"""A small office on a fresh database, with an application and callers of every role.

Whatever touches the database runs once on SQLite and once on PostgreSQL.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from model.analyse import Analyser
from service import passwords
from service.app import create_app
from service.caller import Role
from service.db import Database
from service.office import Office
from service.tokens import make_token
from tests.service.databases import EMPTY, KINDS, SQLITE, PostgresShelf, Shelf, SQLiteShelf, office_at
from tests.service.desk import Desk, LetIn
from tests.service.postgres import running_server


@pytest.fixture(scope="session", autouse=True)
def routes_compiled_once() -> Iterator[None]:
    """Compile once what builds the address of a route: its text alone decides, and most tests make an application."""
    compile_anew = Rule._compile_builder
    compiled: dict[tuple[str, str, bool], Callable[..., tuple[str, str]]] = {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, str(rule.defaults), append_unknown)
        return compiled.get(key) or compiled.setdefault(key, compile_anew(rule, append_unknown))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Rule, "_compile_builder", compile_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_hastily() -> Iterator[None]:
    """Hash passwords with little work: most tests do not ask how hard a hash is to break."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def shelf_of_files(tmp_path_factory: pytest.TempPathFactory) -> SQLiteShelf:
    return SQLiteShelf(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def running_postgres() -> Iterator[PostgresShelf]:
    with running_server() as server:
        shelf = PostgresShelf(server)
        yield shelf
        shelf.close()


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest) -> Shelf:
    """Return where fresh databases come from, of either kind in turn."""
    shelf: Shelf = request.getfixturevalue("shelf_of_files" if request.param == SQLITE else "running_postgres")
    return shelf


@pytest.fixture
def address(databases: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of a migrated database without rows; commands of the test find it too."""
    with databases.database() as fresh:
        monkeypatch.setenv("HONGYAN_DATABASE_URL", fresh)
        yield fresh


@pytest.fixture
def empty_address(databases: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of a database that is not migrated; commands of the test find it too."""
    with databases.database(EMPTY) as fresh:
        monkeypatch.setenv("HONGYAN_DATABASE_URL", fresh)
        yield fresh


@pytest.fixture
def empty(empty_address: str) -> Iterator[Database]:
    """Return a database that is not migrated."""
    made = Database(empty_address)
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path, address: str, small_analyser: Analyser) -> Iterator[Office]:
    """Return an office without letters."""
    with office_at(address, tmp_path, small_analyser) as opened:
        yield opened


@pytest.fixture
def app(office: Office) -> Flask:
    return create_app(office)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client without a token."""
    return app.test_client()


@pytest.fixture
def let_in(app: Flask, office: Office) -> LetIn:
    def come(role: Role, name: str | None = None) -> Desk:
        return Desk(app.test_client(use_cookies=False), make_token(office.database, name or role, role))

    return come


@pytest.fixture
def clerk(let_in: LetIn) -> Desk:
    return let_in("clerk")
