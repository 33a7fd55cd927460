import fcntl
import logging
from pathlib import Path

import pytest
from sqlalchemy import delete

from model.analyse import Analyser
from service import snapshots
from service.engine import Engine
from service.indexes import EmbeddedIndexes
from service.office import Office
from service.snapshots import Snapshots
from service.tables import changes
from tests.service.databases import Shelf, office_at
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, ROAD, WAGES, count, stored_letter, take
from tests.service.removing import remove_letter


@pytest.fixture
def keeping(office: Office, small_analyser: Analyser, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return an office that writes a snapshot after every second change."""
    monkeypatch.setattr(snapshots, "SAVE_EVERY", 2)
    return Office(office.settings, office.database, started(office, small_analyser), office.keys)


def started(office: Office, analyser: Analyser) -> Engine:
    """Start an engine, as another process would."""
    engine = Engine(analyser, EmbeddedIndexes(Snapshots(office.settings.home_folder / "index")))
    with office.database.read() as connection:
        engine.start(connection)
    return engine


def near(engine: Engine, body: str = LIFT, restricted: bool = False) -> set[str]:
    vector = engine.vector(stored_letter("new", body))
    assert vector is not None
    return set(engine.nearest(vector, restricted, 10, -1.0))


def forget_changes(office: Office, up_to: int) -> None:
    """Delete old changes, so that only a snapshot can tell of their letters."""
    with office.database.write() as connection:
        connection.execute(delete(changes).where(changes.c.number < up_to))


def test_a_process_starts_from_the_snapshot_and_catches_up(keeping: Office, small_analyser: Analyser) -> None:
    stored = [take(keeping, body).row.id for body in (LIFT, ROAD, WAGES, LIFT_AGAIN)]
    secret = take(keeping, BRIBE).row.id
    with keeping.database.read() as connection:
        number = Snapshots(keeping.settings.home_folder / "index").open(connection)[1]
    assert 2 <= number < count(keeping.database, "changes")
    forget_changes(keeping, number)
    fresh = started(keeping, small_analyser)
    assert near(fresh) == set(stored)
    assert near(fresh, restricted=True) == {secret}


def test_processes_go_on_from_the_newest_snapshot_and_miss_nothing(keeping: Office, small_analyser: Analyser) -> None:
    other = started(keeping, small_analyser)
    stored = [take(keeping, body).row.id for body in (LIFT, ROAD, WAGES, LIFT_AGAIN)]
    secret = take(keeping, BRIBE).row.id
    with keeping.database.write() as connection:
        remove_letter(connection, stored[1])
    for engine in (keeping.engine, other):
        assert isinstance(engine.indexes, EmbeddedIndexes)
        engine.keep(keeping.database)
        assert engine.indexes.in_memory < 2
        with keeping.database.read() as connection:
            engine.catch_up(connection)
        assert near(engine) == {*stored} - {stored[1]}
        assert near(engine, restricted=True) == {secret}


def test_a_snapshot_that_cannot_be_read_is_not_taken_up(keeping: Office) -> None:
    first = take(keeping, LIFT).row.id
    folder = keeping.settings.home_folder / "index"
    second = take(keeping, ROAD).row.id
    for file in folder.rglob("vectors.npy"):
        file.write_bytes(b"damaged")
    third = take(keeping, WAGES).row.id
    assert near(keeping.engine) == {first, second, third}


def test_a_snapshot_holds_no_letter_that_was_removed_since(keeping: Office, small_analyser: Analyser) -> None:
    gone, kept, _ = (take(keeping, body).row.id for body in (LIFT, ROAD, WAGES))
    with keeping.database.write() as connection:
        remove_letter(connection, gone)
    fresh = started(keeping, small_analyser)
    assert gone not in near(fresh)
    assert kept in near(fresh)


def snapshot_files(office: Office) -> list[Path]:
    return sorted(path for path in (office.settings.home_folder / "index").rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", ["cut", "turned", "lost"])
@pytest.mark.parametrize("name", ["mark.json", "current", "vectors.npy", "manifest.json"])
def test_a_damaged_snapshot_is_made_good_from_the_database(
    keeping: Office, small_analyser: Analyser, damage: str, name: str
) -> None:
    stored = {take(keeping, body).row.id for body in (LIFT, ROAD, WAGES)}
    for path in snapshot_files(keeping):
        if path.name == name:
            content = path.read_bytes()
            damaged = {"cut": content[: len(content) // 2], "turned": bytes(byte ^ 1 for byte in content), "lost": b""}
            path.write_bytes(damaged[damage])
    assert near(started(keeping, small_analyser)) == stored


def test_a_snapshot_of_another_database_is_not_used(
    keeping: Office, small_analyser: Analyser, databases: Shelf
) -> None:
    for body in (LIFT, ROAD, WAGES):
        take(keeping, body)
    with (
        databases.database() as address,
        office_at(address, keeping.settings.home_folder, small_analyser) as other,
    ):
        stored = {take(other, body).row.id for body in (ROAD, LIFT, WAGES)}
        assert near(started(other, small_analyser)) == stored


def test_while_another_process_writes_nobody_waits(keeping: Office) -> None:
    take(keeping, LIFT)
    folder = keeping.settings.home_folder / "index"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for body in (ROAD, WAGES, LIFT_AGAIN):
            take(keeping, body)
    assert not (folder / "mark.json").exists()
    assert count(keeping.database, "letters") == 4


def test_a_disk_without_room_for_snapshots_refuses_no_letter(keeping: Office, caplog: pytest.LogCaptureFixture) -> None:
    (keeping.settings.home_folder / "index").write_text("no folder")
    with caplog.at_level(logging.WARNING):
        stored = [take(keeping, body).new for body in (LIFT, ROAD, WAGES, LIFT_AGAIN)]
    assert all(stored)
    assert "no snapshot of the index could be written" in caplog.text


def test_only_the_owner_reads_snapshots(keeping: Office) -> None:
    for body in (LIFT, ROAD, WAGES):
        take(keeping, body)
    assert (keeping.settings.home_folder / "index").stat().st_mode & 0o077 == 0
