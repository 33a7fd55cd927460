"""The card of a flag: why a matter is flagged, duties not met first, and what the office can do."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row

from model.cues import ACT_CODES
from service.flagging import Flagged
from service.keys import Keys
from service.quotes import masked_quote
from service.schemas.results import PeopleOut
from service.schemas.views import ActionOut, DutyOut, MatterFlagOut, PartOut, QuoteOut

MOST_QUOTES = 6
# What a flag advises, each with its article of the Regulation: services only.
ANSWER = ActionOut(name="answer", article="34")
EARLIER = ActionOut(name="earlier", article="34")
INVITE = ActionOut(name="invite", article="20")
CALL = ActionOut(name="call", article="14")


def card_of(judged: Flagged, rows: Sequence[Row[Any]], keys: Keys, now: datetime, on: bool) -> MatterFlagOut:
    """Show the flag of a matter by those of its letters that the caller may read, oldest first."""
    flag = judged.flag
    raised = flag.level != "none"
    visits = [row.analysis["group_visit"] for row in rows if on and row.analysis["group_visit"]]
    duties = [
        DutyOut(name=duty.name, article=duty.article, due_at=duty.due_at, overdue=duty.due_at < now)
        for duty in sorted(judged.duties, key=lambda duty: duty.due_at)
    ]
    return MatterFlagOut(
        level=flag.level,
        points=flag.points,
        parts=[PartOut(name=part.name, points=part.points, number=part.number) for part in flag.parts],
        duties=duties,
        people=PeopleOut(count=flag.people.count, unit=flag.people.unit) if flag.people else None,
        petitioners=flag.petitioners,
        letters=sum(row.verdict != "copy" for row in rows),
        reasons=sorted({reason["code"] for visit in visits for reason in visit["reasons"]}) if raised else [],
        quotes=list(islice(_quotes(rows, keys), MOST_QUOTES)) if raised and on else [],
        actions=_actions(judged, now) if raised else [],
    )


def _actions(judged: Flagged, now: datetime) -> list[ActionOut]:
    """Return what is open to the office, what is owed already first."""
    overdue = any(duty.due_at < now for duty in judged.duties)
    if judged.flag.level == "watch":
        return [ANSWER] if overdue else [ANSWER, EARLIER]
    return [ANSWER, EARLIER, INVITE, CALL]


def _quotes(rows: Sequence[Row[Any]], keys: Keys) -> Iterator[QuoteOut]:
    """Yield what the letters say of acting together, the newest letter first, each thing once."""
    said: set[str] = set()
    for row in reversed(rows):
        visit = row.analysis["group_visit"]
        telling = [one for one in visit["reasons"] if one["code"] in (*ACT_CODES, "wording")] if visit else []
        names = names_of(row, keys) if telling else []
        for reason in telling:
            text = masked_quote(reason["text"], names)
            if text not in said:
                said.add(text)
                yield QuoteOut(letter=row.id, code=reason["code"], text=text)


def names_of(row: Row[Any], keys: Keys) -> list[str]:
    """Return the names that the fields of a letter give, of petitioners and accused."""
    people: Mapping[str, Any] = keys.decrypt(row.people) if row.people else {}
    persons = [*people.get("petitioners", []), *people.get("accused", [])]
    names = (person.get("name") if isinstance(person, Mapping) else person for person in persons)
    return [str(name) for name in names if name]
