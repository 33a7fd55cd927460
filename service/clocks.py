"""The deadlines of a letter, each with its article of the Regulation and the event that starts it."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """A running deadline: by `due_at`, what `name` says must have happened."""

    name: str
    article: str
    start_event: str
    starts_at: datetime
    due_at: datetime


def clocks_of(received_at: datetime, named: bool) -> list[Clock]:
    """Return the clocks that start with the receipt of a letter.

    Routing is due within 15 days (Article 22); the notice of acceptance within 15 days too (Article 23), but it is not
    owed where name or address is unclear.
    """
    due = received_at + timedelta(days=15)
    clocks = [Clock("route", "22", "received", received_at, due)]
    if named:
        clocks.append(Clock("notice", "23", "received", received_at, due))
    return clocks
