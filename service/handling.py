"""The handling of a matter: what the office did in it, and which duties are still owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Row

from service.clocks import NOTICE_WITHIN, ROUTE_WITHIN
from service.matters import Duty

Step = Literal[
    "routed",
    "arrived",
    "accepted",
    "not_accepted",
    "extended",
    "paused",
    "answered",
    "closed",
    "review_requested",
    "satisfaction",
]
STEPS: tuple[Step, ...] = get_args(Step)
HANDLE_WITHIN = timedelta(days=60)
EXTENDED_BY = timedelta(days=30)
_ENDS = ("answered", "closed")
_AFTER_ROUTING = ("routed", "arrived", "accepted", "not_accepted", *_ENDS)


@dataclass(frozen=True, slots=True)
class Handling:
    """What was done in a matter, as pairs of step and time in the order of the times."""

    steps: tuple[tuple[str, datetime], ...]

    @classmethod
    def of(cls, events: Sequence[Row[Any]]) -> "Handling":
        """Read the steps out of the events of a matter."""
        steps = [(event.kind, datetime.fromisoformat(event.at)) for event in events if event.kind in STEPS]
        return cls(tuple(sorted(steps, key=lambda step: step[1])))

    @property
    def answered_at(self) -> datetime | None:
        """Return when the matter was last answered or closed, unless a review was asked for since."""
        ended = [at for step, at in self.steps if step in _ENDS]
        asked = [at for step, at in self.steps if step == "review_requested"]
        return None if not ended or any(at > ended[-1] for at in asked) else ended[-1]

    def duties(self, received: Sequence[datetime], named: bool) -> list[Duty]:
        """Return what is owed in a matter whose letters were received at these times.

        Routing within 15 days of the first letter since the last answer (Article 22), the notice of acceptance within
        15 days of arrival, where name and address are clear (Article 23), handling within 60 days of acceptance, 90 if
        extended (Article 34).
        """
        ended = self.answered_at
        open_since = min((at for at in received if ended is None or at > ended), default=None)
        if open_since is None:
            return []
        owed = []
        if not self._done(_AFTER_ROUTING, open_since):
            owed.append(Duty("route", "22", open_since + ROUTE_WITHIN))
        arrived = self._done(("arrived",), open_since)
        if arrived and named and not self._done(("accepted", "not_accepted", *_ENDS), arrived):
            owed.append(Duty("notice", "23", arrived + NOTICE_WITHIN))
        accepted = self._done(("accepted",), open_since)
        if accepted and not self._done(_ENDS, accepted):
            longer = EXTENDED_BY if self._done(("extended",), accepted) else timedelta(0)
            owed.append(Duty("handling", "34", accepted + HANDLE_WITHIN + longer))
        return owed

    def _done(self, steps: Sequence[str], since: datetime) -> datetime | None:
        """Return when one of the steps was first done since a time."""
        return next((at for step, at in self.steps if step in steps and at >= since), None)
