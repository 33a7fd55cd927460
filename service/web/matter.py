"""One matter: its course, its clocks, how its letters hold together, and what the office decides and does."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection

from service.acting import deciding, take_step
from service.audit import MATTER, record_look
from service.auth import allow, this_caller
from service.caller import OFFICE, UNMASKERS
from service.decisions import Decider
from service.directory import likely_units
from service.errors import Invalid, NotFound, PreconditionFailed
from service.gone_matters import gone_matter
from service.matter_links import links_of_matter
from service.notices import notice_of
from service.office import this_office
from service.paper import WORD, document_of
from service.schemas.letters import faults
from service.schemas.requests import LetterPath, LinkIn, MergeIn, NoticeIn, SplitIn, StepIn
from service.schemas.views import GoneMatterOut, MatterOut
from service.texts import text
from service.web.blueprint import web
from service.web.faults import said
from service.web.timeline import timeline, told
from service.web.words import word

Form = TypeVar("Form", bound=BaseModel)
NOTICES = ("accepted", "not_accepted", "routed")


@web.get("/matters/<matter_id>")
@allow(OFFICE)
def matter(matter_id: str) -> str:
    """Show a matter with its letters and all that was done in it; one that lost its letters says where these are."""
    office, caller = this_office(), this_caller()
    with office.database.read() as connection:
        reader = office.reader(connection, caller)
        try:
            view = reader.matter(matter_id)
        except NotFound:
            gone = gone_matter(reader, matter_id)
            return _gone(gone)
        links = links_of_matter(connection, office.engine, caller, reader.require_matter(matter_id))
        tag = reader.matter_tag(view)
        units = _likely_units(connection, view)
    record_look(office.database, caller, "view", MATTER, [view.id], {"similar": len(links.outside)})
    return render_template(
        "matter.html",
        view=view,
        links=links,
        tag=tag,
        entries=timeline(view),
        by_id={letter.id: letter for letter in view.letters},
        notices=_possible_notices(view),
        unmasks=caller.role in UNMASKERS,
        units=units,
    )


def _gone(view: GoneMatterOut) -> str:
    record_look(this_office().database, this_caller(), "view", MATTER, [view.id])
    return render_template("gone.html", view=view, entries=list(told(view.events, view.id)))


def _likely_units(connection: Connection, view: MatterOut) -> list[str]:
    """Return the units that handle what the first letter of a matter is about, where it comes from."""
    first = view.letters[0]
    return likely_units(connection, first.category.code if first.category else None, first.region)


def _possible_notices(view: MatterOut) -> list[str]:
    """Return the kinds of notices whose step was recorded and stands."""
    taken = {event.kind for event in view.events if event.standing}
    return [kind for kind in NOTICES if kind in taken]


@web.post("/matters/<matter_id>/links")
@allow(OFFICE)
def decide_link(matter_id: str) -> ResponseReturnValue:
    """Confirm that a letter belongs to a matter, or reject that it does."""

    def act(decider: Decider) -> None:
        given = _given(LinkIn, letter=request.form.get(decision), decision=decision)
        (decider.confirm if confirms else decider.reject)(matter_id, given.letter, given.note)

    confirms = bool(request.form.get("confirm"))
    decision = "confirm" if confirms else "reject"
    return _decide(matter_id, decision, act)


@web.post("/matters/<matter_id>/merge")
@allow(OFFICE)
def merge(matter_id: str) -> ResponseReturnValue:
    """Put all letters of another matter into a matter."""

    def act(decider: Decider) -> None:
        other = request.form.get("matter") or request.form.get("other", "").strip()
        given = _given(MergeIn, matter=other)
        try:
            decider.merge(matter_id, given.matter, given.note)
        except NotFound as error:
            raise Invalid("There is no such matter.", [("other_matter", "name a matter that you may see")]) from error

    require_seen(matter_id)
    return _decide(matter_id, "merge", act)


@web.post("/matters/<matter_id>/split")
@allow(OFFICE)
def split(matter_id: str) -> ResponseReturnValue:
    """Put the letters that are ticked into a matter of their own."""

    def act(decider: Decider) -> None:
        given = _given(SplitIn, letters=request.form.getlist("letters"))
        decider.split(matter_id, given.letters, given.note)

    return _decide(matter_id, "split", act)


@web.post("/matters/<matter_id>/undo")
@allow(OFFICE)
def undo(matter_id: str) -> ResponseReturnValue:
    """Take back the last decision on a letter in a matter, with all that it did."""

    def act(decider: Decider) -> str:
        given = _given(LetterPath, letter_id=request.form.get("letter"))
        return decider.undo(matter_id, given.letter_id)

    return _decide(matter_id, "undo", act)


@web.post("/matters/<matter_id>/events")
@allow(OFFICE)
def record_step(matter_id: str) -> ResponseReturnValue:
    """Record what the office did in a matter."""

    def act() -> None:
        given = _given(StepIn, **{name: request.form.get(name) for name in ("type", "at", "unit", "value", "event")})
        take_step(this_office(), this_caller(), matter_id, given, request.form.get("tag"))

    require_seen(matter_id)
    return _change(matter_id, "step", act)


@web.post("/matters/<matter_id>/notices")
@allow(OFFICE)
def make_notice(matter_id: str) -> ResponseReturnValue:
    """Return a notice to who wrote a letter, as a Word document."""
    require_seen(matter_id)
    office = this_office()
    try:
        given = _given(NoticeIn, **{name: request.form.get(name) for name in ("kind", "letter", "unit", "reason")})
        with office.database.write() as connection:
            letters = office.reader(connection, this_caller()).require_matter(matter_id)
            sheet = notice_of(connection, office.keys, this_caller(), letters, given, datetime.now(UTC))
    except Invalid as problem:
        flash(said(problem), "fault")
        return redirect(url_for("web.matter", matter_id=matter_id))
    name = text("matter.notice_file", kind=word("notice", given.kind))
    response = Response(document_of(sheet), content_type=WORD)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.docx")
    return response


def _given(schema: type[Form], **values: Any) -> Form:
    """Check a form; a field that was left empty says nothing. Raises Invalid, naming the field at fault."""
    whole = {"note": request.form.get("note")} | values
    try:
        return schema.model_validate({name: value for name, value in whole.items() if value})
    except ValidationError as error:
        raise Invalid("The form is not filled in.", faults(error)) from error


def _decide(matter_id: str, done: str, act: Callable[[Decider], str | None]) -> ResponseReturnValue:
    def whole() -> str | None:
        with deciding(this_office(), this_caller(), matter_id, request.form.get("tag")) as decider:
            return act(decider)

    return _change(matter_id, done, whole)


def _change(matter_id: str, done: str, act: Callable[[], str | None]) -> ResponseReturnValue:
    """Do what a form asks for, and lead back to the matter or to the one that `act` names, saying what became of it."""
    left = None
    try:
        left = act()
    except (Invalid, PreconditionFailed) as problem:
        flash(said(problem), "fault")
    else:
        flash(word("done", done), "done")
    try:
        require_seen(left or matter_id)
    except NotFound:
        # It was routed to another unit, or holds no letter of the caller's any more.
        return redirect(url_for("web.matters"))
    return redirect(url_for("web.matter", matter_id=left or matter_id))


def require_seen(matter_id: str) -> None:
    """Raise NotFound if the caller may see no letter of a matter."""
    office = this_office()
    with office.database.read() as connection:
        office.reader(connection, this_caller()).require_matter(matter_id)
