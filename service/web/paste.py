"""A letter that somebody pastes in."""

from secrets import token_urlsafe

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from model.errors import LetterError
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.errors import Conflict, Invalid
from service.observing import leave_out, these_metrics
from service.office import this_office
from service.repeats import Delivery
from service.requests import MEBIBYTE, accept_up_to
from service.schemas.letters import letter_in
from service.texts import text
from service.web.blueprint import web

FACTS = ("title", "body", "channel", "received_at", "addressee", "region", "external_id")
OF_PERSON = ("name", "phone", "id_number", "address")


@web.get("/letters/new")
@allow(OFFICE)
def paste() -> str:
    """Show an empty form."""
    return _form(token_urlsafe(16))


@web.post("/letters/new")
@allow(OFFICE)
@accept_up_to(MEBIBYTE)
def take_pasted() -> ResponseReturnValue:
    """Take in a letter as a form holds it; sending the form twice stores it once."""
    given = {name: request.form[name] for name in FACTS if request.form.get(name, "").strip()}
    person = {name: request.form[name] for name in OF_PERSON if request.form.get(name, "").strip()}
    key = request.form.get("key", "")[:255] or token_urlsafe(16)
    try:
        letter = letter_in(given | ({"petitioner": person} if person else {}))
        received = this_office().reception.receive(Delivery(letter, this_caller(), key))
    except LetterError as error:
        return _form(key, error.field), 422
    except Invalid as error:
        return _form(key, error.blamed[0]), 422
    except Conflict:
        return _form(token_urlsafe(16), "external_id"), 409
    if received.restricted:
        leave_out()
    elif received.new:
        these_metrics().letters.inc()
    if received.restricted and not this_caller().reads(restricted=True):
        flash(text("paste.restricted"), "done")
        return redirect(url_for("web.paste"), 303)
    flash(text("paste.stored"), "done")
    return redirect(url_for("web.letter", letter_id=received.view.id), 303)


def _form(key: str, fault: str | None = None) -> str:
    known = fault if fault is None or fault in (*FACTS, "petitioner") else "other"
    return render_template("paste.html", key=key, fault=known)
