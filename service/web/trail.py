"""The audit as people read it: entries of one deed on one line, and what is told of it in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.schemas.records import EntryOut
from service.texts import text
from service.web.asked import names_of_codes
from service.web.words import word

# The groups of words for values; other values stand for themselves.
OF_FILTERS = {
    **{name: name for name in ("queue", "order", "channel", "review", "level", "verdict", "due", "clock", "formula")},
    "action": "act",
    "kind": "object",
    "lacking": "fact",
}
OF_DETAILS = {"role": "role", "fields": "changed", "for": "act", "kind": "job_kind", "by": "by", "format": "format"}


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody did at one time with objects of one kind."""

    at: datetime
    actor: str
    role: str
    action: str
    kind: str
    told: str
    ids: list[str] = field(default_factory=list)


def lines_of(entries: Iterable[EntryOut]) -> list[Line]:
    """Return entries as lines: a list of which each flagged matter is recorded is one of them."""
    found: list[Line] = []
    for entry in entries:
        line = Line(entry.at, entry.actor, entry.role, entry.action, entry.kind, told(entry.detail))
        if not found or _deed(found[-1]) != _deed(line):
            found.append(line)
        found[-1].ids.extend([entry.id] if entry.id else [])
    return found


def told(detail: Mapping[str, Any] | None) -> str:
    """Return what is told of a deed; nothing of what was not asked for."""
    parts = [_part("detail", name, value) for name, value in (detail or {}).items() if _says(value)]
    return text("page.semicolon").join(parts)


def _deed(line: Line) -> Sequence[object]:
    return line.at, line.actor, line.action, line.kind, line.told


def _says(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", {}, [])


def _part(group: str, name: str, value: Any) -> str:
    """Return one fact with its name; a name that the catalogue does not know stands for itself."""
    shown = _shown(name, value, OF_FILTERS if group == "filter" else OF_DETAILS)
    try:
        return text(f"{group}.{name}", value=shown)
    except KeyError:
        return f"{name} {shown}"


def _shown(name: str, value: Any, groups: Mapping[str, str]) -> str:
    if name == "filter" or isinstance(value, Mapping):
        inner = "filter" if name == "filter" else "detail"
        return text("page.separator").join(_part(inner, one, of) for one, of in value.items() if _says(of))
    if isinstance(value, list):
        return text("page.separator").join(_shown(name, one, groups) for one in value)
    if value is True or value == "given":
        return text("detail.given")
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if name == "code":
        return names_of_codes().get(str(value), str(value))
    return word(groups[name], value) if name in groups else str(value)
