"""What people do with letters and matters, by API and page alike: in one transaction, checked and recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import Connection, Row

from service import audit
from service.caller import Caller
from service.compartments import Compartments
from service.correcting import Corrector
from service.decisions import Decider
from service.errors import Conflict, NotFound, PreconditionFailed
from service.flagging import flags_follow
from service.office import Office
from service.preconditions import require_unchanged
from service.queries.letters import letters_of_matters
from service.queries.matters import find_matter, revision_of
from service.regrouping import EVERYTHING
from service.schemas.corrections import CorrectionIn
from service.schemas.requests import StepIn
from service.steps import Recorder


def correct(office: Office, caller: Caller, letter_id: str, wanted: CorrectionIn, if_match: str | None) -> None:
    """Let what a person says hold for a letter; raises what `Corrector.correct` raises."""
    with office.database.write() as connection, flags_follow(connection, office.flagger):
        Corrector(connection, office.engine, office.keys, caller).correct(letter_id, wanted, if_match)


def accept_pending(office: Office, caller: Caller, letter_id: str) -> None:
    """Accept what the model said of a letter that nobody has judged; raises Conflict if somebody was first."""
    with office.database.write() as connection, flags_follow(connection, office.flagger):
        _require_pending(office, connection, caller, letter_id)
        _accept(office, connection, caller, letter_id)


def _accept(office: Office, connection: Connection, caller: Caller, letter_id: str) -> None:
    corrector = Corrector(connection, office.engine, office.keys, caller)
    corrector.correct(letter_id, CorrectionIn(review="accepted"), "*")


def route(office: Office, caller: Caller, letter_id: str, unit: str, seen: str | None) -> bool:
    """Route the matter of a letter to a unit, and accept what the model said of the letter if nobody has judged it.

    `seen` is the tag of the letter that the caller saw; without one the letter must still be pending. Returns whether
    the letter was accepted along.
    """
    with office.database.write() as connection, flags_follow(connection, office.flagger) as touched:
        row = _require_seen(office, connection, caller, letter_id, seen)
        pending = bool(row.review == "pending")
        if pending:
            _accept(office, connection, caller, letter_id)
        letters = letters_of_matters(connection, [row.matter_id], EVERYTHING)
        if Recorder(connection, caller, office.keys, letters).record(StepIn(type="routed", unit=unit)):
            audit.record(connection, caller, "routed", audit.MATTER, [row.matter_id])
            touched.add(row.matter_id)
    return pending


def decide(
    office: Office, caller: Caller, letter_id: str, matter_id: str, decision: Literal["confirm", "reject"], seen: str
) -> None:
    """Confirm that a letter belongs to a matter, or reject it, if the letter is as the caller saw it."""
    with office.database.write() as connection, flags_follow(connection, office.flagger):
        _require_seen(office, connection, caller, letter_id, seen)
        decider = Decider(connection, caller, office.keys)
        (decider.confirm if decision == "confirm" else decider.reject)(matter_id, letter_id)


def move(office: Office, caller: Caller, letter_id: str, decided: Literal["release", "restrict"], reason: str) -> None:
    """Move a letter out of accusations, or among them; raises NotFound if the caller may not read it."""
    with office.database.write() as connection, flags_follow(connection, office.flagger) as touched:
        compartments = Compartments(connection, office.engine, office.keys, caller)
        touched.add((compartments.release if decided == "release" else compartments.restrict)(letter_id, reason))


@contextmanager
def deciding(office: Office, caller: Caller, matter_id: str, if_match: str | None) -> Iterator[Decider]:
    """Let a person decide which letters belong to a matter, in its present state if one is named."""
    with office.database.write() as connection, flags_follow(connection, office.flagger):
        _require_state(office, connection, caller, matter_id, if_match)
        yield Decider(connection, caller, office.keys)


def take_step(
    office: Office, caller: Caller, matter_id: str, given: StepIn, if_match: str | None = None
) -> tuple[bool, bool]:
    """Record a step of a matter; returns whether it is new, and whether the caller's unit had the matter before."""
    with office.database.write() as connection, flags_follow(connection, office.flagger) as touched:
        _require_state(office, connection, caller, matter_id, if_match)
        letters = letters_of_matters(connection, [matter_id], EVERYTHING)
        had_it = find_matter(connection, matter_id).unit == caller.unit
        new = Recorder(connection, caller, office.keys, letters).record(given)
        if new:
            audit.record(connection, caller, given.type, audit.MATTER, [matter_id])
            touched.add(matter_id)
    return new, had_it


def _require_state(
    office: Office, connection: Connection, caller: Caller, matter_id: str, if_match: str | None
) -> None:
    """Check that the caller may see the matter, and that it is as it was if the caller names a state."""
    reader = office.reader(connection, caller)
    reader.require_matter(matter_id)
    if if_match is not None:
        revision = revision_of(connection, matter_id)
        require_unchanged(if_match, revision, reader.matter_tag(reader.matter(matter_id)))


def _require_pending(office: Office, connection: Connection, caller: Caller, letter_id: str) -> Row[Any]:
    row = office.reader(connection, caller).require_letter(letter_id)
    if not caller.reads(row.restricted):
        raise NotFound
    if row.review != "pending":
        raise Conflict("Somebody has judged this letter already.")
    return row


def _require_seen(office: Office, connection: Connection, caller: Caller, letter_id: str, seen: str | None) -> Row[Any]:
    """Return the row of a letter, if neither it nor its matter has changed since the caller saw it."""
    if seen is None:
        return _require_pending(office, connection, caller, letter_id)
    reader = office.reader(connection, caller)
    row = reader.require_letter(letter_id)
    if not caller.reads(row.restricted):
        raise NotFound
    present = reader.tag(row)
    if seen != "*" and seen.strip('"').split("-")[:2] != present.strip('"').split("-")[:2]:
        raise PreconditionFailed(present)
    return row
