from collections.abc import Collection

import pytest
from sqlalchemy import Column, ColumnElement, Integer, MetaData, String, Table, insert, select

from service.db import Database
from service.queries.among import among

things = Table("things", MetaData(), Column("name", String(20), primary_key=True), Column("number", Integer))
NAMES = ["", "a", "A", "'", '"', "\\", "{a,b}", "[1]", "NULL", "张三", "😀", "1"]


@pytest.fixture
def filled(empty: Database) -> Database:
    with empty.write() as connection:
        things.create(connection)
        connection.execute(insert(things), [{"name": name, "number": number} for number, name in enumerate(NAMES)])
    return empty


def found(database: Database, condition: ColumnElement[bool]) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(things.c.name).where(condition)).scalars())


@pytest.mark.parametrize(
    "values", [[], ["a"], ["a", "a", "b"], NAMES, set(NAMES[3:9]), [f"{n}" for n in range(50_000)]]
)
def test_the_same_are_found_as_one_by_one(filled: Database, values: Collection[str]) -> None:
    assert found(filled, among(things.c.name, values)) == set(values) & set(NAMES)
    assert found(filled, ~among(things.c.name, values)) == set(NAMES) - set(values)


def test_numbers_are_numbers(filled: Database) -> None:
    assert found(filled, among(things.c.number, [1, 3, 99])) == {NAMES[1], NAMES[3]}


def test_a_statement_is_written_alike_for_few_and_many(filled: Database) -> None:
    with filled.read() as connection:
        few, many = (
            str(select(things).where(among(things.c.name, values)).compile(connection.engine))
            for values in (["a"], [f"{n}" for n in range(1000)])
        )
    assert few == many


def test_an_index_leads_to_the_values(filled: Database) -> None:
    with filled.read() as connection:
        query = select(things).where(among(things.c.name, ["a", "b"]))
        written = str(query.compile(connection.engine, compile_kwargs={"literal_binds": False}))
        if connection.dialect.name == "postgresql":
            assert written.endswith("WHERE things.name = ANY (%(param_1)s::TEXT[])")
            return
        assert written.endswith("WHERE things.name IN (SELECT value FROM json_each(?))")
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}", ("[]",)).all()
    assert plan[0].detail.startswith("SEARCH things USING")
