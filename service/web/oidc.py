"""Logs people in by OpenID Connect, where the office has it; who is unknown here stays outside."""

import logging

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests.exceptions import RequestException

from service.auth import PUBLIC, allow
from service.caller import STAFF
from service.errors import NotFound
from service.office import this_office
from service.settings import Settings
from service.web.blueprint import web
from service.web.local import local_path
from service.web.login import begin

CLAIM = "preferred_username"
_WANTED = "wanted"

logger = logging.getLogger(__name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Prepare the provider that the settings name, if any; it is asked only when somebody logs in."""
    if not settings.oidc_issuer:
        return
    provider = OAuth(app)
    provider.register(
        "office",
        client_id=settings.oidc_client,
        client_secret=settings.oidc_secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "timeout": 10},
    )
    app.extensions["hongyan.oidc"] = provider.office


@web.get("/login/oidc")
@allow(PUBLIC)
def log_in_by_oidc() -> ResponseReturnValue:
    """Send the browser to the provider."""
    provider = _provider()
    session[_WANTED] = local_path(request.args.get("next"), url_for("web.home"))
    try:
        answer: ResponseReturnValue = provider.authorize_redirect(url_for("web.return_from_oidc", _external=True))
    except (OAuthError, RequestException) as error:
        return _refused("login.oidc_failed", error)
    return answer


@web.get("/login/oidc/back")
@allow(PUBLIC)
def return_from_oidc() -> ResponseReturnValue:
    """Log in whom the provider names, if there is a user of that name."""
    provider = _provider()
    try:
        claims = provider.authorize_access_token().get("userinfo") or {}
    except (OAuthError, JoseError, RequestException) as error:
        return _refused("login.oidc_failed", error)
    caller = this_office().accounts.known(str(claims.get(CLAIM, "")))
    if caller is None:
        return _refused("login.unknown_user")
    if caller.role not in STAFF:
        return _refused("login.wrong_role")
    wanted = session.get(_WANTED, url_for("web.home"))
    begin(caller)
    return redirect(wanted)


def _provider() -> OAuth:
    provider = current_app.extensions.get("hongyan.oidc")
    if provider is None:
        raise NotFound
    return provider


def _refused(reason: str, error: Exception | None = None) -> ResponseReturnValue:
    if error is not None:
        logger.warning("login by OpenID Connect failed: %s", type(error).__name__)
    return render_template("login.html", fault=reason, oidc=True), 403
