"""Login by OpenID Connect, with a small provider on loopback."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from service.app import create_app
from service.audit import OPERATOR
from service.errors import SettingError
from service.office import Office
from service.settings import Settings

CLIENT, SECRET = "hongyan", "secret-of-a-test"


@dataclass
class Provider:
    """A provider that lets in whoever `name` says."""

    address: str = ""
    name: str = "li"
    nonce: str = ""
    broken: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "test"}))

    def document(self, path: str) -> dict[str, Any] | None:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        return None

    def tokens(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "7",
            "iat": now,
            "exp": now + 60,
            "nonce": self.nonce,
            "preferred_username": self.name,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": "broken" if self.broken else signed}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = made.document(self.path)
            self._answer(200 if content else 404, content or {})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(200, made.tokens())

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


@pytest.fixture
def browser(office: Office, provider: Provider, tmp_path: Path) -> FlaskClient:
    office.accounts.add("li", "clerk", None, OPERATOR)
    settings = Settings(
        home=str(tmp_path),
        database_url=office.settings.database_url,
        oidc_issuer=provider.address,
        oidc_client=CLIENT,
        oidc_secret=SECRET,
    )
    return create_app(Office(settings, office.database, office.engine, office.keys)).test_client()


def come_back(browser: FlaskClient, provider: Provider, **query: str) -> Any:
    """Follow the way to the provider and back, as a browser does."""
    asked = browser.get("/login/oidc", query_string={"next": "/matters"})
    assert asked.status_code == 302
    sent = {name: values[0] for name, values in parse_qs(urlsplit(asked.headers["Location"]).query).items()}
    assert asked.headers["Location"].startswith(f"{provider.address}/authorize?")
    assert sent["code_challenge_method"] == "S256"
    provider.nonce = sent["nonce"]
    return browser.get("/login/oidc/back", query_string={"code": "c", "state": sent["state"], **query})


def test_a_known_user_comes_in_and_to_the_page_that_was_wanted(browser: FlaskClient, provider: Provider) -> None:
    back = come_back(browser, provider)
    assert (back.status_code, back.headers["Location"]) == (302, "/matters")
    assert browser.get("/matters").status_code == 200


def test_who_is_unknown_here_stays_outside(browser: FlaskClient, provider: Provider) -> None:
    provider.name = "wang"
    assert come_back(browser, provider).status_code == 403
    assert browser.get("/letters").status_code == 302


def test_a_disabled_user_stays_outside(office: Office, browser: FlaskClient, provider: Provider) -> None:
    office.accounts.change("li", {"disabled": True}, OPERATOR)
    assert come_back(browser, provider).status_code == 403


def test_an_answer_to_another_question_is_refused(browser: FlaskClient, provider: Provider) -> None:
    assert come_back(browser, provider, state="guessed").status_code == 403
    assert browser.get("/letters").status_code == 302


def test_an_answer_that_nobody_signed_is_refused(browser: FlaskClient, provider: Provider) -> None:
    provider.broken = True
    assert come_back(browser, provider).status_code == 403


def test_without_a_provider_there_is_no_such_page(office: Office) -> None:
    plain = create_app(office).test_client()
    assert plain.get("/login/oidc").status_code == 404
    assert "oidc" not in plain.get("/login").text


def test_a_provider_needs_a_client_and_its_secret() -> None:
    with pytest.raises(SettingError, match="HONGYAN_OIDC_CLIENT"):
        Settings.from_env({"HONGYAN_OIDC_ISSUER": "https://login.example"})
