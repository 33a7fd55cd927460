"""Installations that are there to be broken: short in the ordinary run, long with FAULTS=long."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests.faults.site import Site, opened
from tests.service.databases import KINDS, SQLITE
from tests.service.postgres import Server, running_server


@dataclass(frozen=True)
class Measure:
    """How much a test with many faults does."""

    letters: int
    rounds: int
    imports: int
    rows: int
    # For how many seconds a database stays away.
    dark: float


SHORT, LONG = Measure(300, 3, 1, 200, 3), Measure(10_000, 20, 5, 500, 30)


@dataclass(frozen=True)
class Power:
    """A fresh database: its address, and its server unless it is a file."""

    address: str
    server: Server | None = None


@pytest.fixture(scope="session")
def measure() -> Measure:
    chosen = LONG if os.environ.get("FAULTS", "short") == "long" else SHORT
    return replace(chosen, letters=int(os.environ.get("FAULTS_LETTERS") or chosen.letters))


@pytest.fixture
def chance() -> Random:
    """Return a source of chance whose seed is printed; FAULTS_SEED repeats one."""
    seed = int(os.environ.get("FAULTS_SEED") or SystemRandom().randrange(1_000_000))
    print(f"FAULTS_SEED={seed}")  # noqa: T201 - who repeats a failure needs it
    return Random(seed)  # noqa: S311 - no secret


@pytest.fixture
def postgres() -> Iterator[Power]:
    """Return a server of its own that keeps what it has committed, whatever befalls it."""
    with running_server(durable=True) as server:
        yield Power(server.address_of("postgres"), server)


@pytest.fixture(params=KINDS)
def power(request: pytest.FixtureRequest, tmp_path: Path) -> Power:
    """Return a database that is not migrated, of either kind in turn."""
    if request.param == SQLITE:
        return Power(f"sqlite:///{tmp_path / 'hongyan.db'}")
    found: Power = request.getfixturevalue("postgres")
    return found


@pytest.fixture
def site(tmp_path: Path, model_folder: Path) -> Iterator[Site]:
    """Return an installation on SQLite whose server does jobs itself."""
    with opened(Site(tmp_path, f"sqlite:///{tmp_path / 'hongyan.db'}", model_folder)) as made:
        yield made


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack
