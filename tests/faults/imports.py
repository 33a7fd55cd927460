"""Files that are imported over HTTP while all else goes on."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.crowd import Client
from tests.faults.site import Site

ENDED_WITHIN = 300.0


class Imports:
    """Send files while all else goes on, and follow each to its end."""

    def __init__(self, site: Site, token: str, files: Sequence[bytes]) -> None:
        self._site = site
        self._token = token
        pool = ThreadPoolExecutor(1)
        self._sending = pool.submit(lambda: [self._send(number, file) for number, file in enumerate(files)])
        pool.shutdown(wait=False)

    def _send(self, number: int, content: bytes) -> str:
        mark = "hongyan-boundary"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="letters.jsonl"\r\n\r\n'
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Idempotency-Key": f"file-{number}"}
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        client = Client(self._site, self._token)
        reply = client.insist("/api/v1/imports", body, headers)
        client.close()
        assert reply.status == 202, reply.body
        return str(reply.json["id"])

    def sent(self) -> list[str]:
        """Wait until all files are accepted; returns the ids of their imports."""
        return self._sending.result()

    def ended(self) -> list[Any]:
        """Wait for the end of all imports and return what became of them."""
        return [self._ended(import_id) for import_id in self.sent()]

    def _ended(self, import_id: str) -> Any:
        give_up = time.monotonic() + ENDED_WITHIN
        while time.monotonic() < give_up:
            found = self._site.call("GET", f"/api/v1/imports/{import_id}", token=self._token).json
            if found["state"] not in ("queued", "running"):
                return found
            time.sleep(0.2)
        raise TimeoutError(f"an import did not end within {ENDED_WITHIN} s")
