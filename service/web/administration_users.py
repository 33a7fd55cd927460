"""Users of the office: added, changed, disabled, and let in by a link that works once."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.auth import allow, this_caller
from service.caller import ADMINS, ROLES
from service.errors import NotFound
from service.office import this_office
from service.schemas.access import UserChangeIn, UserIn, UserOut
from service.sessions import LINK_LIFE, make_login_link
from service.web.blueprint import web
from service.web.sections import change, filled, show, told

MINUTE = 60


@web.get("/administration/users")
@allow(ADMINS)
def users() -> str:
    """Show the people of the office."""
    return _users()


@web.post("/administration/users")
@allow(ADMINS)
def change_users() -> ResponseReturnValue:
    """Add a user, change one, or make a link; only this answer shows the link."""
    name, accounts = request.form.get("name", "").strip(), this_office().accounts
    action = request.form.get("action")
    if action == "link":
        return _with_link(name)
    if action in ("disable", "enable"):
        changes = {"disabled": action == "disable"}
        return change("users", "user.changed", lambda: accounts.change(name, changes, this_caller()))
    return change("users", "user.changed" if action == "change" else "user.added", lambda: _put(name, action))


def _put(name: str, action: str | None) -> None:
    """Add or change a user by the form; without regions all are meant, without a unit none."""
    accounts, regions = this_office().accounts, request.form.get("regions", "").split()
    if action == "change":
        wanted = filled(UserChangeIn, regions=regions)
        accounts.change(name, {"role": wanted.role, "unit": wanted.unit, "regions": wanted.regions}, this_caller())
    else:
        new = filled(UserIn, regions=regions)
        accounts.add(new.name, new.role, new.password, this_caller(), new.unit, new.regions)


def _with_link(name: str) -> ResponseReturnValue:
    caller = this_office().accounts.known(name)
    if caller is None:
        flash(told(NotFound()), "fault")
        return redirect(url_for("web.users"), 303)
    secret = make_login_link(this_office().database, name, caller.role, this_caller())
    return _users(made=url_for("web.log_in_by_link", secret=secret, _external=True), for_whom=name)


def _users(**more: object) -> str:
    rows = [UserOut.of(row) for row in this_office().accounts.every()]
    return show("users", users=rows, roles=ROLES, minutes=int(LINK_LIFE.total_seconds()) // MINUTE, **more)
