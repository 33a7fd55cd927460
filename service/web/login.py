"""Lets people into the pages and out again."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from service.auth import PUBLIC, PageUser, allow, find_caller, follow_login_link
from service.caller import OFFICE, Caller
from service.office import this_office
from service.web.blueprint import web
from service.web.local import local_path


@web.get("/login")
@allow(PUBLIC)
def login() -> ResponseReturnValue:
    """Ask for a token."""
    if current_user.is_authenticated:
        return redirect(_wanted())
    return render_template("login.html")


@web.post("/login")
@allow(PUBLIC)
def log_in() -> ResponseReturnValue:
    """Log in the owner of a token."""
    caller = find_caller(this_office().database, request.form.get("token", "").strip())
    if caller is None:
        return render_template("login.html", fault="login.wrong_token"), 403
    if caller.role not in OFFICE:
        return render_template("login.html", fault="login.wrong_role"), 403
    _begin_session(caller)
    return redirect(_wanted())


@web.get("/login/<secret>")
@allow(PUBLIC)
def log_in_by_link(secret: str) -> ResponseReturnValue:
    """Log in whom a one-time link names."""
    if request.method == "HEAD":
        # Programs that preview links ask for the head only; that must not use the link up.
        return ""
    caller = follow_login_link(this_office().database, secret)
    if caller is None:
        return render_template("link.html", reason="link.used"), 410
    if caller.role not in OFFICE:
        return render_template("link.html", reason="login.wrong_role"), 403
    _begin_session(caller)
    return redirect(url_for("web.letters"))


@web.post("/logout")
@allow(PUBLIC)
def logout() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("web.login"))


def _begin_session(caller: Caller) -> None:
    """Begin a new session, with nothing left of an older one; it ends after the time that the application sets."""
    session.clear()
    session.permanent = True
    login_user(PageUser(caller))


def _wanted() -> str:
    return local_path(request.values.get("next"), url_for("web.letters"))
