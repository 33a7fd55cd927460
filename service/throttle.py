"""Slows down who tries passwords: after some failures a name or an address must wait, longer each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from service.queries import access
from service.queries.letters import moment
from service.secrets import hash_of

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """A name or an address, with how many failures cost it nothing."""

    kind: str
    value: str
    free: int

    @property
    def key(self) -> str:
        """Return the hash under which its failures are kept."""
        return hash_of(f"{self.kind}:{self.value}")


def subjects_of(name: str, address: str) -> list[Subject]:
    """Return what an attempt is counted under; many people may share an address."""
    return [Subject("name", name, 5), Subject("address", address, 30)]


def wait_of(connection: Connection, subjects: list[Subject], now: datetime) -> timedelta:
    """Return how long an attempt must still wait; zero if it may be made.

    A wait that is longer than it can be was written before the clock was set back, and counts for nothing.
    """
    known = access.failed_logins_of(connection, [subject.key for subject in subjects])
    locked = [datetime.fromisoformat(row.locked_until) - now for row in known if row.locked_until]
    return max([timedelta(0), *(wait for wait in locked if wait <= LONGEST_WAIT)])


def note_failure(connection: Connection, subjects: list[Subject], now: datetime) -> None:
    """Count a failed attempt; from the last free failure on each one doubles the wait."""
    known = {row.subject: row for row in access.failed_logins_of(connection, [subject.key for subject in subjects])}
    for subject in subjects:
        access.put_failed_login(connection, _counted(subject, known.get(subject.key), now))


def note_success(connection: Connection, name: str, now: datetime) -> None:
    """Forget the failures of a name; those of its address stay, or one known password would free the guessing."""
    access.delete_failed_logins(connection, subjects_of(name, "")[0].key, now - FORGOTTEN_AFTER)


def _counted(subject: Subject, known: Row[Any] | None, now: datetime) -> Mapping[str, Any]:
    recent = known is not None and datetime.fromisoformat(known.last_at) > now - FORGOTTEN_AFTER
    count = 1 + (int(known._mapping["count"]) if known is not None and recent else 0)
    beyond = count - subject.free
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(beyond, 20)) if beyond >= 0 else None
    return {
        "subject": subject.key,
        "count": count,
        "last_at": moment(now),
        "locked_until": moment((now + wait).astimezone(UTC)) if wait else None,
    }
