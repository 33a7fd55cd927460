import json
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from service.gate import Gate
from service.watch import Watch


class SlowApplication:
    """Answer once it may; until then whoever asks is at work."""

    def __init__(self) -> None:
        self.may_answer = Event()
        self.began = Event()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.began.set()
        self.may_answer.wait(10)
        body = environ["wsgi.input"].read()
        start("200 OK", [("Content-Type", "text/plain")])
        return [body]


@pytest.fixture
def application() -> SlowApplication:
    return SlowApplication()


def gate_of(application: SlowApplication, at_work: int = 1, waiting: int = 1) -> Gate:
    return Gate(application, at_work, waiting, Watch(look_every=0.01), Event())


def ask(gate: Gate, path: str = "/api/v1/letters", **options: Any) -> tuple[int, Any, bytes]:
    content, status, headers = run_wsgi_app(gate, create_environ(path, **options), buffered=True)
    return int(status.split()[0]), headers, b"".join(content)


def test_requests_beyond_those_that_may_wait_are_turned_away_at_once(application: SlowApplication) -> None:
    gate = gate_of(application)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, gate)
        assert application.began.wait(10)
        second = pool.submit(ask, gate)
        while gate._inside < 2:
            pass
        status, headers, body = ask(gate)
        assert status == 503
        assert int(headers["Retry-After"]) > 0
        assert headers["Content-Type"] == "application/problem+json"
        assert json.loads(body)["status"] == 503
        application.may_answer.set()
        assert {first.result()[0], second.result()[0]} == {200}
    assert ask(gate)[0] == 200
    assert gate._inside == 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_are_answered_by_a_full_server(application: SlowApplication, path: str) -> None:
    gate = gate_of(application)
    gate._inside = 2
    application.may_answer.set()
    assert ask(gate, path)[0] == 200
    assert ask(gate)[0] == 503


def test_a_body_is_read_before_a_request_works(application: SlowApplication) -> None:
    application.may_answer.set()
    assert ask(gate_of(application), method="POST", data=b"letter")[2] == b"letter"


def test_a_body_that_is_cut_off_never_works(application: SlowApplication) -> None:
    longer = {"CONTENT_LENGTH": "6"}
    status, _, body = ask(gate_of(application), method="POST", data=b"let", environ_overrides=longer)
    assert status == 408
    assert json.loads(body)["title"] == "Request timeout"
    assert not application.began.is_set()


def test_who_sends_too_slowly_is_cut_off() -> None:
    ours, theirs = socket.socketpair()
    watch = Watch(look_every=0.01)
    with ours, theirs:
        theirs.sendall(b"GET")
        with watch.over(ours, 0.05):
            assert ours.recv(3) == b"GET"
            assert ours.recv(3) == b""
        ours.sendall(b"late")
        assert theirs.recv(4) == b"late"
    watch.stop()


def test_who_has_sent_all_is_left_alone() -> None:
    ours, theirs = socket.socketpair()
    watch = Watch(look_every=0.01)
    with ours, theirs, watch.over(ours, 0.0):
        watch.arrived(ours)
        theirs.sendall(b"more")
        assert ours.recv(4) == b"more"
    watch.stop()
