"""Who may use what: one row for each route and method, written by hand, and callers who try."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from secrets import token_hex
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse as Answer

from service.caller import Caller
from service.db import Database
from service.office import Office
from service.sessions import begin_session
from service.tables import metadata
from service.tokens import make_token

DISCIPLINE = frozenset({"discipline"})
ADMIN = frozenset({"admin"})
# Whoever answers letters reads them; accusations are discipline's alone, which the rows of single letters decide.
OFFICE = frozenset({"clerk", "supervisor", "discipline", "admin"})
# Systems that deliver letters ask what became of their own.
READERS = OFFICE | {"integrator"}
# Who trains models needs no letter of the office; who runs the service must be able to go back.
MODELS = frozenset({"analyst", "admin"})
EVERYBODY = READERS | {"analyst"}
# Figures name nobody; whoever trains models wants to know what becomes of suggestions.
COUNTERS = OFFICE | {"analyst"}
# Open to whoever reaches the server, without a token.
PUBLIC = frozenset[str]()

ROWS: dict[str, frozenset[str]] = {
    "POST /api/v1/letters": READERS,
    "GET /api/v1/letters": READERS,
    "POST /api/v1/letters/batch": READERS,
    "GET /api/v1/letters/export": frozenset({"supervisor", "discipline"}),
    "GET /api/v1/letters/<letter_id>": READERS,
    "PATCH /api/v1/letters/<letter_id>": OFFICE,
    "GET /api/v1/letters/<letter_id>/similar": OFFICE,
    "GET /api/v1/letters/<letter_id>/decisions": OFFICE,
    "POST /api/v1/letters/<letter_id>/unmask": OFFICE - ADMIN,
    "POST /api/v1/letters/<letter_id>/restrict": OFFICE - ADMIN,
    "POST /api/v1/letters/<letter_id>/release": DISCIPLINE,
    "GET /api/v1/matters": OFFICE,
    "GET /api/v1/matters/<matter_id>": OFFICE,
    "POST /api/v1/matters/<matter_id>/events": OFFICE,
    "POST /api/v1/matters/<matter_id>/notices": OFFICE,
    "GET /api/v1/matters/<matter_id>/links": OFFICE,
    "POST /api/v1/matters/<matter_id>/links": OFFICE,
    "DELETE /api/v1/matters/<matter_id>/links/<letter_id>": OFFICE,
    "POST /api/v1/matters/<matter_id>/merge": OFFICE,
    "POST /api/v1/matters/<matter_id>/split": OFFICE,
    "GET /api/v1/hot-issues": OFFICE,
    "GET /api/v1/stats": COUNTERS,
    "GET /api/v1/reports/monthly": OFFICE,
    "GET /api/v1/reports/annual": OFFICE,
    "POST /api/v1/reports": OFFICE,
    "GET /api/v1/reports": OFFICE,
    "GET /api/v1/reports/<report_id>": OFFICE,
    "GET /api/v1/reports/<report_id>/file": OFFICE,
    "POST /api/v1/reports/<report_id>/cancel": OFFICE,
    "POST /api/v1/imports": READERS,
    "GET /api/v1/imports": READERS,
    "GET /api/v1/imports/<import_id>": READERS,
    "GET /api/v1/imports/<import_id>/errors": READERS,
    "POST /api/v1/imports/<import_id>/cancel": READERS,
    "GET /api/v1/audit": ADMIN | DISCIPLINE,
    "POST /api/v1/analyze": EVERYBODY,
    "POST /api/v1/compare": EVERYBODY,
    "GET /api/v1/models": MODELS,
    "GET /api/v1/models/<version>": MODELS,
    "POST /api/v1/models/<version>/activate": MODELS,
    "POST /api/v1/models/<version>/shadow": MODELS,
    "DELETE /api/v1/models/<version>/shadow": MODELS,
    "POST /api/v1/models/rollback": MODELS,
    "GET /api/v1/models/<version>/disagreements": MODELS | {"supervisor", "discipline"},
    "GET /api/v1/models/drift": MODELS,
    "GET /api/v1/thresholds": MODELS,
    "PUT /api/v1/thresholds": MODELS,
    "POST /api/v1/thresholds/undo": MODELS,
    "GET /api/v1/thresholds/simulation": MODELS,
    "GET /api/v1/units": OFFICE,
    "PUT /api/v1/units": ADMIN,
    "DELETE /api/v1/units/<name>": ADMIN,
    "GET /api/v1/taxonomy": EVERYBODY,
    "POST /api/v1/taxonomy/classes": ADMIN,
    "PATCH /api/v1/taxonomy/classes": ADMIN,
    "GET /api/v1/jobs": ADMIN,
    "POST /api/v1/jobs": ADMIN,
    "GET /api/v1/jobs/<job_id>": ADMIN,
    "POST /api/v1/jobs/<job_id>/cancel": ADMIN,
    "POST /api/v1/jobs/<job_id>/retry": ADMIN,
    "GET /api/v1/users": ADMIN,
    "POST /api/v1/users": ADMIN,
    "PATCH /api/v1/users/<name>": ADMIN,
    "GET /api/v1/tokens": ADMIN,
    "POST /api/v1/tokens": ADMIN,
    "DELETE /api/v1/tokens/<token_id>": ADMIN,
    "GET /": OFFICE | {"analyst"},
    "GET /dashboard": COUNTERS,
    "GET /letters": OFFICE,
    "GET /password": COUNTERS,
    "POST /password": COUNTERS,
    "GET /letters/new": OFFICE,
    "POST /letters/new": OFFICE,
    "GET /queue": OFFICE,
    "POST /queue/accept": OFFICE,
    "POST /queue/route": OFFICE,
    "POST /undo": OFFICE,
    "POST /letters/<letter_id>/accept": OFFICE,
    "POST /letters/<letter_id>/correct": OFFICE,
    "POST /letters/<letter_id>/route": OFFICE,
    "POST /letters/<letter_id>/link": OFFICE,
    "POST /letters/<letter_id>/unmask": OFFICE - ADMIN,
    "POST /letters/<letter_id>/release": DISCIPLINE,
    "POST /letters/<letter_id>/restrict": OFFICE - ADMIN,
    "GET /letters/<letter_id>": OFFICE,
    "GET /matters": OFFICE,
    "GET /matters/<matter_id>": OFFICE,
    "POST /matters/<matter_id>/links": OFFICE,
    "POST /matters/<matter_id>/merge": OFFICE,
    "POST /matters/<matter_id>/split": OFFICE,
    "POST /matters/<matter_id>/undo": OFFICE,
    "POST /matters/<matter_id>/events": OFFICE,
    "POST /matters/<matter_id>/notices": OFFICE,
    "GET /hot-issues": OFFICE,
    "GET /reports": OFFICE,
    "POST /reports": OFFICE,
    "GET /reports/<report_id>": OFFICE,
    "GET /reports/<report_id>/file": OFFICE,
    "POST /reports/<report_id>/cancel": OFFICE,
    "GET /administration": MODELS | DISCIPLINE,
    "GET /administration/thresholds": MODELS,
    "POST /administration/thresholds": MODELS,
    "GET /administration/models": MODELS,
    "POST /administration/models": MODELS,
    "GET /administration/taxonomy": ADMIN,
    "POST /administration/taxonomy": ADMIN,
    "GET /administration/units": ADMIN,
    "POST /administration/units": ADMIN,
    "GET /administration/users": ADMIN,
    "POST /administration/users": ADMIN,
    "GET /administration/tokens": ADMIN,
    "POST /administration/tokens": ADMIN,
    "GET /administration/audit": ADMIN | DISCIPLINE,
    "POST /administration/audit": ADMIN,
    "GET /administration/retention": ADMIN,
    "POST /administration/retention": ADMIN,
    "GET /administration/status": ADMIN,
    "POST /administration/status": ADMIN,
    "GET /imports": OFFICE,
    "POST /imports": OFFICE,
    "GET /imports/<import_id>": OFFICE,
    "POST /imports/<import_id>/start": OFFICE,
    "POST /imports/<import_id>/cancel": OFFICE,
    "GET /imports/<import_id>/errors": OFFICE,
    "GET /login": PUBLIC,
    "POST /login": PUBLIC,
    "GET /login/<secret>": PUBLIC,
    "GET /login/oidc": PUBLIC,
    "GET /login/oidc/back": PUBLIC,
    "POST /logout": PUBLIC,
    "GET /api/v1/docs": PUBLIC,
    "GET /api/v1/openapi.json": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/assets/<path:name>": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,
    "GET /static/<path:filename>": PUBLIC,
}

SAME_ID = {"X-Request-ID": "same"}
_FORM_TOKEN = re.compile(rb'name="csrf_token" value="[^"]*"')


@dataclass(frozen=True)
class Way:
    """One route under one method."""

    method: str
    rule: Rule

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def of_api(self) -> bool:
        return self.rule.rule.startswith("/api/")

    def path(self, **given: str) -> str:
        """Return an address of the route."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: given[found[1]], self.rule.rule)


def ways(app: Flask) -> Iterator[Way]:
    """Yield every route of an application under every method but those that Flask adds."""
    for rule in app.url_map.iter_rules():
        yield from (Way(method, rule) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


@dataclass(frozen=True)
class Visitor:
    """A caller with a token in front of the API and a session at the pages."""

    client: FlaskClient
    browser: FlaskClient
    token: str
    form_token: str

    def try_way(self, way: Way, path: str, method: str | None = None, **options: Any) -> Answer:
        """Use a way; whatever the caller sends is named alike, so that answers may be compared byte by byte.

        Pages take what is meant for the API as a form, with the token that their own forms hold.
        """
        headers = {**SAME_ID, "If-Match": '"0"', **options.pop("headers", {})}
        if way.of_api:
            headers["Authorization"] = f"Bearer {self.token}"
            return self.client.open(path, method=method or way.method, headers=headers, **options)
        headers |= {"Accept": "text/html", "X-CSRFToken": self.form_token}
        if "json" in options:
            options["data"] = {"tag": "*"} | options.pop("json")
        return self.browser.open(path, method=method or way.method, headers=headers, **options)

    @cached_property
    def nothing(self) -> dict[bool, bytes]:
        """Return what the API and the pages answer where there is nothing."""
        token = {"Authorization": f"Bearer {self.token}"}
        api = self.client.get("/api/v1/nowhere", headers=SAME_ID | token)
        page = self.browser.get("/nowhere", headers=SAME_ID | {"Accept": "text/html"})
        assert api.status_code == page.status_code == 404
        return {True: plain(api), False: plain(page)}


def visit(app: Flask, office: Office, caller: Caller) -> Visitor:
    """Let a caller in by both doors."""
    token = make_token(office.database, caller.name, caller.role, caller.unit, caller.regions)
    browser, secret = app.test_client(), token_hex(20)
    with browser.session_transaction() as session:
        session["csrf_token"] = secret
        session["_user_id"] = begin_session(office.database, caller)
        session["_fresh"] = True
    signed = URLSafeTimedSerializer(office.keys.session, salt="wtf-csrf-token").dumps(secret)
    visitor = Visitor(app.test_client(use_cookies=False), browser, token, str(signed))
    # The first use of a token in a day is written down.
    visitor.client.get("/api/v1/letters", headers={"Authorization": f"Bearer {token}"})
    return visitor


def plain(answer: Answer) -> bytes:
    """Return an answer without the token of its forms, which is another one each second."""
    return _FORM_TOKEN.sub(b"", answer.data)


def is_missing(answer: Answer, visitor: Visitor, way: Way) -> bool:
    """Say whether an answer is the one where there is nothing, to the byte."""
    return answer.status_code == 404 and plain(answer) == visitor.nothing[way.of_api]


def fingerprint(database: Database) -> str:
    """Return a hash of all that a database holds."""
    digest = hashlib.sha256()
    with database.read() as connection:
        for name, table in sorted(metadata.tables.items()):
            digest.update(name.encode())
            for row in sorted(map(repr, connection.execute(select(table)))):
                digest.update(row.encode())
    return digest.hexdigest()
