"""The index of similar letters in PostgreSQL with pgvector, for several machines that share one database."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import BIT, insert
from sqlalchemy.exc import DBAPIError

from model.segments import NO_TIME, microseconds
from model.signatures import BITS, Signature, cosine_of, farthest
from model.similar import EVERYTHING, Entry, Filter, Neighbour, SimilarityIndex
from service.errors import SettingError

metadata = MetaData()


def _table(name: str) -> Table:
    return Table(
        name,
        metadata,
        # The collation makes the order of ids that of their bytes, as in the embedded index.
        Column("id", String(200, collation="C"), primary_key=True),
        Column("vector", BIT(BITS), nullable=False),
        Column("region", String(500), nullable=False),
        Column("received_at", BigInteger, nullable=False),
    )


# Accusations have a table of their own, so that no search among other letters can touch them.
TABLES = {False: _table("open_signatures"), True: _table("restricted_signatures")}


# The last change that the tables hold, and its letter, by which the change of another history is told.
MARK = Table(
    "signatures_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("letter_id", String(26)),
)


def mark_in(connection: Connection, waiting: bool = True) -> tuple[int, str | None]:
    """Return the number and the letter of the last change taken in; who is `waiting` has it alone until it commits."""
    row = connection.execute(select(MARK).with_for_update() if waiting else select(MARK)).one()
    return row.number, row.letter_id


def put_mark(connection: Connection, number: int, letter_id: str) -> None:
    """Note the last change taken in."""
    connection.execute(update(MARK).values(number=number, letter_id=letter_id))


class SharedIndex(SimilarityIndex):
    """Keep the signatures in the database and search them there, exactly.

    An approximate index of pgvector would be faster, but a filter could make it return less than it should.
    """

    def __init__(self, engine: Engine, restricted: bool = False) -> None:
        self._engine = engine
        self._table = TABLES[restricted]

    @classmethod
    def prepare(cls, engine: Engine) -> None:
        """Make the tables, if they are not there; raises SettingError where the database has no pgvector."""
        try:
            # Two processes that start at once make them one after the other.
            with engine.connect().execution_options(hongyan_write=True) as connection, connection.begin():
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
                metadata.create_all(connection)
                connection.execute(insert(MARK).values(id=1, number=0).on_conflict_do_nothing())
        except DBAPIError as error:
            raise SettingError(
                "The shared index needs PostgreSQL with the extension pgvector; install it, or keep the embedded index."
            ) from error

    def __len__(self) -> int:
        """Return how many letters the index holds."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(self._table)).scalar_one())

    def __contains__(self, letter_id: str) -> bool:
        """Say whether a letter is in the index."""
        with self._engine.connect() as connection:
            found = connection.execute(select(self._table.c.id).where(self._table.c.id == letter_id))
            return found.one_or_none() is not None

    def add(self, entries: Iterable[Entry]) -> None:
        """Put letters in, or give them a new signature."""
        rows = [_row(entry) for entry in entries]
        if rows:
            with self._engine.begin() as connection:
                self._put(connection, rows)

    def _put(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        statement = insert(self._table)
        renewed = {name: statement.excluded[name] for name in ("vector", "region", "received_at")}
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=renewed), rows)

    def remove(self, ids: Iterable[str]) -> None:
        """Take letters out; an unknown one is no error."""
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.id.in_(list(ids))))

    def replace(self, connection: Connection, ids: Iterable[str], entries: Iterable[Entry]) -> None:
        """Let the index hold of some letters these entries alone, in the transaction of the caller."""
        connection.execute(delete(self._table).where(self._table.c.id.in_(list(ids))))
        if rows := [_row(entry) for entry in entries]:
            self._put(connection, rows)

    def clear(self, connection: Connection) -> None:
        """Take all letters out, in the transaction of the caller."""
        connection.execute(delete(self._table))

    def search(
        self, vector: Signature, count: int, at_least: float = -1.0, where: Filter = EVERYTHING
    ) -> list[Neighbour]:
        """Return up to `count` letters of at least this cosine, best first; equally near ones by id."""
        columns = self._table.c
        apart = columns.vector.op("<~>", return_type=Float())(bindparam("wanted", _bits(vector), BIT(BITS)))
        statement = select(columns.id, apart.label("apart")).where(
            apart <= farthest(at_least), *self._conditions(where)
        )
        statement = statement.order_by(literal_column("apart"), columns.id).limit(count)
        with self._engine.connect() as connection:
            return [Neighbour(row.id, float(cosine_of(row.apart))) for row in connection.execute(statement)]

    def _conditions(self, where: Filter) -> list[Any]:
        columns = self._table.c
        conditions = []
        if where.region is not None:
            conditions.append(columns.region == where.region)
        if where.since is not None:
            conditions.append(columns.received_at >= microseconds(where.since))
        if where.until is not None:
            conditions += [columns.received_at < microseconds(where.until), columns.received_at > NO_TIME]
        return conditions


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "vector": _bits(entry.vector),
        "region": entry.region,
        "received_at": microseconds(entry.received_at),
    }


def _bits(vector: Signature) -> str:
    """Return a signature as PostgreSQL writes bits."""
    return "".join(map(str, np.unpackbits(vector).tolist()))
