from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from service import db
from service.db import Database
from service.errors import Busy
from service.migrate import upgrade
from service.sqlite import PAGES
from service.tables import letters, matters, tokens, vectors
from tests.service.desk import count

WRITERS = 4
TOKEN = {"role": "clerk", "created_at": "2026"}


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    made = Database(address)
    yield made
    made.close()


def test_writers_wait_for_each_other(database: Database) -> None:
    together = Barrier(WRITERS)

    def add(writer: int) -> None:
        together.wait()
        with database.write() as connection:
            # What is read here must stay true until the commit: no two writers may see the same number.
            number = len(connection.execute(select(tokens)).all())
            connection.execute(insert(tokens).values(hash=str(number), name=str(writer), **TOKEN))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(add, range(WRITERS)))
    with database.read() as connection:
        assert [row.hash for row in connection.execute(select(tokens).order_by(tokens.c.hash))] == list("0123")


def test_a_writer_that_waits_too_long_is_told_to_come_again(
    database: Database, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "WAIT_SECONDS", 0)
    impatient = Database(address)
    with database.write(), pytest.raises(Busy) as refused, impatient.write():
        raise AssertionError("two writers at once")
    impatient.close()
    assert refused.value.retry_after


def test_an_exception_leaves_nothing_half_written(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as connection:
            connection.execute(insert(tokens).values(hash="a", name="a", **TOKEN))
            connection.execute(insert(matters).values(id="m", created_at="2026", restricted=False))
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert (count(database, "tokens"), count(database, "matters")) == (0, 0)


def test_readers_do_not_see_what_is_not_committed(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(tokens).values(hash="a", name="a", **TOKEN))
        assert count(database, "tokens") == 0
    assert count(database, "tokens") == 1


def test_a_reader_keeps_its_view(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(select(tokens)).all() == []
        with database.write() as writer:
            writer.execute(insert(tokens).values(hash="a", name="a", **TOKEN))
        assert reader.execute(select(tokens)).all() == []


def test_foreign_keys_are_checked(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(vectors).values(letter_id="nobody", vector=b""))
    assert count(database, "vectors") == 0


def test_an_external_id_is_unique_in_the_database_too(database: Database) -> None:
    columns = {column.name: "" for column in letters.columns if not column.nullable and not column.server_default}
    row = {**columns, "named": False, "restricted": False, "needs_review": False, "analysis": {}, "matter_id": "m"}
    with database.write() as connection:
        connection.execute(insert(matters).values(id="m", created_at="2026", restricted=False))
        for letter_id in ("a", "b"):
            connection.execute(insert(letters).values({**row, "id": letter_id, "external_id": None}))
        connection.execute(insert(letters).values({**row, "id": "c", "external_id": "1"}))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(letters).values({**row, "id": "d", "external_id": "1"}))
    assert count(database, "letters") == 3


def test_commits_of_sqlite_are_durable_and_its_folder_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/folder/hongyan.db")
    upgrade(database)
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    database.close()


def test_a_connection_to_sqlite_keeps_little_and_the_one_used_last_is_taken_first(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/hongyan.db")
    with database.read(), database.read() as last:
        assert last.exec_driver_sql("PRAGMA cache_size").scalar_one() == -PAGES
        used = last.connection.driver_connection
    # The inner connection went back first, so that the outer one is on top now.
    with database.read() as top:
        assert top.connection.driver_connection is not used
    database.close()


def test_other_errors_stay_what_they_are(database: Database) -> None:
    with pytest.raises(DBAPIError, match="lost"), database.write() as connection:
        connection.exec_driver_sql("SELECT * FROM lost")
