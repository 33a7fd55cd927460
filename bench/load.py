"""A load generator of its own process: clients that each post their letters one after the other.

Prints one JSON line: how many letters were acknowledged, in how many seconds, and the latencies' quantiles.
Run: python -m bench.load URL TOKEN LETTERS.jsonl CLIENTS
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

MOST_TRIES = 100


class Client(threading.Thread):
    """Post letters one after the other over one connection; a busy server is asked again when it says so."""

    def __init__(self, host: str, token: str, bodies: Sequence[bytes]) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self.refused = 0
        self._connection = http.client.HTTPConnection(host, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._bodies = bodies

    def run(self) -> None:
        """Post them all."""
        for body in self._bodies:
            self._post(body)

    def _post(self, body: bytes) -> None:
        begun = time.perf_counter()
        for _ in range(MOST_TRIES):
            self._connection.request("POST", "/api/v1/letters", body, self._headers)
            answer = self._connection.getresponse()
            answer.read()
            if answer.status in (200, 201):
                self.seconds.append(time.perf_counter() - begun)
                return
            if answer.status not in (429, 503):
                break
            time.sleep(float(answer.headers.get("Retry-After", "1")))
        self.refused += 1


def main() -> None:
    """Post the letters of a file."""
    url, token, file, clients = sys.argv[1:]
    bodies = Path(file).read_bytes().splitlines()
    host = urlsplit(url).netloc
    crowd = [Client(host, token, bodies[number :: int(clients)]) for number in range(int(clients))]
    begun = time.perf_counter()
    for client in crowd:
        client.start()
    for client in crowd:
        client.join()
    took = time.perf_counter() - begun
    seconds = [one for client in crowd for one in client.seconds]
    p50, p95, p99 = (float(np.quantile(seconds, share)) for share in (0.5, 0.95, 0.99))
    refused = sum(client.refused for client in crowd)
    result = {"letters": len(seconds), "refused": refused, "seconds": took, "p50": p50, "p95": p95, "p99": p99}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
