"""Lets so many requests work and so many wait; turns others away at once, and waits for slow clients outside."""

import io
import json
import secrets
from collections.abc import Callable, Iterable
from threading import BoundedSemaphore, Event, Lock
from typing import Any

from werkzeug.wsgi import ClosingIterator

from service.requests import MEBIBYTE
from service.watch import Watch

Environment = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environment, Start], Iterable[bytes]]

# Probes must see a busy server, too.
ALWAYS_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
WAIT_SECONDS = 30.0
LARGE_WITHIN = 600.0
RETRY_AFTER = 2


class Gate:
    """Stand before an application.

    A request works only once it has arrived as a whole: a slow client holds a thread of those that wait, which are
    many. A body of more than 1 MiB is read while it works, because the application must first say who may send one.
    """

    def __init__(self, application: Application, at_work: int, waiting: int, watch: Watch, stopping: Event) -> None:
        self._application = application
        self._slots = BoundedSemaphore(at_work)
        self._room = at_work + waiting
        self._inside = 0
        self._lock = Lock()
        self.watch = watch
        self.stopping = stopping

    def __call__(self, environ: Environment, start: Start) -> Iterable[bytes]:
        """Answer a request, or turn it away."""
        if environ.get("PATH_INFO") in ALWAYS_OPEN:
            return self._application(environ, start)
        if not self._enter():
            return _turned_away(start, 503, "Service unavailable", "Too many requests wait; send it again later.")
        try:
            answer = self._let_work(environ, start)
        except BaseException:
            self._leave()
            raise
        return ClosingIterator(answer, self._leave)

    def _let_work(self, environ: Environment, start: Start) -> Iterable[bytes]:
        if not self._arrived(environ):
            return _turned_away(start, 408, "Request timeout", "The request took too long to arrive.")
        if not self._slots.acquire(timeout=WAIT_SECONDS):
            return _turned_away(start, 503, "Service unavailable", "The service is busy; send the request again later.")
        try:
            return self._application(environ, start)
        finally:
            self._slots.release()

    def _enter(self) -> bool:
        with self._lock:
            if self._inside >= self._room:
                return False
            self._inside += 1
            return True

    def _leave(self) -> None:
        with self._lock:
            self._inside -= 1

    def _arrived(self, environ: Environment) -> bool:
        """Read a small body as a whole; returns False if it was cut off."""
        client, length = environ.get("gunicorn.socket"), environ.get("CONTENT_LENGTH") or ""
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        if chunked or (length.isascii() and length.isdecimal() and int(length) > MEBIBYTE):
            if client is not None:
                self.watch.extend(client, LARGE_WITHIN)
            return True
        if length.isascii() and length.isdecimal():
            body = environ["wsgi.input"].read(int(length))
            environ["wsgi.input"] = io.BytesIO(body)
            if len(body) < int(length):
                return False
        if client is not None:
            self.watch.arrived(client)
        return True


def _turned_away(start: Start, status: int, title: str, detail: str) -> list[bytes]:
    """Answer without the application, in the shape of all errors."""
    request_id = secrets.token_hex(8)
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": []}
    body = json.dumps({**content, "request_id": request_id}).encode()
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("X-Request-ID", request_id),
        ("Cache-Control", "no-store"),
    ]
    if status == 503:
        headers.append(("Retry-After", str(RETRY_AFTER)))
    start(f"{status} {title}", headers)
    return [body]
