"""Notices to who wrote: that a matter was accepted, not accepted, or passed on, and what can be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from model.when import OFFICE_ZONE
from service import audit
from service.caller import UNMASKERS, Caller
from service.clocks import HANDLE_WITHIN
from service.course import Taken
from service.errors import Invalid, NotFound
from service.flag_card import names_of
from service.handling import Handling, opened_at, receipt_of
from service.keys import Keys
from service.masking import masked_name
from service.paper import Sheet, plain
from service.queries.letters import letters_of_matters
from service.queries.matters import find_matter
from service.quotes import masked_quote
from service.registration import number_of
from service.regrouping import EVERYTHING
from service.schemas.requests import NoticeIn
from service.succession import steps_told
from service.texts import notice_texts

MOST_OF_SUBJECT = 40


@dataclass(frozen=True)
class _Ground:
    """What a notice rests on: the letter, the step that it tells of, what is recorded of it, and the unit in charge."""

    letter: Row[Any]
    step: Taken
    detail: Mapping[str, Any]
    unit: str | None


def notice_of(
    connection: Connection, keys: Keys, caller: Caller, letters: Sequence[Row[Any]], given: NoticeIn, now: datetime
) -> Sheet:
    """Return a notice on one of the letters of a matter that the caller may read, and record that it was made.

    The name is masked unless a reason is given. Raises NotFound if the letter is not among them or the caller may not
    see names, and Invalid if no notice is owed or the step that it tells of was not taken.
    """
    letter = next((row for row in letters if row.id == given.letter), None)
    if letter is None or (given.reason is not None and caller.role not in UNMASKERS):
        raise NotFound
    ground = _ground(connection, letter, given)
    name, subject = _said(keys, letter, given.reason is not None)
    registration = number_of(find_matter(connection, letter.matter_id)) or ""
    audit.record(connection, caller, "notice", audit.MATTER, [letter.matter_id], {"kind": given.kind})
    if given.reason is not None:
        audit.record(connection, caller, "unmask", audit.LETTER, [letter.id], {"for": "notice"})
    texts = notice_texts()
    frame = texts["frame"]
    values = _values(ground, subject)
    lines = [line.format(**values) for part, line in texts[given.kind]["lines"].items() if values.get(part, True)]
    signing = given.unit or (None if given.kind == "routed" else ground.unit) or caller.unit
    return Sheet(
        title=texts[given.kind]["title"],
        number=frame["number"].format(registration=registration),
        greeting=frame["greeting"].format(name=name),
        lines=[*lines, frame["closing"]],
        unit=plain(signing) if signing else frame["unit_missing"],
        date=_date(now),
        font=frame["font"],
        made_at=now,
    )


def _ground(connection: Connection, letter: Row[Any], given: NoticeIn) -> _Ground:
    """Find the step that a notice tells of, the last of its kind that answers the letter."""
    if not letter.named:
        raise Invalid("No notice is owed.", [("letter_id", "gives no clear name and address (Article 23)")])
    events = steps_told(connection, [letter.matter_id])[letter.matter_id]
    handling = Handling.of(events)
    received = [opened_at(row) for row in letters_of_matters(connection, [letter.matter_id], EVERYTHING)]
    stretch = handling.course(received).stretch_at(opened_at(letter))
    taken = [one for one in stretch.steps if one.step == given.kind]
    if not taken:
        raise Invalid("The notice has no ground.", [("kind", f"record the step {given.kind} in the matter first")])
    detail = next(event.detail for event in events if event.number == taken[-1].number)
    if given.kind == "routed" and not detail.get("unit"):
        raise Invalid("The notice has no ground.", [("kind", "the routing names no unit; record it with its unit")])
    return _Ground(letter, taken[-1], detail, handling.unit)


def _said(keys: Keys, letter: Row[Any], full: bool) -> tuple[str, str]:
    """Return the name of who wrote and what the letter is about, both masked unless `full`."""
    people = keys.decrypt(letter.people)["petitioners"] if letter.people else []
    first = next((str(person["name"]) for person in people if isinstance(person, Mapping) and person.get("name")), "")
    name = plain(first) if full else masked_name(plain(first))
    about = str(letter.title or letter.body)[: 2 * MOST_OF_SUBJECT]
    subject = plain(about if full else masked_quote(about, names_of(letter, keys)))
    return name, subject if len(subject) <= MOST_OF_SUBJECT else f"{subject[:MOST_OF_SUBJECT]}…"


def _values(ground: _Ground, subject: str) -> dict[str, str]:
    """Return what the texts of notices are filled with; what is not known is empty, and its line is left out."""
    ordinary = receipt_of(ground.letter).ordinary
    wheres: dict[str, str] = notice_texts()["where"]
    return {
        "received": _date(datetime.fromisoformat(ground.letter.received_at)),
        "subject": subject,
        "done": _date(ground.step.at),
        "due": _date(ground.step.at + HANDLE_WITHIN) if ordinary else "",
        "target": plain(ground.detail.get("unit") or ""),
        "reason": plain(ground.detail.get("reason") or ""),
        "where": wheres.get(ground.letter.analysis.get("route") or "ordinary", wheres["ordinary"]),
    }


def _date(moment: datetime) -> str:
    local = moment.astimezone(OFFICE_ZONE)
    written: str = notice_texts()["frame"]["date"].format(year=local.year, month=local.month, day=local.day)
    return written
