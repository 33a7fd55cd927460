"""Thresholds: what holds, what others would mean for the letters of this office, and another choice."""

from collections.abc import Sequence

from flask import request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from service.audit import record_look
from service.auth import allow, this_caller
from service.caller import ANALYSTS
from service.office import this_office
from service.schemas.thresholds import JOINS, PRECISIONS, TriedQuery
from service.thresholds import THRESHOLDS, Chosen, choose, present, simulate, undo
from service.web.asked import asked
from service.web.blueprint import web
from service.web.sections import change, filled, show

# Persons write 97, not 0.97.
PERCENT = 100
DIGITS = 6


class ChoiceForm(BaseModel):
    """What the page sends: a precision in percent, the score that joins, and the number of the choice that was seen."""

    model_config = ConfigDict(extra="ignore")

    precision: float | None = Field(default=None, ge=0, le=PERCENT, allow_inf_nan=False)
    join_from: float = Field(ge=0, le=1, allow_inf_nan=False)
    seen: int = Field(ge=0, le=2**31 - 1)
    reason: str | None = Field(default=None, max_length=500)


class TriedForm(BaseModel):
    """What to try, as the page asks: a precision in percent and the score that joins."""

    percent: float | None = Field(default=None, gt=0, lt=PERCENT, allow_inf_nan=False)
    join_from: float | None = Field(default=None, gt=0, lt=1, allow_inf_nan=False)

    @property
    def query(self) -> TriedQuery:
        """Return what is asked of the simulation."""
        precision = None if self.percent is None else round(self.percent / PERCENT, DIGITS)
        return TriedQuery(precision=precision, join_from=self.join_from)


@web.get("/administration/thresholds")
@allow(ANALYSTS)
def thresholds() -> str:
    """Show what holds, and what several thresholds would have meant for the newest letters."""
    office, wanted = this_office(), asked(TriedForm, ("percent", "join_from")).query
    with office.database.read() as connection:
        analyser = office.engine.analyser
        holds = present(connection, analyser)
        found = simulate(connection, analyser, this_caller().insight, wanted.precision, wanted.join_from)
    record_look(office.database, this_caller(), "simulate", THRESHOLDS, [""])
    precision = wanted.precision or holds.precision or holds.promised
    join_from = wanted.join_from or holds.join_from
    return show(
        "thresholds",
        holds=holds,
        found=found,
        precision=precision,
        join_from=join_from,
        acceptance=_of(found.acceptances, "precision", precision),
        joining=_of(found.joinings, "join_from", join_from),
        bounds={"percent": [round(one * PERCENT, 1) for one in PRECISIONS], "join_from": JOINS},
    )


def _of(tried: Sequence[BaseModel], name: str, value: float | None) -> BaseModel | None:
    """Return the one of what was tried that has a value."""
    return next((one for one in tried if getattr(one, name) == value), None)


@web.post("/administration/thresholds")
@allow(ANALYSTS)
def choose_thresholds() -> Response:
    """Let other thresholds hold from now on, or take the last choice back."""
    database, caller = this_office().database, this_caller()

    def make() -> None:
        form = filled(ChoiceForm)
        if request.form.get("action") == "undo":
            undo(database, caller, form.seen)
        else:
            precision = None if form.precision is None else round(form.precision / PERCENT, DIGITS)
            choose(database, caller, Chosen(precision, form.join_from), form.seen, form.reason)

    return change("thresholds", "threshold.chosen", make)
