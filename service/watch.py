"""Cuts off clients that take too long to send their request, so that they cannot hold threads."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from time import monotonic

LOOK_EVERY = 1.0


class Watch:
    """Keep the deadlines by which requests must have arrived; one for each process."""

    def __init__(self, look_every: float = LOOK_EVERY) -> None:
        self._look_every = look_every
        self._deadlines: dict[socket.socket, float] = {}
        self._lock = Lock()
        self._stopped = Event()
        self._thread: Thread | None = None

    @contextmanager
    def over(self, client: socket.socket, seconds: float) -> Iterator[None]:
        """Watch over a client until the block ends or its request has arrived."""
        self.extend(client, seconds)
        try:
            yield
        finally:
            self.arrived(client)

    def extend(self, client: socket.socket, seconds: float) -> None:
        """Give a client so many seconds from now."""
        with self._lock:
            self._deadlines[client] = monotonic() + seconds
            if self._thread is None:
                self._thread = Thread(target=self._run, name="watch", daemon=True)
                self._thread.start()

    def arrived(self, client: socket.socket) -> None:
        """Watch no longer over a client."""
        with self._lock:
            self._deadlines.pop(client, None)

    def stop(self) -> None:
        """End the thread that watches."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._look_every):
            now = monotonic()
            with self._lock:
                late = [client for client, deadline in self._deadlines.items() if deadline < now]
                for client in late:
                    del self._deadlines[client]
                    # Whoever reads from it sees the end of the request; an answer can be written still.
                    with suppress(OSError):
                        client.shutdown(socket.SHUT_RD)
