"""What was done in matters that hold no letters any more goes on in the matter that took the last of them over.

A duty must not vanish, nor an answer be forgotten, because two matters turn out to be one: the same letters and steps
give the same life, whichever of the two keeps its id. Letters that go back take the steps of their matter back with
them.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from service.handling import TOLD
from service.queries import succession as queries
from service.queries.flags import events_of_kinds

MOVED, REMOVED = "moved", "removed"


def steps_told(connection: Connection, matter_ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    """Return the steps of each matter, with those of the matters that it took over, in the order of recording."""
    own = events_of_kinds(connection, sorted(matter_ids), (*TOLD, MOVED))
    found: dict[str, list[Row[Any]]] = {matter_id: [] for matter_id in matter_ids}
    for event in own:
        if event.kind != MOVED:
            found[event.matter_id].append(event)
    past = _past(connection, _came_from(own))
    done = [event for event in past if event.kind in TOLD]
    if done:
        passed = {event.matter_id for event in done}
        taken = _heirs(connection, passed - queries.holding_letters(connection, passed), past)
        for event in done:
            if (heir := taken.get(event.matter_id)) in found:
                found[heir].append(event)
        for events in found.values():
            events.sort(key=lambda event: event.number)
    return found


def letters_that_left(events: Iterable[Row[Any]]) -> list[str]:
    """Return the letters that moved from a matter elsewhere, by its events; of several times the last counts."""
    left = [event.detail["letter"] for event in events if _left(event)]
    return list(dict.fromkeys(reversed(left)))


def _past(connection: Connection, sources: set[str]) -> list[Row[Any]]:
    """Return what was done in these matters and how they lost letters, and in those that letters came from there."""
    seen: set[str] = set()
    told: list[Row[Any]] = []
    while sources:
        seen |= sources
        events = events_of_kinds(connection, sorted(sources), (*TOLD, MOVED, REMOVED))
        told += events
        sources = _came_from(events) - seen
    return told


def heirs_of(connection: Connection, emptied: Collection[str]) -> set[str]:
    """Return the matters that took over some that hold no letters any more."""
    told = events_of_kinds(connection, sorted(emptied), (MOVED, REMOVED))
    return set(_heirs(connection, emptied, told).values())


def _heirs(connection: Connection, emptied: Collection[str], told: Iterable[Row[Any]]) -> dict[str, str]:
    """Return of each matter without letters which one has the last that left it, by what they were told.

    Who was emptied because a letter went to the other compartment, which must know nothing of its past, is taken over
    by nobody.
    """
    last: dict[str, str | None] = {}
    for event in told:
        if _left(event) or event.kind == REMOVED:
            last[event.matter_id] = event.detail["letter"] if event.kind == MOVED else None
    held = queries.matters_of_letters(connection, {letter for one in emptied if (letter := last.get(one))})
    heirs = {one: held.get(last.get(one) or "") for one in sorted(emptied)}
    return {one: heir for one, heir in heirs.items() if heir is not None}


def _came_from(events: Sequence[Row[Any]]) -> set[str]:
    return {event.detail["from"] for event in events if event.kind == MOVED and event.detail["to"] == event.matter_id}


def _left(event: Row[Any]) -> bool:
    return event.kind == MOVED and bool(event.detail["from"] == event.matter_id)
