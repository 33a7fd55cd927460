from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Integer, MetaData, String, Table, select

from service.db import Database
from service.queries.batch import insert_batch

things = Table(
    "many_things",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", String(20), nullable=False),
    Column("score", Float),
    Column("known", Boolean),
    Column("detail", JSON),
)
ROWS: list[dict[str, Any]] = [
    {"name": "张三", "score": 0.123456789, "known": True, "detail": {"a": [1, None, "\\"], "b": "'\"\n"}},
    {"name": "'{a,b}\\", "score": 1e-9, "known": False, "detail": []},
    {"name": "", "score": None, "known": None, "detail": {"😀": 0.1 + 0.2}},
]


def test_rows_are_stored_as_they_are_in_their_order(empty: Database) -> None:
    with empty.write() as connection:
        things.create(connection)
        insert_batch(connection, things, ROWS)
        insert_batch(connection, things, ROWS[:1])
        insert_batch(connection, things, [])
    with empty.read() as connection:
        found = [row._asdict() for row in connection.execute(select(things).order_by(things.c.number))]
    assert found == [{"number": number, **row} for number, row in enumerate([*ROWS, ROWS[0]], start=1)]


def test_a_row_may_leave_columns_out(empty: Database) -> None:
    with empty.write() as connection:
        things.create(connection)
        insert_batch(connection, things, [{"name": "a"}, {"name": "b"}])
        assert connection.execute(select(things.c.name, things.c.score)).all() == [("a", None), ("b", None)]
