"""The deadlines of a matter, each with its article of the Regulation and the event that starts it.

Days are calendar days in Asia/Shanghai, which has no summer time: a deadline lies at the minute of its start so many
days later. The law counts to the end of that day, so that nobody who keeps to these deadlines is ever late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from service.course import ENDS, Step, Stretch
from service.working_days import working_days_after

ROUTE_WITHIN = timedelta(days=15)
NOTICE_WITHIN = timedelta(days=15)
DISPUTE_WORKING_DAYS = 5
HANDLE_WITHIN = timedelta(days=60)
EXTENDED_BY = timedelta(days=30)
REVIEW_WITHIN = timedelta(days=30)

# The office owes these. To dispute a wrong routing is a right of the unit, and who lets it pass owes nothing.
DutyName = Literal["route", "notice", "handling", "review", "re_review"]
ClockName = DutyName | Literal["dispute"]
ClockState = Literal["not_started", "running", "paused", "met", "met_late", "overdue", "not_owed"]
StartEvent = Literal["received", "arrived", "accepted", "review_requested"]
OWED: tuple[DutyName, ...] = get_args(DutyName)

_DECIDED: tuple[Step, ...] = ("accepted", "not_accepted")
_ROUTED: tuple[Step, ...] = ("routed", "arrived", *_DECIDED, *ENDS)


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline: by `due_at`, what `name` says must have happened.

    Both times are None until the event that starts the clock has happened, and `due_at` while it is paused. Where
    nothing is owed, or no longer, the state says so. `provisional` marks working days of a year that is not announced.
    """

    name: ClockName
    article: str
    start_event: StartEvent
    starts_at: datetime | None = None
    due_at: datetime | None = None
    state: ClockState = "not_started"
    met_at: datetime | None = None
    provisional: bool = False

    @property
    def open(self) -> bool:
        """Say whether its duty is still to be met by a known time."""
        return self.name in OWED and self.state in ("running", "overdue")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What deadlines depend on: when a letter was received, whether it gives name and address, and its legal route.

    `ordinary` is False for what belongs to courts, arbitration, reconsideration or discipline, and for suggestions.
    """

    at: datetime
    named: bool = True
    ordinary: bool = True


def clocks_of(stretch: Stretch, receipt: Receipt, now: datetime) -> list[Clock]:
    """Return all clocks of a stretch at a time, for a letter in it or for all its letters together.

    Routing is due within 15 days of receipt (Article 22); the notice of acceptance within 15 days of arrival at the
    competent unit, unless name or address is unclear, and a dispute of the routing within 5 working days (Article 23);
    handling of ordinary matters within 60 days of acceptance, 90 if extended, pauses left out (Article 34); review and
    re-review within 30 days of the application (Articles 35, 36).
    """
    return [
        _route(stretch, receipt.at, now),
        _notice(stretch, receipt.named, now),
        _dispute(stretch, now),
        handling_clock(stretch, now, receipt.ordinary),
        _review(stretch, 0, Clock("review", "35", "review_requested"), now),
        _review(stretch, 1, Clock("re_review", "36", "review_requested"), now),
    ]


def _run(
    clock: Clock,
    starts_at: datetime,
    due_at: datetime,
    met_at: datetime | None,
    now: datetime,
    provisional: bool = False,
) -> Clock:
    """Return a clock that has started, as it stands."""
    state: ClockState = "overdue" if due_at < now else "running"
    if met_at is not None:
        state = "met" if met_at <= due_at else "met_late"
    return Clock(clock.name, clock.article, clock.start_event, starts_at, due_at, state, met_at, provisional)


def _stop(clock: Clock, state: ClockState, met_at: datetime | None = None) -> Clock:
    """Return a clock that never started, or whose time does not matter any more."""
    return Clock(clock.name, clock.article, clock.start_event, state=state, met_at=met_at)


def _first(stretch: Stretch, steps: tuple[Step, ...], after: int = -1) -> datetime | None:
    """Return when one of some steps was first taken after a position."""
    return next((one.at for one in stretch.steps[after + 1 :] if one.step in steps), None)


def _last(stretch: Stretch, step: Step) -> int | None:
    """Return the position of the last such step."""
    found = [position for position, one in enumerate(stretch.steps) if one.step == step]
    return found[-1] if found else None


def _route(stretch: Stretch, received_at: datetime, now: datetime) -> Clock:
    routed = _first(stretch, _ROUTED)
    # A letter that comes to a matter that was routed is where it belongs at once.
    met_at = max(routed, received_at) if routed else None
    return _run(Clock("route", "22", "received"), received_at, received_at + ROUTE_WITHIN, met_at, now)


def _notice(stretch: Stretch, named: bool, now: datetime) -> Clock:
    clock = Clock("notice", "23", "arrived")
    if not named:
        return _stop(clock, "not_owed")
    arrived = _arrival(stretch)
    if arrived is None:
        told = _first(stretch, _DECIDED)
        return _stop(clock, "met" if told else "not_owed" if stretch.ended else "not_started", told)
    starts_at = stretch.steps[arrived].at
    met_at = _first(stretch, (*_DECIDED, *ENDS), arrived)
    return _run(clock, starts_at, starts_at + NOTICE_WITHIN, met_at, now)


def _dispute(stretch: Stretch, now: datetime) -> Clock:
    clock = Clock("dispute", "23", "arrived")
    arrived = _last(stretch, "arrived")
    if arrived is None:
        begun = _first(stretch, (*_DECIDED, *ENDS))
        return _stop(clock, "not_owed" if begun else "not_started")
    starts_at = stretch.steps[arrived].at
    due_at, provisional = working_days_after(starts_at, DISPUTE_WORKING_DAYS)
    returned = _first(stretch, ("returned",), arrived)
    running = _run(clock, starts_at, due_at, returned, now, provisional)
    if returned is None and (due_at < now or _first(stretch, (*_DECIDED, *ENDS), arrived)):
        return _stop(clock, "not_owed")
    return running


def _arrival(stretch: Stretch) -> int | None:
    """Return the position of the arrival at the unit that has the matter now."""
    arrived = _last(stretch, "arrived")
    return None if arrived is not None and _first(stretch, ("returned",), arrived) else arrived


def handling_clock(stretch: Stretch, now: datetime, owed: bool = True) -> Clock:
    """Return the clock of handling: only one that runs can be paused or extended."""
    clock = Clock("handling", "34", "accepted")
    # Where two matters became one, both may have been accepted: that must not put the deadline off.
    accepted = next((position for position, one in enumerate(stretch.steps) if one.step == "accepted"), None)
    if not owed or (accepted is None and (stretch.ended or _last(stretch, "not_accepted") is not None)):
        return _stop(clock, "not_owed")
    if accepted is None:
        return clock
    starts_at = stretch.steps[accepted].at
    due_at, paused_at, met_at, extended = starts_at + HANDLE_WITHIN, None, None, False
    for one in stretch.steps[accepted + 1 :]:
        if paused_at is not None and one.step in ("resumed", *ENDS):
            due_at, paused_at = due_at + (one.at - paused_at), None
        elif one.step == "paused" and one.at <= due_at:
            paused_at = one.at
        elif one.step == "extended" and not extended and one.at <= due_at:
            due_at, extended = due_at + EXTENDED_BY, True
        if one.step in ENDS:
            met_at = one.at
            break
    if paused_at is not None:
        return Clock("handling", "34", "accepted", starts_at, None, "paused")
    return _run(clock, starts_at, due_at, met_at, now)


def _review(stretch: Stretch, which: int, clock: Clock, now: datetime) -> Clock:
    asked = [position for position, one in enumerate(stretch.steps) if one.step == "review_requested"]
    if len(asked) <= which:
        return clock
    starts_at = stretch.steps[asked[which]].at
    return _run(clock, starts_at, starts_at + REVIEW_WITHIN, _first(stretch, ENDS, asked[which]), now)
