"""PostgreSQL that goes away, restarts, or cannot be reached."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, select, text

from service import db, postgresql
from service.db import Database
from service.errors import Busy, DatabaseError, SettingError
from service.migrate import require_current, upgrade
from service.tables import tokens
from tests.service.databases import PostgresShelf
from tests.service.desk import count

TOKEN = {"role": "clerk", "created_at": "2026"}


@pytest.fixture
def address(running_postgres: PostgresShelf) -> Iterator[str]:
    with running_postgres.database() as fresh:
        yield fresh


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    made = Database(address)
    yield made
    made.close()


def cut_off(address: str) -> None:
    """End all connections of others, as a restart of the server does, and wait until they have ended."""
    other = Database(address)
    with other.write() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.close()


def test_connections_that_a_restart_has_ended_are_made_anew(database: Database, address: str) -> None:
    assert count(database, "letters") == 0
    cut_off(address)
    assert count(database, "letters") == 0


def test_a_reader_that_is_cut_off_is_told_to_come_again(database: Database, address: str) -> None:
    def read_on() -> None:
        with database.read() as connection:
            connection.execute(select(tokens)).all()
            cut_off(address)
            connection.execute(select(tokens)).all()

    with pytest.raises(Busy) as told:
        read_on()
    assert told.value.retry_after


def test_a_writer_that_is_cut_off_leaves_nothing_and_is_told(database: Database, address: str) -> None:
    killer = Database(address)

    def write() -> None:
        with database.write() as connection:
            connection.execute(insert(tokens).values(hash="a", name="a", **TOKEN))
            with killer.read() as other:
                other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))

    with pytest.raises(Busy):
        write()
    killer.close()
    assert count(database, "tokens") == 0


def test_a_statement_that_takes_too_long_is_given_up(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "STATEMENT_SECONDS", 0.05)
    hasty = Database(address)
    with pytest.raises(Busy), hasty.read() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    hasty.close()


def test_more_threads_than_connections_wait_and_are_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAIT_SECONDS", 0)
    small = Database(address, threads=1)
    with small.read(), small.read(), small.read(), pytest.raises(Busy), small.read():
        raise AssertionError("a connection too many")
    small.close()


def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match="read-only"), database.read() as connection:
        connection.execute(insert(tokens).values(hash="a", name="a", **TOKEN))
    with database.write() as connection:
        connection.execute(insert(tokens).values(hash="a", name="a", **TOKEN))
    assert count(database, "tokens") == 1


def test_texts_are_in_the_order_of_their_bytes(database: Database) -> None:
    names = ["a", "B", "b", "A", "é", "电", "-"]
    with database.write() as connection:
        for name in names:
            connection.execute(insert(tokens).values(hash=name, name=name, **TOKEN))
    with database.read() as connection:
        found = connection.execute(select(tokens.c.name).order_by(tokens.c.name)).scalars().all()
    assert found == sorted(names, key=str.encode)


def test_a_nul_finds_nothing_and_breaks_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(tokens).values(hash="a\0", name="b", **TOKEN))
    with database.read() as connection:
        assert connection.execute(select(tokens.c.name).where(tokens.c.hash == "\0")).all() == []
        assert connection.execute(select(tokens.c.hash)).scalars().all() == ["a\ufffd"]


@pytest.mark.parametrize("start", ["postgresql://", "postgres://", "postgresql+psycopg://"])
def test_each_way_of_writing_the_address_is_understood(address: str, start: str) -> None:
    database = Database(start + address.partition("://")[2])
    require_current(database)
    database.close()


def test_a_server_that_is_not_there_names_what_to_look_at(address: str, tmp_path: Path) -> None:
    away = make_url(address).update_query_dict({"host": str(tmp_path)})
    database = Database(away.render_as_string(hide_password=False))
    for call in (require_current, upgrade):
        with pytest.raises(DatabaseError, match="HONGYAN_DATABASE_URL"):
            call(database)
    with pytest.raises(Busy), database.write():
        raise AssertionError("nobody is there")
    database.close()


@pytest.mark.parametrize("url", ["mysql://localhost/x", "oracle://x", "nonsense", ""])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="HONGYAN_DATABASE_URL"):
        Database(url)


def test_a_forked_process_makes_connections_of_its_own(database: Database) -> None:
    assert count(database, "tokens") == 0
    child = os.fork()
    if child == 0:
        # Whatever happens, the child of a test must not go on as a second test run.
        try:
            os._exit(0 if count(database, "tokens") == 0 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert count(database, "tokens") == 0
