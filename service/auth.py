"""Lets callers in: tokens for the API, one-time links and tokens for pages; every route states who may use it."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user

from service.accused import marks_of
from service.caller import Caller, Role
from service.db import Database
from service.errors import NotFound, SettingError, Unauthorized
from service.office import this_office
from service.queries import access

View = TypeVar("View", bound=Callable[..., Any])
LINK_LIFE = timedelta(minutes=15)
TOKEN_PREFIX = "hy_"  # noqa: S105 - it marks tokens as ours and is no secret
PUBLIC: frozenset[Role] = frozenset()

login_manager = LoginManager()


class PageUser(UserMixin):  # type: ignore[misc]  # flask_login ships no types
    """The caller of a page session."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.id = f"{caller.role}:{caller.name}"


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


def this_caller() -> Caller:
    """Return who makes the current request."""
    caller = g.get("caller") or getattr(current_user, "caller", None)
    if not isinstance(caller, Caller):
        raise Unauthorized("Log in first.")
    if caller.role == "discipline" and not caller.marks:
        caller = replace(caller, marks=marks_of(this_office().keys, (caller.name, caller.unit)))
        g.caller = caller
    return caller


def _caller_of_token(header: str) -> Caller:
    scheme, _, token = header.partition(" ")
    caller = find_caller(this_office().database, token.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise Unauthorized("Send a valid token: Authorization: Bearer TOKEN (made by hongyan token add).")
    return caller


def find_caller(database: Database, token: str) -> Caller | None:
    """Return whose token this is."""
    with database.read() as connection:
        row = access.find_token(connection, _hash(token))
    return Caller(row.name, row.role) if row else None


def make_token(database: Database, name: str, role: Role) -> str:
    """Make a token; it is shown this once, and only its hash is stored.

    Raises SettingError if the name belongs to another role: deliveries belong to the name.
    """
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with database.write() as connection:
        known = access.find_token_of(connection, name)
        if known and known.role != role:
            raise SettingError(f"{name!r} has the role {known.role}; choose another name for the role {role}")
        access.insert_token(connection, _hash(token), name, role, datetime.now(UTC))
    return token


def make_login_link(database: Database, name: str, role: Role) -> str:
    """Return the secret part of a link that logs in once within 15 minutes."""
    secret = secrets.token_urlsafe(32)
    with database.write() as connection:
        access.insert_login_link(connection, _hash(secret), name, role, datetime.now(UTC) + LINK_LIFE)
    return secret


def follow_login_link(database: Database, secret: str) -> Caller | None:
    """Return whom a link lets in, and use the link up."""
    with database.write() as connection:
        row = access.use_login_link(connection, _hash(secret), datetime.now(UTC))
    return Caller(row.name, row.role) if row else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def init_app(app: Flask) -> None:
    """Prepare page sessions."""
    login_manager.init_app(app)
    login_manager.login_view = "web.login"
    login_manager.login_message = None


@login_manager.user_loader  # type: ignore[untyped-decorator]  # flask_login ships no types
def _load_user(user_id: str) -> PageUser | None:
    role, _, name = user_id.partition(":")
    return PageUser(Caller(name, cast(Role, role))) if name else None
