"""What a clerk does with a letter from its page; then the next letter of the queue comes up."""

from collections.abc import Callable
from typing import Literal

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from service import acting
from service.auth import allow, this_caller
from service.caller import DISCIPLINE, OFFICE, RESTRICTERS, UNMASKERS
from service.errors import Conflict, Invalid, PreconditionFailed, PreconditionRequired
from service.observing import leave_out, these_metrics
from service.office import this_office
from service.queries.letters import letters_by_id
from service.schemas.corrections import CorrectionIn
from service.schemas.letters import faults
from service.schemas.originals import UnmaskIn
from service.schemas.queues import QueueQuery
from service.schemas.requests import LinkIn, StepIn, WhyIn
from service.texts import text
from service.undoing import Deed, take_back
from service.unmasking import unmask as original_of
from service.waiting import Waiting
from service.web.asked import asked
from service.web.blueprint import web
from service.web.letter import FIELDS, LAST, PLACE, page

# The address of a page that the browser has fetched already.
PRELOADED = "X-Preloaded"


@web.post("/letters/<letter_id>/accept")
@allow(OFFICE)
def accept(letter_id: str) -> ResponseReturnValue:
    """Accept what the model said of a letter."""
    return _judge(letter_id, CorrectionIn(review="accepted"), Deed("accept", (letter_id,)))


@web.post("/letters/<letter_id>/correct")
@allow(OFFICE)
def correct(letter_id: str) -> ResponseReturnValue:
    """Give a letter another category, or a class below one."""
    chosen = request.form.get("code", "").strip() or _code_of(request.form.get("class", ""))
    try:
        wanted = CorrectionIn.model_validate({"category": chosen})
    except ValidationError:
        return _refuse(letter_id, "deed.no_category")
    return _judge(letter_id, wanted, Deed("correct", (letter_id,)))


@web.post("/letters/<letter_id>/route")
@allow(OFFICE)
def route(letter_id: str) -> ResponseReturnValue:
    """Route the matter of a letter to a unit, and accept the category if nobody has judged it."""
    unit = unit_asked()
    if unit is None:
        return _refuse(letter_id, "deed.no_unit")

    def do() -> Deed:
        judged = acting.route(this_office(), this_caller(), letter_id, unit, _tag())
        return Deed("route", (letter_id,), (0,) if judged else ())

    return _do(letter_id, do, text("deed.route", unit=unit))


@web.post("/letters/<letter_id>/link")
@allow(OFFICE)
def link(letter_id: str) -> ResponseReturnValue:
    """Confirm that a letter belongs to a matter, or reject that it does."""
    given = {"letter": letter_id, "decision": request.form.get("decision")}
    try:
        wanted = LinkIn.model_validate(given)
    except ValidationError as error:
        raise Invalid("There is no such decision.", faults(error)) from error
    matter_id = request.form.get("matter", "")

    def do() -> Deed:
        acting.decide(this_office(), this_caller(), letter_id, matter_id, wanted.decision, _tag())
        return Deed(wanted.decision, (letter_id,), matter=matter_id)

    return _do(letter_id, do, text(f"deed.{wanted.decision}"), stay=True)


@web.post("/letters/<letter_id>/unmask")
@allow(UNMASKERS)
def unmask(letter_id: str) -> ResponseReturnValue:
    """Show the original of a letter for a reason, which is recorded."""
    office = this_office()
    try:
        wanted = UnmaskIn.model_validate({"reason": request.form.get("reason", "")})
    except ValidationError:
        return _refuse(letter_id, "letter.unmask_short")
    with office.database.write() as connection:
        original = original_of(connection, office.keys, this_caller(), letter_id, wanted.reason)
    return page(letter_id, original)


@web.post("/letters/<letter_id>/release")
@allow(DISCIPLINE)
def release(letter_id: str) -> ResponseReturnValue:
    """Let a letter live among the others if it is no accusation."""
    return _move(letter_id, "release")


@web.post("/letters/<letter_id>/restrict")
@allow(RESTRICTERS)
def restrict(letter_id: str) -> ResponseReturnValue:
    """Keep a letter for discipline alone; others do not see it again."""
    return _move(letter_id, "restrict")


@web.post("/undo")
@allow(OFFICE)
def undo_last() -> ResponseReturnValue:
    """Take back what the caller did last."""
    deed = Deed.of(session.pop(LAST, None))
    if deed is None:
        flash(text("deed.nothing"), "fault")
        return redirect(url_for("web.home"), 303)
    done = take_back(this_office(), this_caller(), deed)
    left = len(deed.letters) - len(done)
    if done:
        flash(text("deed.undone" if len(deed.letters) == 1 else "deed.undone_several", count=len(done)), "done")
    if left:
        flash(text("deed.not_undone", count=left), "fault")
    return redirect(session.pop(PLACE, None) or url_for("web.home"), 303)


def unit_asked() -> str | None:
    """Return the unit that a form names; None if no unit can be called so."""
    try:
        return StepIn(type="routed", unit=request.form.get("unit", "").strip() or None).unit
    except ValidationError:
        return None


def remember(deed: Deed, place: str) -> None:
    """Keep what was done and where, so that it can be taken back."""
    session[LAST], session[PLACE] = deed.plain(), place


def _judge(letter_id: str, wanted: CorrectionIn, deed: Deed) -> ResponseReturnValue:
    def do() -> Deed:
        acting.correct(this_office(), this_caller(), letter_id, wanted, _tag())
        with this_office().database.read() as connection:
            restricted = letters_by_id(connection, [letter_id])[letter_id].restricted
        if restricted:
            leave_out()
        else:
            these_metrics().corrections.inc()
        return deed

    return _do(letter_id, do, text(f"deed.{deed.name}"))


def _move(letter_id: str, decided: Literal["release", "restrict"]) -> ResponseReturnValue:
    """Move a letter out of accusations, or among them, for a reason, and lead on to what its mover may see."""
    leave_out()
    try:
        wanted = WhyIn.model_validate({"reason": request.form.get("reason", "").strip()})
    except ValidationError:
        return _refuse(letter_id, "letter.why_short")
    following = _following(letter_id)
    acting.move(this_office(), this_caller(), letter_id, decided, wanted.reason)
    # One key must not take back what was done before this, which cannot be taken back by it.
    session.pop(LAST, None)
    stays = this_caller().reads(restricted=decided == "restrict")
    return _lead_on(following or (_address(letter_id) if stays else url_for("web.letters")), text(f"deed.{decided}"))


def _do(letter_id: str, do: Callable[[], Deed], told: str, stay: bool = False) -> ResponseReturnValue:
    """Do something with a letter and lead on; whoever was too late is told so and stays."""
    here, following = _address(letter_id), _following(letter_id)
    try:
        remember(do(), here)
    except (PreconditionFailed, PreconditionRequired, Conflict):
        flash(text("deed.too_late"), "fault")
        return redirect(here, 303)
    except Invalid as fault:
        if fault.blamed[0] == "letter":
            raise
        of_category = fault.blamed[0].startswith("category")
        return _refuse(letter_id, "deed.no_category" if of_category else "deed.impossible")
    return _lead_on(here if stay else following or here, told)


def _refuse(letter_id: str, why: str) -> ResponseReturnValue:
    """Lead back to a letter, saying why nothing was done with it."""
    office = this_office()
    with office.database.read() as connection:
        office.reader(connection, this_caller()).require_letter(letter_id)
    flash(text(why), "fault")
    return redirect(_address(letter_id), 303)


def _lead_on(address: str, told: str) -> ResponseReturnValue:
    """Lead to a page and say there what was done; a browser that has the page already needs the words only."""
    if request.headers.get(PRELOADED) == address:
        return {"told": told}
    flash(told, "done")
    return redirect(address, 303)


def _following(letter_id: str) -> str | None:
    """Return where work goes on after a letter: the next of its queue, or the queue; None outside of queues."""
    query, office = asked(QueueQuery, FIELDS), this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        row = reader.require_letter(letter_id)
        following = Waiting(reader, int(office.settings.due_soon_days)).following(query, row)
    if following:
        return url_for("web.letter", letter_id=following, **query.address())
    return url_for("web.queue", **query.address()) if query.queue else None


def _address(letter_id: str) -> str:
    return url_for("web.letter", letter_id=letter_id, **asked(QueueQuery, FIELDS).address())


def _tag() -> str:
    """Return the tag of the letter as the form's page showed it."""
    given = request.form.get("tag")
    if not given:
        raise PreconditionRequired
    return given


def _code_of(label: str) -> str:
    """Return the code of a class as the list of classes shows it: the code stands behind its name."""
    return label.rpartition(" ")[2].strip()
