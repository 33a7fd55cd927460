"""PostgreSQL as the database of an office: one writer at a time too, and no wait without an end."""

import select
from time import monotonic
from typing import Any

from psycopg import Error
from psycopg.pq import Format
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError

# The key of the advisory lock that whoever writes holds; such locks are apart in every database of a server.
WRITER = int.from_bytes(b"hongyan", "big")
STATEMENT_SECONDS = 60
# A writer that was stopped or cut off must not keep all others waiting.
IDLE_SECONDS = 60
CONNECT_SECONDS = 5
# A connection is believed to live for so long after its last use.
TRUSTED_SECONDS = 1.0
# A server that is gone without a word is noticed within a minute, by either side.
KEEPALIVE = {"keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 40_000}


def address_of(url: URL) -> URL:
    """Return the address with the driver that is installed, whichever way it was written."""
    return url.set(drivername="postgresql+psycopg")


def arguments(url: URL, wait: int, threads: int) -> dict[str, Any]:
    """Return how to make the engine; a lock is waited for `wait` seconds, what the address sets goes first."""
    limits = {
        "lock_timeout": max(wait * 1000, 1),
        "statement_timeout": STATEMENT_SECONDS * 1000,
        # What somebody may see and asks for decides the way to it: a plan for all of them alike reads a whole table.
        "plan_cache_mode": "force_custom_plan",
        # Disks without heads read anywhere alike: else whole tables are read where an index leads to few pages.
        "random_page_cost": 1.1,
        # Several processes for one question stop no sooner at the end of a page, and take the processors of all others.
        "max_parallel_workers_per_gather": 0,
        "tcp_keepalives_idle": KEEPALIVE["keepalives_idle"],
        "tcp_keepalives_interval": KEEPALIVE["keepalives_interval"],
        "tcp_keepalives_count": KEEPALIVE["keepalives_count"],
    }
    own = " ".join(f"-c {name}={value}" for name, value in limits.items())
    given = {**KEEPALIVE, "connect_timeout": CONNECT_SECONDS, **url.query}
    options = " ".join((own, str(given.get("options", "")))).strip()
    return {
        "connect_args": {**given, "options": options},
        "pool_size": threads,
        # A request may write while it reads; background work comes on top.
        "max_overflow": 2 * threads,
        "pool_timeout": wait,
        # The one used last is taken first: each that was ever used keeps buffers, here and in the server.
        "pool_use_lifo": True,
    }


def listen(engine: Engine) -> None:
    """Prepare every connection and every transaction of an engine."""
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", _wake)
    event.listen(engine, "before_cursor_execute", _receive)


def passes(error: DBAPIError) -> bool:
    """Say whether an error means that the same may be tried again later.

    Such are a lost or restarting server, too many connections, a full disk, and a wait that took too long.
    """
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


class _Dumper(StrDumperUnknown):
    """Send texts with U+FFFD for NUL, which PostgreSQL has no room for: what is looked for by it is not found."""

    def dump(self, obj: str) -> Any:
        """Return the bytes of a text."""
        return super().dump(obj.replace("\0", "\ufffd"))


def _prepare(connection: Any, _record: Any) -> None:
    connection.adapters.register_dumper(str, _Dumper)


def _rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = monotonic()


def _wake(connection: Any, record: Any, _proxy: Any) -> None:
    """Use no connection that is lost: one just used is only looked at, one that has rested is asked."""
    if _has_news(connection):
        raise DisconnectionError("the server has ended the connection")
    if monotonic() - record.info.get("rests_since", monotonic()) < TRUSTED_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Error as error:
        raise DisconnectionError("the connection is lost") from error


def _has_news(connection: Any) -> bool:
    """Say whether something unasked for has arrived at a connection at rest: the end of it, as a rule."""
    try:
        news = select.poll()
        news.register(connection.fileno(), select.POLLIN)
        return bool(news.poll(0))
    except Error:
        return True


def _receive(
    _connection: Connection, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    """Receive what a statement finds as it is stored if it says so: written out, bytes are twice as many."""
    if context is not None and context.execution_options.get("hongyan_bytes", False):
        cursor.format = Format.BINARY


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("hongyan_write", False):
        # Each later statement sees what was committed before it began, so all that the writer before left behind.
        connection.exec_driver_sql(
            f"SELECT pg_advisory_xact_lock({WRITER}),"
            f" set_config('idle_in_transaction_session_timeout', '{IDLE_SECONDS}s', true),"
            # What is written goes by keys: there one plan does for all, and is made once.
            " set_config('plan_cache_mode', 'auto', true)"
        )
