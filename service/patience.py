"""A process of the server that has patience with clients for so long and no longer, and stops without haste."""

import json
import socket
import struct
from threading import Timer
from typing import Any, cast

from gunicorn.http import errors as http_errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from service.gate import Gate

READ_WITHIN = 60.0
SEND_WITHIN = 30
REFUSED: dict[type[Exception], tuple[int, str]] = {
    http_errors.LimitRequestLine: (414, "URI too long"),
    http_errors.LimitRequestHeaders: (431, "Request header fields too large"),
    http_errors.UnsupportedTransferCoding: (501, "Not implemented"),
    http_errors.ExpectationFailed: (417, "Expectation failed"),
}


class PatientWorker(ThreadWorker):
    """Watch over every client while its request arrives, and say that it stops before it does."""

    # How long it goes on after the signal to stop, so that those who ask whether it is ready learn of it first.
    drain_seconds = 0.0

    @property
    def _gate(self) -> Gate:
        return cast(Gate, self.wsgi)

    def handle(self, conn: Any) -> Any:
        """Answer a request of a connection; one that neither sends nor takes anything is given up."""
        client: socket.socket = conn.sock
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_WITHIN, 0))
        with self._gate.watch.over(client, READ_WITHIN):
            return super().handle(conn)

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """Say on SIGTERM that the process is not ready any more, and stop a little later."""
        stopping = self._gate.stopping
        if stopping.is_set():
            return
        stopping.set()
        later = Timer(self.drain_seconds, super().handle_exit, (sig, frame))
        later.daemon = True
        later.start()

    def is_parent_alive(self) -> bool:
        """Say whether the master lives; without it this process stops as if it were told to.

        The next server wants its port: who keeps a connection would keep it for a minute otherwise.
        """
        self.alive = self.alive and bool(super().is_parent_alive())
        return bool(self.alive)

    def set_accept_enabled(self, enabled: Any) -> None:
        """Take connections or not; when it stops, who comes late is refused at once and waits for nothing."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                listener.close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002 - gunicorn's
        """Answer what is no HTTP, or what the application could not answer, in the shape of all errors."""
        malformed = isinstance(exc, http_errors.ParseException)
        status, title = (400, "Bad request") if malformed else (500, "Internal server error")
        status, title = next((found for kind, found in REFUSED.items() if isinstance(exc, kind)), (status, title))
        # Neither address nor what was sent is logged: both may tell of people.
        self.log.warning("a request was refused: %d %s", status, type(exc).__name__)
        detail = "The request is not HTTP as it should be." if status < 500 else "Something went wrong on our side."
        content = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": []}
        body = json.dumps({**content, "request_id": None})
        head = f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        try:
            write_nonblock(client, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode("latin-1"))
        except OSError:
            self.log.debug("the client is gone")
