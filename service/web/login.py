"""Lets people into the pages and out again."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from service.auth import PUBLIC, PageUser, allow
from service.caller import STAFF, Caller
from service.errors import TooMany
from service.office import this_office
from service.sessions import begin_session, end_session, follow_login_link
from service.web.blueprint import web
from service.web.local import local_path


@web.get("/login")
@allow(PUBLIC)
def login() -> ResponseReturnValue:
    """Ask for name and password."""
    if current_user.is_authenticated:
        return redirect(_wanted())
    return _form()


@web.post("/login")
@allow(PUBLIC)
def log_in() -> ResponseReturnValue:
    """Log in whom a name and a password let in."""
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    try:
        caller = this_office().accounts.log_in(name, password, request.remote_addr or "")
    except TooMany as wait:
        minutes = -(-(wait.retry_after or 0) // 60)
        return _form(fault="login.wait", minutes=minutes), 429, {"Retry-After": str(wait.retry_after)}
    if caller is None:
        return _form(fault="login.wrong_password"), 403
    if caller.role not in STAFF:
        return _form(fault="login.wrong_role"), 403
    begin(caller)
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
    if caller.role not in STAFF:
        return render_template("link.html", reason="login.wrong_role"), 403
    begin(caller)
    return redirect(url_for("web.home"))


@web.post("/logout")
@allow(PUBLIC)
def logout() -> ResponseReturnValue:
    """End the session, also for whoever else holds its cookie."""
    if current_user.is_authenticated:
        end_session(this_office().database, current_user.id)
    logout_user()
    session.clear()
    return redirect(url_for("web.login"))


def begin(caller: Caller) -> None:
    """Begin a new session, with nothing left of an older one."""
    session.clear()
    session.permanent = True
    login_user(PageUser(caller, begin_session(this_office().database, caller)))


def _form(**told: object) -> str:
    return render_template("login.html", oidc=this_office().settings.oidc_issuer, **told)


def _wanted() -> str:
    return local_path(request.values.get("next"), url_for("web.home"))
