"""Tokens of the API: made and shown once, revoked for good."""

from datetime import timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.auth import allow, this_caller
from service.caller import ADMINS, ROLES
from service.errors import Conflict, Problem, SettingError
from service.office import this_office
from service.schemas.access import TokenIn, TokenOut
from service.tokens import every_token, make_token, revoke_token
from service.web.blueprint import web
from service.web.sections import change, filled, show, told


@web.get("/administration/tokens")
@allow(ADMINS)
def tokens() -> str:
    """Show the tokens, those that stand first."""
    return _tokens()


@web.post("/administration/tokens")
@allow(ADMINS)
def change_tokens() -> ResponseReturnValue:
    """Make a token, which only this answer shows, or revoke one."""
    if request.form.get("action") == "revoke":
        token_id = request.form.get("token_id", "")
        return change("tokens", "token.revoked", lambda: revoke_token(this_office().database, token_id, this_caller()))
    try:
        wanted = filled(TokenIn, regions=request.form.get("regions", "").split())
        return _tokens(made=_made(wanted), for_whom=wanted.name)
    except Problem as problem:
        flash(told(problem), "fault")
        return redirect(url_for("web.tokens"), 303)


def _made(wanted: TokenIn) -> str:
    life = timedelta(days=wanted.expires_in_days) if wanted.expires_in_days else None
    database, by = this_office().database, this_caller()
    try:
        return make_token(database, wanted.name, wanted.role, wanted.unit, wanted.regions, life, by)
    except SettingError as error:
        raise Conflict(str(error), [("name", "choose another name")]) from error


def _tokens(**more: object) -> str:
    rows = [TokenOut.of(row) for row in every_token(this_office().database)]
    return show("tokens", tokens=sorted(rows, key=lambda one: one.revoked_at is not None), roles=ROLES, **more)
