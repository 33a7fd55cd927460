"""A small office on a fresh database, with an application and callers of every role."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from model import artefact
from model.analyse import Analyser
from model.storage import Part
from service.app import create_app
from service.auth import make_token
from service.caller import Role
from service.db import Database
from service.engine import Engine
from service.keys import load_keys
from service.migrate import upgrade
from service.office import Office
from service.settings import Settings
from tests.service.desk import Desk, LetIn


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty migrated database, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "hongyan.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture
def office(tmp_path: Path, migrated: Path, small_analyser: Analyser) -> Iterator[Office]:
    """Return an office without letters."""
    shutil.copy(migrated, tmp_path / "hongyan.db")
    settings = Settings(home=str(tmp_path))
    database = Database(settings.database_address)
    yield Office(settings, database, Engine(small_analyser), load_keys(settings.keys_file))
    database.close()


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


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory, small_analyser: Analyser) -> Path:
    """Return a trained folder with all four parts."""
    named = {"category": small_analyser.category, "purpose": small_analyser.purpose}
    more = {"relation": small_analyser.relation, "risk": small_analyser.risk}
    parts: dict[str, Part] = {name: part for name, part in (named | more).items() if part is not None}
    folder = tmp_path_factory.mktemp("trained") / "model"
    artefact.save(folder, parts, {})
    return folder


@pytest.fixture(scope="session")
def newer_folder(tmp_path_factory: pytest.TempPathFactory, small_analyser: Analyser) -> Path:
    """Return another trained folder, whose relation part weighs terms otherwise."""
    relation = copy.deepcopy(small_analyser.relation)
    assert relation
    assert small_analyser.category
    noise = np.random.default_rng(5)
    weights = relation.profiler.idf_
    relation.profiler.idf_ = {
        kind: (values * noise.uniform(0.7, 1.3, len(values))).astype(np.float32) for kind, values in weights.items()
    }
    folder = tmp_path_factory.mktemp("trained") / "newer"
    artefact.save(folder, {"category": small_analyser.category, "relation": relation}, {"source": "newer"})
    return folder
