"""A user's own password, changed by whoever knows it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service.auth import allow, this_caller
from service.caller import STAFF
from service.errors import Invalid, TooMany
from service.office import this_office
from service.passwords import LONGEST, SHORTEST
from service.texts import text
from service.web.blueprint import web


@web.get("/password")
@allow(STAFF)
def password() -> str:
    """Ask for the old password and a new one."""
    return _form()


@web.post("/password")
@allow(STAFF)
def change_password() -> ResponseReturnValue:
    """Change the caller's own password; every other session of the caller ends."""
    old, new = request.form.get("password", ""), request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _form("password.differ"), 422
    if new == old:
        return _form("password.same"), 422
    accounts, caller = this_office().accounts, this_caller()
    try:
        changed = accounts.change_own_password(caller, old, new, request.remote_addr or "", current_user.id)
    except Invalid:
        return _form("password.weak"), 422
    except TooMany as wait:
        minutes = -(-(wait.retry_after or 0) // 60)
        return _form("login.wait", minutes=minutes), 429, {"Retry-After": str(wait.retry_after)}
    if not changed:
        return _form("password.wrong"), 422
    flash(text("password.changed"), "done")
    return redirect(url_for("web.home"), 303)


def _form(fault: str | None = None, **told: object) -> str:
    has_one = this_office().accounts.has_password(this_caller().name)
    return render_template("password.html", fault=fault, told=told, has_one=has_one, shortest=SHORTEST, longest=LONGEST)
