"""Runs migrations on the engine that service.migrate hands over."""

from alembic import context
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, String, inspect

from service.tables import metadata
from service.tables.search import letter_words


def take_time(connection: Connection) -> None:
    """Let a large table be rebuilt for as long as it takes; locks are waited for no longer than ever."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def order_by_bytes(connection: Connection) -> None:
    """Give every text the order of its bytes, which SQLite has, whatever language the database was made with."""
    operations = Operations(MigrationContext.configure(connection))
    inspector = inspect(connection)
    ours = metadata.tables.keys() | {letter_words.name}
    for table in set(inspector.get_table_names()) & ours:
        for column in inspector.get_columns(table):
            kind = column["type"]
            if isinstance(kind, String) and kind.collation is None:
                operations.alter_column(table, column["name"], type_=type(kind)(kind.length, collation="C"))


with context.config.attributes["engine"].connect().execution_options(hongyan_write=True) as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            take_time(connection)
        context.run_migrations()
        if connection.dialect.name == "postgresql":
            order_by_bytes(connection)
    connection.commit()
