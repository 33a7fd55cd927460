"""The course of a matter for a page: its letters, and who did what in it, in one order of time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.course import STEPS
from service.schemas.views import EventOut, LetterOut, MatterOut
from service.texts import text
from service.web.words import word

# Fields of events that name a letter or letters.
_LETTERS = ("letter", "letters")
_MATTERS = ("matter", "from", "to")


@dataclass(frozen=True, slots=True)
class Entry:
    """A letter that came, or what happened: who did what in words, the letters and the matter it names, and why.

    `step` is the number of a step that can be taken back, None of all else; `before` the matter in which a step was
    recorded that lost its letters to this one.
    """

    at: datetime
    letter: LetterOut | None = None
    kind: str = ""
    actor: str = ""
    words: str = ""
    letters: tuple[str, ...] = ()
    matter: str | None = None
    note: str = ""
    standing: bool = True
    step: int | None = None
    before: str | None = None


def timeline(view: MatterOut) -> list[Entry]:
    """Return the entries of a matter, oldest first; of one moment letters come first."""
    entries = [*(Entry(letter.received_at, letter) for letter in view.letters), *told(view.events, view.id)]
    return sorted(entries, key=lambda entry: entry.at)


def told(events: Sequence[EventOut], matter_id: str) -> Iterator[Entry]:
    """Yield the entries of what happened to a matter, in the order of recording."""
    for event in events:
        detail = event.detail
        letters = tuple(one for name in _LETTERS for one in _several(detail.get(name)))
        others = [detail[name] for name in _MATTERS if detail.get(name) and detail[name] != matter_id]
        of_software = event.kind in ("moved", "removed")
        yield Entry(
            at=event.at,
            kind=event.kind,
            actor=detail.get("actor") or "",
            words=_words(event, matter_id),
            letters=letters,
            matter=others[0] if others else None,
            note="" if of_software else detail.get("reason") or "",
            standing=event.standing,
            step=event.number if event.kind in STEPS and event.standing else None,
            before=event.matter if event.matter != matter_id else None,
        )


def _words(event: EventOut, matter_id: str) -> str:
    """Say what happened."""
    detail: Mapping[str, Any] = event.detail
    if event.kind == "moved":
        return text("event.moved_in" if detail.get("to") == matter_id else "event.moved_out")
    if event.kind == "flag":
        before, after = word("level", detail["before"]), word("level", detail["after"])
        why = text(f"event.flag_{detail['why']}", points=detail["points"])
        return text("event.flag", before=before, after=after, why=why)
    said = {
        "registered": detail.get("number"),
        "satisfaction": word("satisfaction", detail.get("value")),
        "undone": word("decision", detail.get("decision")),
        "taken_back": word("event", detail.get("step")),
        "corrected": text("page.separator").join(word("field", name) for name in detail.get("fields", ())),
    }.get(event.kind) or detail.get("unit")
    plain = word("event", event.kind)
    return text("event.with", words=plain, more=said) if said else plain


def _several(value: object) -> tuple[str, ...]:
    """Return one id or several as several."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
