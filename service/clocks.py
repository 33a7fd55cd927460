"""The deadlines of a letter, each with its article of the Regulation and the event that starts it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ROUTE_WITHIN = timedelta(days=15)
NOTICE_WITHIN = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline: by `due_at`, what `name` says must have happened.

    Both times are None until the event that starts the clock has happened.
    """

    name: str
    article: str
    start_event: str
    starts_at: datetime | None
    due_at: datetime | None


def clocks_of(received_at: datetime, named: bool) -> list[Clock]:
    """Return the clocks of a letter that was received.

    Routing is due within 15 days of receipt (Article 22). The notice of acceptance is due within 15 days after the
    letter arrives at the competent unit (Article 23); it is not owed where name or address is unclear.
    """
    clocks = [Clock("route", "22", "received", received_at, received_at + ROUTE_WITHIN)]
    if named:
        clocks.append(Clock("notice", "23", "arrived", None, None))
    return clocks
