"""Clients that deliver letters and give none up: what was not acknowledged is sent again as it was."""

import http.client
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.faults.site import Reply, Site, exchange

CLIENTS = 8
# What may be tried again, and for how long at most while nothing is acknowledged at all.
LATER = frozenset({429, 503})
PATIENCE = 120.0
NO_ANSWER = (OSError, http.client.HTTPException)


class Client:
    """One connection to a server, opened anew whenever it breaks."""

    def __init__(self, site: Site, token: str) -> None:
        self._site = site
        self._token = token
        self._connection: http.client.HTTPConnection | None = None
        self.tries = 0

    def insist(self, path: str, content: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a request until it is answered with anything but "later"."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            self.tries += 1
            reply = self._try(path, content, headers)
            if reply is not None and reply.status not in LATER:
                return reply
            time.sleep(0.2 if reply is None else min(float(reply.headers["Retry-After"]), 0.5))
        raise TimeoutError(f"no answer within {PATIENCE} s")

    def _try(self, path: str, content: Any, headers: Mapping[str, str] | None) -> Reply | None:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._site.port, timeout=40)
        try:
            return exchange(self._connection, "POST", path, content, self._token, headers)
        except NO_ANSWER:
            self.close()
            return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Crowd:
    """Send letters from several threads at once; `acknowledged` tells under which id each was stored."""

    def __init__(self, site: Site, token: str, letters: Sequence[Mapping[str, Any]]) -> None:
        self.total = len(letters)
        self.acknowledged: dict[str, str] = {}
        self.statuses: dict[int, int] = {}
        self.tries = 0
        self._answered = 0
        self._faults: list[str] = []
        self._site = site
        self._token = token
        self._lock = threading.Lock()
        self._left: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        for letter in letters:
            self._left.put(letter)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(CLIENTS)]

    def start(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def wait_for(self, count: int) -> None:
        """Wait until so many letters are answered."""
        while self._answered < min(count, self.total):
            assert any(thread.is_alive() for thread in self._threads) or self._answered >= count, self._faults
            assert not self._faults, self._faults
            time.sleep(0.01)

    def finish(self) -> None:
        """Wait until every letter is acknowledged."""
        self.wait_for(self.total)
        for thread in self._threads:
            thread.join()
        assert not self._faults, self._faults

    def _work(self) -> None:
        client = Client(self._site, self._token)
        try:
            while True:
                self._deliver(client, self._left.get_nowait())
        except queue.Empty:
            pass
        except Exception as error:  # it must be told by the thread that waits
            self._faults.append(repr(error))
        finally:
            client.close()
            with self._lock:
                self.tries += client.tries

    def _deliver(self, client: Client, letter: Mapping[str, Any]) -> None:
        reply = client.insist("/api/v1/letters", letter)
        external_id = letter["external_id"]
        with self._lock:
            self.statuses[reply.status] = self.statuses.get(reply.status, 0) + 1
            if reply.status not in (200, 201):
                self._faults.append(f"{external_id}: {reply.status} {reply.body[:300]!r}")
                return
            stored = reply.json["id"]
            if self.acknowledged.setdefault(external_id, stored) != stored:
                self._faults.append(f"{external_id} was acknowledged as two letters")
            self._answered += 1
