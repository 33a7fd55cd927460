"""Takes back what a person did last with letters, as long as nobody did anything after it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from sqlalchemy import Connection

from service import audit
from service.caller import Caller
from service.correcting import Corrector
from service.decisions import Decider
from service.errors import Conflict, NotFound, Problem
from service.flagging import flags_follow
from service.handling import Handling
from service.office import Office
from service.queries.corrections import newest_correction
from service.queries.decisions import last_act_on
from service.queries.letters import letters_of_matters
from service.queries.matters import events_of
from service.regrouping import EVERYTHING
from service.schemas.corrections import CorrectionIn
from service.schemas.requests import StepIn
from service.steps import Recorder

DeedName = Literal["accept", "correct", "route", "confirm", "reject"]


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did with letters; `judged` are those whose category was accepted along, by their places.

    `matter` is that of a decision on a link.
    """

    name: DeedName
    letters: tuple[str, ...]
    judged: tuple[int, ...] = ()
    matter: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the deed as plain data."""
        return asdict(self)

    @classmethod
    def of(cls, content: Any) -> "Deed | None":
        """Read a deed from plain data; None if it is none."""
        if not isinstance(content, dict) or content.get("name") not in get_args(DeedName):
            return None
        return cls(content["name"], tuple(content["letters"]), tuple(content["judged"]), content["matter"])


def take_back(office: Office, caller: Caller, deed: Deed) -> list[str]:
    """Take a deed back, letter by letter; returns the letters that are as they were before.

    A letter stays as it is if somebody did something with it since, or the caller may not see it any more.
    """
    done = []
    for place, letter_id in enumerate(deed.letters):
        try:
            with office.database.write() as connection, flags_follow(connection, office.flagger) as touched:
                matter_id = str(office.reader(connection, caller).require_letter(letter_id).matter_id)
                if deed.name in ("accept", "correct") or place in deed.judged:
                    _take_back_words(connection, office, caller, letter_id)
                if deed.name == "route":
                    _take_back_route(connection, office, caller, matter_id)
                    touched.add(matter_id)
                if deed.name in ("confirm", "reject") and deed.matter:
                    _take_back_link(connection, office, caller, deed.matter, letter_id)
        except Problem as problem:
            if problem.status >= 500:
                raise
        else:
            done.append(letter_id)
    return done


def _take_back_words(connection: Connection, office: Office, caller: Caller, letter_id: str) -> None:
    """Let what held before the caller's last words on a letter hold again."""
    newest = newest_correction(connection, letter_id)
    if newest is None or newest.actor != caller.name:
        raise Conflict("Somebody else has judged this letter since.")
    before = CorrectionIn.model_validate(newest.before)
    Corrector(connection, office.engine, office.keys, caller).correct(letter_id, before, "*")


def _take_back_route(connection: Connection, office: Office, caller: Caller, matter_id: str) -> None:
    events = events_of(connection, matter_id)
    steps = Handling.of(events).steps
    actors = {event.number: event.detail.get("actor") for event in events}
    if not steps or steps[-1].step != "routed" or actors[steps[-1].number] != caller.name:
        raise Conflict("Something else was done in this matter since.")
    letters = letters_of_matters(connection, [matter_id], EVERYTHING)
    Recorder(connection, caller, office.keys, letters).record(StepIn(type="taken_back", event=steps[-1].number))
    audit.record(connection, caller, "taken_back", audit.MATTER, [matter_id])


def _take_back_link(connection: Connection, office: Office, caller: Caller, matter_id: str, letter_id: str) -> None:
    last = last_act_on(connection, letter_id, matter_id)
    if last is None or last.actor != caller.name:
        raise NotFound
    Decider(connection, caller, office.keys).undo(matter_id, letter_id)
