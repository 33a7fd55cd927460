"""Guards: every route states who may use it; tokens let callers in to the API, sessions to the pages."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user

from service.accused import marks_of
from service.caller import Caller, Role
from service.errors import NotFound, Unauthorized
from service.office import this_office
from service.sessions import find_session
from service.tokens import find_caller

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC: frozenset[Role] = frozenset()

login_manager = LoginManager()


class PageUser(UserMixin):  # type: ignore[misc]  # flask_login ships no types
    """The caller of a page session; its id is the secret that the cookie holds, which the cookie signs."""

    def __init__(self, caller: Caller, secret: str) -> None:
        self.caller = caller
        self.id = secret


def allow(roles: frozenset[Role]) -> Callable[[View], View]:
    """State which roles may use a view; PUBLIC lets everybody in. A view that states nothing lets nobody in."""

    def mark(view: View) -> View:
        cast(Any, view).allowed = roles
        return view

    return mark


def allowed_roles(endpoint: str | None) -> frozenset[Role] | None:
    """Return the roles that the view of an endpoint states; None if it states nothing."""
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "allowed", None)


def guard_api() -> None:
    """Let a request of the API in, or raise Unauthorized or NotFound; what is forbidden looks missing."""
    if request.endpoint is None:
        return
    roles = allowed_roles(request.endpoint)
    if roles == PUBLIC and roles is not None:
        return
    caller = _caller_of_token(request.headers.get("Authorization", ""))
    if roles is None or caller.role not in roles:
        raise NotFound
    g.caller = caller


def is_called_by(roles: frozenset[Role]) -> bool:
    """Say whether a request of a public view brings a token of one of these roles."""
    caller = _named_by(request.headers.get("Authorization", ""))
    return caller is not None and caller.role in roles


def this_caller() -> Caller:
    """Return who makes the current request."""
    caller = g.get("caller") or getattr(current_user, "caller", None)
    if not isinstance(caller, Caller):
        raise Unauthorized("Log in first.")
    if caller.role == "discipline" and not caller.marks:
        caller = replace(caller, marks=marks_of(this_office().keys, (caller.name, caller.unit)))
        g.caller = caller
    return caller


def _named_by(header: str) -> Caller | None:
    scheme, _, token = header.partition(" ")
    return find_caller(this_office().database, token.strip()) if scheme.lower() == "bearer" else None


def _caller_of_token(header: str) -> Caller:
    caller = _named_by(header)
    if caller is None:
        raise Unauthorized("Send a valid token: Authorization: Bearer TOKEN (made by hongyan token add).")
    return caller


def init_app(app: Flask) -> None:
    """Prepare page sessions."""
    login_manager.init_app(app)
    login_manager.login_view = "web.login"
    login_manager.login_message = None


@login_manager.user_loader  # type: ignore[untyped-decorator]  # flask_login ships no types
def _load_user(secret: str) -> PageUser | None:
    caller = find_session(this_office().database, secret)
    return PageUser(caller, secret) if caller else None
