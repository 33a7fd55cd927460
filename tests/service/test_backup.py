"""What a backup holds comes back whole, into either kind of database, or not at all."""

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from model.analyse import Analyser
from service.archive import MANIFEST, BackupError, reading, writing
from service.audit import verify_chain
from service.backup import back_up
from service.cli import main
from service.db import Database
from service.migrate import require_current, upgrade
from service.office import Office
from service.queries.archive import rows_of, tables_there
from service.restoring import restore
from service.schemas.backup import Manifest
from service.settings import Settings
from service.tables import DERIVED, audit, changes, letters, matters, metadata
from tests.service.databases import EMPTY, KINDS, SQLITE, Shelf, office_at
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, QIAN, ROAD, ZHAO, count, take

Rows = dict[str, list[tuple[Any, ...]]]
Edit = Callable[[dict[str, bytes]], None]


@pytest.fixture(params=KINDS)
def other(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of an empty database, of either kind in turn, whatever the office's own is."""
    shelf: Shelf = request.getfixturevalue("shelf_of_files" if request.param == SQLITE else "running_postgres")
    with shelf.database(EMPTY) as address:
        yield address


@pytest.fixture
def busy_office(office: Office) -> Office:
    """Return an office with letters, accusations, a matter of several letters and one decision."""
    first = take(office, LIFT, petitioner=ZHAO, key="k", external_id="E-1")
    take(office, LIFT_AGAIN, petitioner=QIAN, co_signers=[ZHAO], people_present=7)
    take(office, ROAD + "😀", region="云河县")
    take(office, BRIBE, accused=["孙某"])
    assert first.new
    return office


@pytest.fixture
def file(busy_office: Office, tmp_path: Path) -> Path:
    path = tmp_path / "office.backup"
    back_up(busy_office.database, busy_office.settings, path)
    return path


@pytest.fixture
def put_back(tmp_path: Path) -> Callable[[Path, str], Settings]:
    def run(path: Path, address: str) -> Settings:
        settings = Settings(home=str(tmp_path / "elsewhere"), database_url=address)
        database = Database(address)
        try:
            with reading(path) as archive:
                restore(database, settings, archive)
        finally:
            database.close()
        return settings

    return run


def everything(database: Database) -> Rows:
    with database.read() as connection:
        tables = [table for table in metadata.sorted_tables if not table.info.get(DERIVED)]
        return {table.name: [tuple(row) for row in rows_of(connection, table)] for table in tables}


def edit(path: Path, change: Edit) -> None:
    """Change the members of an archive."""
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def manifest(**values: Any) -> Edit:
    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | values).encode()

    return change


def is_empty(address: str) -> bool:
    database = Database(address)
    upgrade(database)
    held = sum(count(database, name) for name in metadata.tables)
    database.close()
    return held == 0


def test_all_that_was_there_comes_back_in_either_kind(
    busy_office: Office, file: Path, other: str, put_back: Callable[[Path, str], Settings]
) -> None:
    put_back(file, other)
    database = Database(other)
    there, here = everything(database), everything(busy_office.database)
    assert there.pop("audit")[:-1] == here.pop("audit")
    assert there == here
    require_current(database)
    with database.read() as connection:
        assert verify_chain(connection).fault is None
    with pytest.raises(IntegrityError, match="append only"), database.write() as connection:
        connection.execute(audit.update().values(actor="nobody"))
    database.close()


def test_work_goes_on_where_it_was(
    busy_office: Office,
    file: Path,
    other: str,
    put_back: Callable[[Path, str], Settings],
    small_analyser: Analyser,
    tmp_path: Path,
) -> None:
    put_back(file, other)
    with busy_office.database.read() as connection:
        newest = connection.execute(select(func.max(changes.c.number))).scalar_one()
    with office_at(other, tmp_path, small_analyser) as moved:
        assert not take(moved, LIFT, petitioner=ZHAO, key="k", external_id="E-1").new
        again = take(moved, f"{LIFT}谢谢。", petitioner=ZHAO)
        assert again.row.verdict == "repeat"
        with moved.database.read() as connection:
            assert connection.execute(select(func.max(changes.c.number))).scalar_one() == newest + 1
            assert moved.keys.decrypt(again.row.people)["petitioners"][0]["name"] == ZHAO["name"]


def test_what_can_be_made_from_letters_stays_out_and_is_made_again(
    busy_office: Office,
    file: Path,
    other: str,
    put_back: Callable[[Path, str], Settings],
    small_analyser: Analyser,
    tmp_path: Path,
) -> None:
    assert count(busy_office.database, "prepared") == 4
    put_back(file, other)
    with office_at(other, tmp_path, small_analyser) as moved:
        assert count(moved.database, "prepared") == 0
        again = take(moved, f"{LIFT_AGAIN}谢谢。", petitioner=QIAN)
        # The new one and the two that it was compared with.
        assert (again.row.verdict, count(moved.database, "prepared")) == ("repeat", 3)


def test_a_backup_is_of_one_moment_while_others_write(
    office: Office, tmp_path: Path, other: str, put_back: Callable[[Path, str], Settings]
) -> None:
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            with office.database.write() as connection:
                connection.execute(insert(matters).values(id=f"m{number}", created_at="2026", restricted=False))
                values: dict[str, Any] = {column.name: "x" for column in letters.columns if not column.nullable}
                values |= dict.fromkeys(("named", "restricted", "needs_review"), False)
                values |= {"id": f"l{number}", "matter_id": f"m{number}", "analysis": {}, "revision": 1}
                connection.execute(insert(letters).values(values))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            back_up(office.database, office.settings, tmp_path / "office.backup")
    finally:
        ended.set()
        writer.join()
    put_back(tmp_path / "office.backup", other)
    database = Database(other)
    assert count(database, "matters") == count(database, "letters") > 0
    database.close()


def test_a_database_with_anything_in_it_is_refused(busy_office: Office, file: Path) -> None:
    before = everything(busy_office.database)
    with pytest.raises(BackupError, match="not empty"), reading(file) as archive:
        restore(busy_office.database, busy_office.settings, archive)
    assert everything(busy_office.database) == before


@pytest.mark.parametrize(
    ("table", "damage"), [("letters", "lost"), ("audit", "cut"), ("changes", "turned"), ("vectors", "doubled")]
)
def test_damage_is_named_and_leaves_the_database_empty(
    file: Path, other: str, put_back: Callable[[Path, str], Settings], table: str, damage: str
) -> None:
    def change(members: dict[str, bytes]) -> None:
        name = f"tables/{table}.jsonl"
        content = members.pop(name)
        spoilt = {"cut": content[:-5], "turned": content[:-9] + b"9" + content[-8:], "doubled": content * 2}
        if damage != "lost":
            members[name] = spoilt[damage]

    edit(file, change)
    with pytest.raises(BackupError, match=f"table {table}"):
        put_back(file, other)
    assert is_empty(other)


def test_a_byte_that_turned_on_the_disk_is_found(
    file: Path, other: str, put_back: Callable[[Path, str], Settings]
) -> None:
    with ZipFile(file) as archive:
        place = archive.getinfo("tables/letters.jsonl").header_offset + 200
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupError, match="letters"):
        put_back(file, other)
    assert is_empty(other)


def test_what_is_no_backup_is_refused(file: Path, other: str, put_back: Callable[[Path, str], Settings]) -> None:
    whole = file.read_bytes()
    for content in (b"", b"no archive", whole[: len(whole) // 2]):
        file.write_bytes(content)
        with pytest.raises(BackupError):
            put_back(file, other)
    with ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(BackupError, match="no whole backup"):
        put_back(file, other)
    with pytest.raises(BackupError, match="cannot be read"):
        put_back(file.parent / "none", other)


def test_a_manifest_is_not_trusted(file: Path, other: str, put_back: Callable[[Path, str], Settings]) -> None:
    nothing = {"sha256": "0" * 64}
    whole = file.read_bytes()
    for change, reason in (
        (manifest(revision="9999"), "newer version"),
        (manifest(format="another"), "no backup"),
        (manifest(tables=[]), "damaged"),
        (manifest(tables=[{"name": "../letters", "columns": [], "rows": 0, **nothing}]), "no backup"),
        (manifest(files=[{"name": "models/../../evil", **nothing}]), "no backup"),
        (manifest(files=[{"name": "/etc/evil", **nothing}]), "no backup"),
        (manifest(files=[{"name": "models/a/.b", **nothing}]), "no backup"),
    ):
        file.write_bytes(whole)
        edit(file, change)
        with pytest.raises(BackupError, match=reason):
            put_back(file, other)
    assert is_empty(other)


def test_a_backup_of_an_older_revision_is_migrated(
    empty: Database, other: str, tmp_path: Path, put_back: Callable[[Path, str], Settings]
) -> None:
    upgrade(empty, "0001")
    with empty.read() as connection, writing(tmp_path / "old") as archive:
        tables = next(iter(tables_there(connection).values())).metadata.sorted_tables
        held = {"matters": [b'["m", "2026", true]\n']}
        entries = [archive.add_table(table.name, table.columns.keys(), held.get(table.name, [])) for table in tables]
        old = Manifest(revision="0001", made_at="2026", versions={}, tables=entries, files=[], keys=None)
        archive.finish(old)
    put_back(tmp_path / "old", other)
    database = Database(other)
    require_current(database)
    with database.read() as connection:
        (row,) = connection.execute(select(matters))
    assert (row.id, row.created_at, row.restricted) == ("m", "2026", True)
    database.close()


def test_the_disk_being_full_leaves_the_earlier_backup(
    busy_office: Office, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("service.archive.os.fsync", full)
    with pytest.raises(BackupError, match="No space left"):
        back_up(busy_office.database, busy_office.settings, file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.glob("*.backup*")] == [file.name]
    assert [path.name for path in file.parent.glob(".office*")] == []


def test_only_its_owner_reads_a_backup(file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0


def test_models_come_back_and_one_that_is_there_stays(
    busy_office: Office, tmp_path: Path, other: str, put_back: Callable[[Path, str], Settings]
) -> None:
    for name, content in (("v1/manifest.json", "{}"), ("v1/parts/a.npy", "x"), ("v2/card.md", "#"), (".adding/a", "-")):
        path = busy_office.settings.models_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    back_up(busy_office.database, busy_office.settings, tmp_path / "f")
    kept = tmp_path / "elsewhere" / "models" / "v2"
    kept.mkdir(parents=True)
    put_back(tmp_path / "f", other)
    folder = tmp_path / "elsewhere" / "models"
    found = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert found == {"v1/manifest.json": "{}", "v1/parts/a.npy": "x"}


def test_keys_are_in_a_backup_only_if_asked_for(
    busy_office: Office, tmp_path: Path, other: str, put_back: Callable[[Path, str], Settings]
) -> None:
    keys = busy_office.settings.keys_file.read_bytes()
    secret = json.loads(keys)["storage"][0].encode()
    for with_keys in (False, True):
        back_up(busy_office.database, busy_office.settings, tmp_path / "f", with_keys)
        with ZipFile(tmp_path / "f") as archive:
            assert any(secret in archive.read(name) for name in archive.namelist()) is with_keys
    (tmp_path / "elsewhere").mkdir()
    mine = tmp_path / "elsewhere" / "keys"
    mine.write_bytes(b"others")
    with pytest.raises(BackupError, match="other keys"):
        put_back(tmp_path / "f", other)
    mine.unlink()
    put_back(tmp_path / "f", other)
    assert mine.read_bytes() == keys
    assert mine.stat().st_mode & 0o077 == 0


def test_the_commands_move_an_office(
    busy_office: Office, tmp_path: Path, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*words: str) -> Result:
        return CliRunner(catch_exceptions=False).invoke(main, list(words))

    monkeypatch.setenv("HONGYAN_HOME", str(busy_office.settings.home_folder))
    taken = run("backup", str(tmp_path / "f"))
    assert (taken.exit_code, taken.stdout) == (0, "")
    assert "keep a copy of" in taken.stderr
    monkeypatch.setenv("HONGYAN_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("HONGYAN_DATABASE_URL", other)
    restored = run("restore", str(tmp_path / "f"))
    assert restored.exit_code == 0
    assert "put the file of keys to" in restored.stderr
    again = run("restore", str(tmp_path / "f"))
    assert again.exit_code == 2
    assert "not empty" in again.stderr
    assert run("audit", "verify").exit_code == 0
