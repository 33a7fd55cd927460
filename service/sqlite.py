"""SQLite as the database of an office: one file, one writer at a time."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from service.errors import SettingError

# What each connection keeps: KiB of pages, which the system holds for all processes anyway, and prepared statements.
PAGES = 512
STATEMENTS = 64
# Whoever waits for the file looks so often, in seconds, whether it is free.
LOOKED_AT_EVERY = 0.1


def arguments(url: URL, wait: int, threads: int) -> dict[str, Any]:
    """Return how to make the engine; a lock is waited for `wait` seconds. Makes the folder of the file.

    Raises SettingError if there can be no such folder.
    """
    if not url.database:
        return {"connect_args": {"timeout": wait}}
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"{folder}: cannot be a folder for the database: {error.strerror}") from error
    connecting = {"timeout": wait, "cached_statements": STATEMENTS}
    # The connection used last is taken first, so that few are kept warm.
    sizes = {"pool_size": threads, "max_overflow": 2 * threads, "pool_timeout": wait, "pool_use_lifo": True}
    return {"connect_args": connecting, **sizes}


def listen(engine: Engine) -> None:
    """Prepare every connection and every transaction of an engine."""
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


def passes(error: DBAPIError) -> bool:
    """Say whether an error means that the same may be tried again later."""
    reason = str(error.orig)
    return "locked" in reason or "busy" in reason


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for _, _, file in connection.execute("PRAGMA database_list").fetchall():
        if file and Path(file).stat().st_size == 0:
            # A new file; those that SQLite lays beside it take over its mode.
            Path(file).chmod(0o600)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"cache_size=-{PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("hongyan_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
