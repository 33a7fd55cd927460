from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Float, Integer, LargeBinary, Table, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import JSON

import service.migrate
from service.audit import record, verify_chain
from service.caller import Caller
from service.db import Database
from service.errors import DatabaseError
from service.migrate import downgrade, require_current, upgrade
from service.tables import audit, changes, events, flags, metadata, sealed
from tests.service.databases import triggers_of

SEALED_APART = "0015"


def revisions() -> list[str]:
    """Return the revisions, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(Path(service.migrate.__file__).parent / "migrations"))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@pytest.fixture
def database(empty: Database) -> Database:
    return empty


def row_of(table: Table) -> dict[str, Any]:
    values: dict[type, Any] = {Boolean: True, Integer: 1, Float: 0.5, LargeBinary: b"\x00\xff", JSON: {"名": ["值"]}}
    return {
        column.name: next((value for kind, value in values.items() if isinstance(column.type, kind)), "x")
        for column in table.columns
    }


def _is_common(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out the words of letters, which each database keeps in its own way."""
    return kind != "table" or not str(name).startswith(("letter_words", "letter_places"))


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    upgrade(database)
    with database.read() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": _is_common}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_revisions_form_one_line() -> None:
    assert revisions()
    assert revisions() == sorted(revisions())


@pytest.mark.parametrize("revision", revisions())
def test_each_revision_goes_up_and_down(database: Database, revision: str) -> None:
    before = [None, *revisions()][revisions().index(revision)] or "base"
    upgrade(database, before)
    tables = set(inspect(database.engine).get_table_names())
    upgrade(database, revision)
    assert set(inspect(database.engine).get_table_names()) >= tables
    downgrade(database, before)
    assert set(inspect(database.engine).get_table_names()) - {"alembic_version"} == tables - {"alembic_version"}
    upgrade(database)
    require_current(database)


def test_data_survive_another_upgrade_and_a_full_database_goes_down(database: Database) -> None:
    upgrade(database)
    with database.write() as connection:
        for table in metadata.sorted_tables:
            connection.execute(insert(table).values(row_of(table)))
    upgrade(database)
    with database.read() as connection:
        for table in metadata.sorted_tables:
            (row,) = connection.execute(select(table))
            assert dict(row._mapping) == {**row_of(table)}
    downgrade(database, "base")
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}


def test_letters_of_the_first_version_go_forward_and_back_with_what_was_recorded(database: Database) -> None:
    first = "INSERT INTO matters VALUES ('m', '2026', false)"
    letter = (
        "INSERT INTO letters (id, owner, content_hash, title, body, received_at, stored_at, addressee, region, named,"
        " restricted, analysis, needs_review, review, matter_id, verdict) VALUES"
        " ('a', 'o', '', '', 'b', '2026', '2026', '', '', false, false, '{}', false, 'pending', 'm', 'first')"
    )
    known = ["INSERT INTO identities VALUES ('a', 'h')", "INSERT INTO changes (letter_id) VALUES ('a')"]
    event = "INSERT INTO events (matter_id, at, kind, detail) VALUES ('m', '2026', 'moved', '{}')"
    upgrade(database, "0001")
    with database.write() as connection:
        for statement in (first, letter, *known, event):
            connection.exec_driver_sql(statement)
    upgrade(database, "0002")
    with database.write() as connection:
        assert [tuple(row) for row in connection.execute(select(changes))] == [(1, "a", "put")]
        assert [row.cause for row in connection.execute(select(events))] == [None]
        connection.exec_driver_sql("INSERT INTO changes (letter_id, kind) VALUES ('a', 'removed')")
        connection.exec_driver_sql(
            "INSERT INTO events (matter_id, at, kind, detail, cause) VALUES ('m', '2026', 'rejected', '{}', 1)"
        )
        connection.exec_driver_sql(
            "INSERT INTO decisions (at, actor, action, kind, a_id, b_id, act)"
            " VALUES ('2026', 'li', 'reject', 'reject', 'a', 'a', 2)"
        )
    downgrade(database, "0001")
    with database.write() as connection:
        assert [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM changes")] == [(1, "a"), (2, "a")]
        kinds = connection.exec_driver_sql("SELECT number, kind FROM events ORDER BY number")
        assert [tuple(row) for row in kinds] == [(1, "moved"), (2, "rejected")]
        connection.exec_driver_sql("DELETE FROM events WHERE number = 2")
        connection.exec_driver_sql(event)
        assert connection.exec_driver_sql("SELECT max(number) FROM events").scalar_one() == 3
    upgrade(database)
    require_current(database)


def test_flags_and_audit_go_forward_and_back_and_leave_all_else_as_it_was(database: Database) -> None:
    upgrade(database, "0002")
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO matters VALUES ('m', '2026', false)")
    upgrade(database, "0003")
    with database.write() as connection:
        connection.execute(insert(flags).values(row_of(flags) | {"matter_id": "m", "due_at": None}))
        first = {name: value for name, value in row_of(audit).items() if name not in ("detail", "hash")}
        connection.execute(insert(audit).values(first))
    downgrade(database, "0002")
    with database.read() as connection:
        assert [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM matters")] == [("m", "2026", 0)]
        assert triggers_of(connection) == []
    upgrade(database)
    with database.read() as connection:
        assert connection.execute(select(flags)).all() == connection.execute(select(audit)).all() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "UPDATE audit SET number = 2",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE number = 1",
        "REPLACE INTO audit VALUES (1, 'x', 'nobody', 'x', 'x', 'x', 'x', '{}', 'x')",
        "INSERT INTO audit VALUES (1, 'x', '', '', '', '', '', '{}', '') ON CONFLICT (number) DO UPDATE SET role = ''",
        "TRUNCATE audit",
    ],
)
def test_the_database_itself_refuses_to_change_the_audit(database: Database, statement: str) -> None:
    if statement.startswith("TRUNCATE" if database.sqlite else "REPLACE"):
        pytest.skip("no statement of this database")
    upgrade(database)
    with database.write() as connection:
        connection.execute(insert(audit).values(row_of(audit)))
    with pytest.raises(IntegrityError, match="append only"), database.write() as connection:
        connection.exec_driver_sql(statement)
    with database.read() as connection:
        (row,) = connection.execute(select(audit))
        assert dict(row._mapping) == row_of(audit)


def test_what_was_recorded_before_is_chained_and_still_cannot_be_changed(database: Database) -> None:
    upgrade(database, "0004")
    old = [
        {**row_of(audit), "number": number, "object_id": f"事项{number}", "detail": detail}
        for number, detail in enumerate((None, {"名": ["值", 0.1]}, None), start=1)
    ]
    columns = [column for column in audit.columns if column.name != "hash"]
    with database.write() as connection:
        for row in old:
            connection.execute(insert(audit).values({column: row[column.name] for column in columns}))
    upgrade(database)
    with database.write() as connection:
        record(connection, Caller("li", "clerk"), "view", "letter", ["a"])
        found = verify_chain(connection)
    assert (found.fault, found.head.number) == (None, 4)
    for statement in ("UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"):
        with pytest.raises(IntegrityError, match="append only"), database.write() as connection:
            connection.exec_driver_sql(statement)
    downgrade(database, "0004")
    upgrade(database)
    with database.read() as connection:
        assert verify_chain(connection) == found


def test_numbers_of_the_audit_go_on(database: Database) -> None:
    upgrade(database)
    with database.write() as connection:
        given = {name: value for name, value in row_of(audit).items() if name != "number"}
        for _ in range(3):
            connection.execute(insert(audit).values(given))
        assert list(connection.execute(select(audit.c.number)).scalars()) == [1, 2, 3]


def test_a_database_behind_names_the_command_to_run(database: Database) -> None:
    with pytest.raises(DatabaseError, match="hongyan db upgrade"):
        require_current(database)
    upgrade(database)
    require_current(database)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for refusing in (require_current, upgrade):
        with pytest.raises(DatabaseError, match="newer"):
            refusing(database)


def test_what_was_sealed_goes_forward_and_back(database: Database) -> None:
    before = revisions()[revisions().index(SEALED_APART) - 1]
    upgrade(database, before)
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO matters (id, created_at, restricted) VALUES ('m', '2026', false)")
        for letter_id, people in (("a", b"sealed"), ("b", None)):
            letter = {
                "id": letter_id, "owner": "o", "content_hash": "", "title": "", "body": "b", "received_at": "2026",
                "stored_at": "2026", "addressee": "", "region": "", "people": people, "named": False,
                "restricted": False, "analysis": "{}", "needs_review": False, "review": "pending", "matter_id": "m",
                "verdict": "first",
            }  # fmt: skip
            names, places = ", ".join(letter), ", ".join(f":{name}" for name in letter)
            connection.execute(text(f"INSERT INTO letters ({names}) VALUES ({places})"), letter)  # noqa: S608 - ours
    upgrade(database)
    with database.read() as connection:
        (row,) = connection.execute(select(sealed))
        assert tuple(row) == ("a", "", b"sealed")
    downgrade(database, before)
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, people FROM letters ORDER BY id").all()
        assert [(row[0], row[1] and bytes(row[1])) for row in rows] == [("a", b"sealed"), ("b", None)]
    upgrade(database)
