"""Whether letters can be taken in, check by check, and what waits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from service.accusations import unseen_accusations
from service.errors import Busy, DatabaseAwayError, DatabaseError
from service.metrics import Gauges
from service.migrate import require_current
from service.office import Office
from service.queries import health as queries
from service.queries.sealed import keys_used
from service.schemas.health import Check, State

# Where an application keeps the event that tells that it stops.
STOPPING = "stopping"
# Letters that other processes took in are learnt before each search; more than so many would make it slow.
MOST_BEHIND = 5000
LATE_AFTER = timedelta(hours=1)
# A late queue, another model than the active one, or an accusation that waits for somebody else is a reason to look,
# and none to refuse letters.
HARMLESS: frozenset[State] = frozenset({"ok", "late", "other", "unseen"})


def checks(office: Office, stopping: Event) -> dict[Check, State]:
    """Return the state of everything that taking in letters needs."""
    found: dict[Check, State] = {
        "process": "stopping" if stopping.is_set() else "ok",
        "model": "other" if office.watch.trouble else "ok",
    }
    try:
        with office.database.read() as connection:
            newest, oldest = queries.newest_change(connection), queries.oldest_due_job(connection)
            used = keys_used(connection)
        unattended = office.accounts.leave_accusations_unattended()
        behind = newest - office.engine.last_change > MOST_BEHIND
    except (SQLAlchemyError, Busy):
        return found | _of_database(office)
    late = oldest is not None and datetime.now(UTC) - datetime.fromisoformat(oldest) > LATE_AFTER
    found |= {
        "database": "ok",
        "keys": "ok" if office.keys.fit(used) else "unfit",
        "index": "behind" if behind else "ok",
        "queue": "late" if late else "ok",
        # With users but nobody of discipline, accusations would lie unseen.
        "accusations": "unattended" if unattended else "ok",
    }
    return found | _of_database(office)


def add_unseen(office: Office, found: dict[Check, State]) -> int:
    """Tell in checks, for an admin alone, that nobody sees some accusations; returns how many."""
    unseen = unseen_accusations(office.database, office.keys) if found.get("accusations") == "ok" else 0
    if unseen:
        found["accusations"] = "unseen"
    return unseen


def _of_database(office: Office) -> dict[Check, State]:
    """Return whether the database answers and is migrated."""
    try:
        require_current(office.database)
    except (DatabaseAwayError, SQLAlchemyError):
        return {"database": "unavailable"}
    except DatabaseError:
        return {"database": "ok", "migrations": "unavailable"}
    return {"migrations": "ok"}


def gauges(office: Office) -> Gauges:
    """Return what waits now and which model reads; of a database that does not answer, nothing."""
    yield ("hongyan_model", "The model in use.", {"version": office.engine.analyser.version}, 1)
    try:
        yield from _of_queue(office)
        for measure in office.drift.now().measures:
            yield ("hongyan_drift", "How far letters have moved.", {"measure": measure.name}, measure.index)
    except (SQLAlchemyError, Busy):
        return


def _of_queue(office: Office) -> Iterator[tuple[str, str, dict[str, str], float]]:
    with office.database.read() as connection:
        counts, oldest = queries.active_jobs(connection), queries.oldest_due_job(connection)
    for (kind, state), number in counts.items():
        yield ("hongyan_jobs", "Jobs that wait or run.", {"kind": kind, "state": state}, number)
    waited = datetime.now(UTC) - datetime.fromisoformat(oldest) if oldest else timedelta()
    yield (
        "hongyan_oldest_job_seconds",
        "How long the job waits that is due first.",
        {},
        max(0.0, waited.total_seconds()),
    )
