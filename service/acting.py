"""What people do with letters and matters, by API and page alike: in one transaction, checked and recorded."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from service import audit
from service.caller import Caller
from service.correcting import Corrector
from service.decisions import Decider
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
        Corrector(connection, office.engine, caller).correct(letter_id, wanted, if_match)


@contextmanager
def deciding(office: Office, caller: Caller, matter_id: str, if_match: str | None) -> Iterator[Decider]:
    """Let a person decide which letters belong to a matter, in its present state if one is named."""
    with office.database.write() as connection, flags_follow(connection, office.flagger):
        _require_state(office, connection, caller, matter_id, if_match)
        yield Decider(connection, caller)


def take_step(
    office: Office, caller: Caller, matter_id: str, given: StepIn, if_match: str | None = None
) -> tuple[bool, bool]:
    """Record a step of a matter; returns whether it is new, and whether the caller's unit had the matter before."""
    with office.database.write() as connection, flags_follow(connection, office.flagger) as touched:
        _require_state(office, connection, caller, matter_id, if_match)
        letters = letters_of_matters(connection, [matter_id], EVERYTHING)
        had_it = find_matter(connection, matter_id).unit == caller.unit
        new = Recorder(connection, caller, letters).record(given)
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
