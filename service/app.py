"""Puts the application together."""

from threading import Event

from flask import Flask
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from service import auth, observing, problems, rates, requests, texts
from service.api import blueprints
from service.office import Office
from service.readiness import STOPPING
from service.requests import MEBIBYTE
from service.schemas.problems import ProblemOut
from service.sessions import LONGEST
from service.strict_json import StrictJSON
from service.web import assets, oidc
from service.web.description import description
from service.web.pages import web


def create_app(office: Office) -> Flask:
    """Return the application of an office."""
    app = OpenAPI(
        "service",
        info=Info(title="Hongyan 鸿雁", version="1"),
        security_schemes={"token": {"type": "http", "scheme": "bearer"}},
        doc_ui=False,
        validation_error_status=422,
        validation_error_model=ProblemOut,
        validation_error_callback=problems.validation_problem,
    )
    app.config.update(
        SECRET_KEY=office.keys.session,
        MAX_CONTENT_LENGTH=MEBIBYTE,
        PERMANENT_SESSION_LIFETIME=LONGEST,
        SESSION_COOKIE_HTTPONLY=True,
        # The cookie also holds what was just done. If every answer sent it anew, a picture that was asked for before
        # and arrives after would take that back.
        SESSION_REFRESH_EACH_REQUEST=False,
        # A form may lie open over lunch; its token ends with the session.
        WTF_CSRF_TIME_LIMIT=None,
        # The guard of the pages checks it, once it knows who is there.
        WTF_CSRF_CHECK_DEFAULT=False,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=office.settings.https == "on",
    )
    app.json = StrictJSON(app)
    app.extensions["hongyan"] = office
    proxies = int(office.settings.proxies)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, proxies)  # type: ignore[method-assign]  # as Flask says
    CSRFProtect(app)
    app.extensions[STOPPING] = Event()
    texts.init_app(app)
    observing.init_app(app)
    requests.init_app(app)
    assets.init_app(app)
    rates.init_app(app, int(office.settings.rate))
    auth.init_app(app)
    oidc.init_app(app, office.settings)
    problems.init_app(app)
    for blueprint in blueprints:
        app.register_api(blueprint)
    app.register_blueprint(description)
    app.register_blueprint(web)
    return app
