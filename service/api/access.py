"""Users and tokens: listed, added, changed, revoked by admins."""

from datetime import timedelta

from flask import Response

from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import ADMINS
from service.errors import Conflict, SettingError
from service.office import this_office
from service.schemas.access import (
    NewTokenOut,
    TokenIn,
    TokenList,
    TokenOut,
    TokenPath,
    UserChangeIn,
    UserIn,
    UserList,
    UserOut,
    UserPath,
)
from service.tokens import every_token, make_token, revoke_token

access_api = api_blueprint("access")


@access_api.get("/users", responses={200: UserList})
@allow(ADMINS)
def list_users() -> Response:
    """List the people of the office."""
    return answer(UserList(items=[UserOut.of(row) for row in this_office().accounts.every()]))


@access_api.post("/users", responses={201: UserOut})
@allow(ADMINS)
def add_user(body: UserIn) -> Response:
    """Add a user."""
    accounts = this_office().accounts
    row = accounts.add(body.name, body.role, body.password, this_caller(), body.unit, body.regions)
    return answer(UserOut.of(row), 201)


@access_api.patch("/users/<name>", responses={200: UserOut})
@allow(ADMINS)
def change_user(path: UserPath, body: UserChangeIn) -> Response:
    """Change a user; sessions of the user end."""
    changes = body.model_dump(include=body.model_fields_set)
    changes = {field: value for field, value in changes.items() if value is not None or field == "unit"}
    return answer(UserOut.of(this_office().accounts.change(path.name, changes, this_caller())))


@access_api.get("/tokens", responses={200: TokenList})
@allow(ADMINS)
def list_tokens() -> Response:
    """List the tokens, revoked ones too."""
    return answer(TokenList(items=[TokenOut.of(row) for row in every_token(this_office().database)]))


@access_api.post("/tokens", responses={201: NewTokenOut})
@allow(ADMINS)
def add_token(body: TokenIn) -> Response:
    """Make a token; this answer alone shows it."""
    life = timedelta(days=body.expires_in_days) if body.expires_in_days else None
    try:
        made = make_token(this_office().database, body.name, body.role, body.unit, body.regions, life, by=this_caller())
    except SettingError as error:
        raise Conflict(str(error), [("name", "choose another name")]) from error
    return answer(NewTokenOut(token=made), 201)


@access_api.delete("/tokens/<token_id>", responses={200: TokenOut})
@allow(ADMINS)
def remove_token(path: TokenPath) -> Response:
    """Revoke a token for good."""
    return answer(TokenOut.of(revoke_token(this_office().database, path.token_id, this_caller())))
