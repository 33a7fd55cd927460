"""The service with the index in PostgreSQL: what one process stores or removes another finds at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from model.analyse import Analyser
from service.db import Database
from service.engine import Engine
from service.errors import SettingError
from service.indexes import SharedIndexes
from service.keys import load_keys
from service.office import Office
from service.settings import Settings
from tests.service.databases import PostgresShelf, Shelf
from tests.service.desk import BRIBE, BRIBE_AGAIN, LIFT, LIFT_AGAIN, ROAD, ZHAO, count, stored_letter, take
from tests.service.removing import remove_letter


def sharing(address: str, folder: Path, analyser: Analyser) -> Office:
    """Open an office as another process would."""
    settings = Settings(home=str(folder), database_url=address, index="shared")
    database = Database(address)
    office = Office(settings, database, Engine(analyser, SharedIndexes(database)), load_keys(settings.keys_file))
    office.start()
    return office


@pytest.fixture
def address(running_postgres: PostgresShelf) -> Iterator[str]:
    with running_postgres.database() as fresh:
        yield fresh


@pytest.fixture
def two(address: str, tmp_path: Path, small_analyser: Analyser) -> Iterator[tuple[Office, Office]]:
    here, there = (sharing(address, tmp_path, small_analyser) for _ in range(2))
    yield here, there
    here.database.close()
    there.database.close()


def near(office: Office, body: str, restricted: bool = False) -> set[str]:
    vector = office.engine.vector(stored_letter("new", body))
    assert vector is not None
    with office.database.read() as connection:
        office.engine.catch_up(connection)
    return set(office.engine.nearest(vector, restricted, 100, 0.15))


def test_what_one_stores_or_removes_the_other_finds_at_once(two: tuple[Office, Office]) -> None:
    here, there = two
    first = take(here, LIFT, petitioner=ZHAO).row
    assert near(there, LIFT) == {first.id}
    again = take(there, LIFT_AGAIN, petitioner=ZHAO).row
    assert (again.matter_id, again.verdict) == (first.matter_id, "repeat")
    with there.database.write() as connection:
        remove_letter(connection, first.id)
    assert near(here, LIFT) == {again.id}
    assert len(here.engine.indexes) == len(there.engine.indexes) == 1
    assert here.engine.last_change == there.engine.last_change == count(here.database, "changes")


def test_accusations_meet_accusations_alone(two: tuple[Office, Office]) -> None:
    here, there = two
    first = take(here, BRIBE).row
    again = take(there, BRIBE_AGAIN).row
    assert first.restricted
    assert again.matter_id == first.matter_id
    assert near(here, BRIBE) == set()
    assert near(here, BRIBE, restricted=True) == {first.id, again.id}


def test_a_letter_that_is_rolled_back_is_never_found(two: tuple[Office, Office]) -> None:
    here, there = two
    kept = take(here, ROAD).row
    with here.database.write() as connection:
        remove_letter(connection, kept.id)
        here.engine.catch_up(connection)
        connection.rollback()
    assert near(there, ROAD) == {kept.id}


def test_many_at_once_lose_nothing(two: tuple[Office, Office]) -> None:
    bodies = [f"{LIFT}第{number}次反映。" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        stored = set(pool.map(lambda pair: take(two[pair[0] % 2], pair[1]).row.id, enumerate(bodies)))
    assert near(two[0], LIFT) == near(two[1], LIFT) == stored


def test_what_was_stored_before_is_taken_in_at_the_start(
    address: str, tmp_path: Path, small_analyser: Analyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.indexes.PAGE", 2)
    settings = Settings(home=str(tmp_path), database_url=address)
    plain = Office(settings, Database(address), Engine(small_analyser), load_keys(settings.keys_file))
    stored = {take(plain, f"{LIFT}{number}").row.id for number in range(5)}
    plain.database.close()
    late = sharing(address, tmp_path, small_analyser)
    assert near(late, LIFT) == stored
    late.database.close()


def test_sqlite_is_refused_with_the_remedy(shelf_of_files: Shelf, tmp_path: Path, small_analyser: Analyser) -> None:
    with shelf_of_files.database() as fresh, pytest.raises(SettingError, match="pgvector"):
        sharing(fresh, tmp_path, small_analyser)


def test_the_setting_chooses(model_folder: Path, address: str, tmp_path: Path) -> None:
    common: dict[str, Any] = {"home": str(tmp_path), "database_url": address, "model": str(model_folder)}
    for index, kind in (("shared", "SharedIndexes"), ("embedded", "EmbeddedIndexes")):
        office = Office.open(Settings(index=index, **common))
        assert type(office.engine.indexes).__name__ == kind
        office.database.close()
