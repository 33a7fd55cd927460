"""Runs migrations on the engine that service.migrate hands over."""

from alembic import context

from service.tables import metadata

with context.config.attributes["engine"].connect().execution_options(hongyan_write=True) as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
