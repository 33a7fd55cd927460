"""Versions of the model: what was measured, where one in the shadow disagrees, and which one reads letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from service.audit import record_look
from service.auth import allow, this_caller
from service.caller import ANALYSTS
from service.disagreeing import disagreement_page
from service.errors import NotFound
from service.office import this_office
from service.schemas.models import RegisteredOut
from service.web.asked import asked, categories
from service.web.blueprint import web
from service.web.sections import change, show
from service.web.words import word

# What the cards of two versions are compared by: part, measure, and whether more is better.
MEASURES = (
    ("category", "accuracy", True),
    ("category", "macro_f1", True),
    ("category", "accepted", True),
    ("category", "accepted_precision", True),
    ("category", "calibration_error", False),
    ("purpose", "accuracy", True),
    ("relation", "average_precision", True),
    ("relation", "recall_at_95", True),
    ("relation", "calibration_error", False),
    ("risk", "macro_f1", True),
)
MOST_KINDS = 20
# Where the words stand for what versions say.
GROUPS = ("level", "route")


class ComparedQuery(BaseModel):
    """Which two versions are compared."""

    one: str | None = Field(default=None, max_length=64)
    other: str | None = Field(default=None, max_length=64)


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of two versions; `better` says whether the second one does better, None if neither does."""

    part: str
    name: str
    one: float | None
    other: float | None
    better: bool | None


@web.get("/administration/models")
@allow(ANALYSTS)
def models() -> str:
    """Show the versions, two of them beside each other, and where the one in the shadow disagrees."""
    office, query = this_office(), asked(ComparedQuery, ("one", "other"))
    versions = [RegisteredOut.of(row) for row in office.registry.models()]
    one, other = _pair(versions, query)
    shadow = next((version for version in versions if version.state == "shadow"), None)
    page = None
    if shadow:
        with office.database.read() as connection:
            page = disagreement_page(connection, this_caller(), shadow.version, MOST_KINDS, None)
        record_look(
            office.database, this_caller(), "list", "model", [shadow.version], {"disagreements": len(page.items)}
        )
    return show(
        "models",
        versions=versions,
        in_use=office.engine.analyser.version,
        one=one,
        other=other,
        measured=compared(one, other) if one and other else [],
        shadow=shadow,
        disagreements=page,
        named_by_settings=office.settings.model_folder is not None,
        named_code=_named_code,
        returnable=any(version.state == "retired" for version in versions),
    )


def _named_code(code: str) -> str:
    """Return the word for what a version says: a category, a level or a route."""
    names = {entry.code: entry.name for entry in categories()}
    return names.get(code) or next((said for group in GROUPS if (said := word(group, code)) != code), code)


def _pair(versions: Sequence[RegisteredOut], query: ComparedQuery) -> tuple[RegisteredOut | None, RegisteredOut | None]:
    """Return the versions to compare: those asked for, else the active one and the newest other."""
    known = {version.version: version for version in versions}
    active = next((version for version in versions if version.state == "active"), versions[0] if versions else None)
    one = known.get(query.one or "", active)
    others = [version for version in versions if version is not one]
    return one, known.get(query.other or "", others[0] if others else None)


def compared(one: RegisteredOut, other: RegisteredOut) -> list[Measured]:
    """Return what was measured of two versions when they were trained."""
    found = []
    for part, name, more in MEASURES:
        first, second = (_number(version.facts, part, name) for version in (one, other))
        if first is not None or second is not None:
            differ = first is not None and second is not None and first != second
            found.append(
                Measured(part, name, first, second, ((second or 0) > (first or 0)) == more if differ else None)
            )
    return found


def _number(facts: Mapping[str, object], part: str, name: str) -> float | None:
    metrics = facts.get("metrics")
    of_part = metrics.get(part) if isinstance(metrics, dict) else None
    value = of_part.get(name) if isinstance(of_part, dict) else None
    return float(value) if isinstance(value, int | float) else None


@web.post("/administration/models")
@allow(ANALYSTS)
def change_models() -> Response:
    """Activate a version, return to the one before, or let one read in the shadow."""
    registry, caller = this_office().registry, this_caller()
    version, action = request.form.get("version", ""), request.form.get("action")

    def make() -> None:
        if action == "activate":
            registry.activate(version, caller)
        elif action == "rollback":
            registry.rollback(caller)
        elif action == "shadow":
            registry.shadow(version, caller)
        elif action == "end_shadow":
            registry.end_shadow(version, caller)
        else:
            raise NotFound

    return change("models", "versions.changed", make)
