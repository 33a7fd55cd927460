"""An installation of its own: real processes of `hongyan` on a home folder, a database and a port."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-c", "from service.cli import main; main()")
# What blocks a restart blocks it for good; how fast one is depends on what else the machine does.
READY_WITHIN = 120.0
Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Site:
    """Start and stop the processes of an installation and speak to its server."""

    def __init__(self, home: Path, address: str, model: Path | None, **settings: str) -> None:
        self.home = home
        self.address = address
        self.port = free_port()
        self.program: tuple[str, ...] = PROGRAM
        self._processes: list[Process] = []
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HONGYAN_")},
            "PYTHONPATH": str(ROOT),
            "HONGYAN_HOME": str(home),
            "HONGYAN_DATABASE_URL": address,
            "HONGYAN_PORT": str(self.port),
            "HONGYAN_DRAIN": "0",
            **({"HONGYAN_MODEL": str(model)} if model else {}),
            **settings,
        }

    @property
    def log(self) -> Path:
        """Return where the processes write what they have to say."""
        return self.home / "log"

    def neighbour(self) -> "Site":
        """Return the same installation, for another server at a port of its own."""
        other = Site(self.home, self.address, None)
        other.environment = {**self.environment, "HONGYAN_PORT": str(other.port)}
        other._processes = self._processes
        return other

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return subprocess.run(  # noqa: S603 - the command is our own
            [*self.program, *words], cwd=self.home, env=self.environment, text=True, capture_output=True, check=False
        )

    def token(self, name: str = "case-system", role: str = "integrator") -> str:
        """Return a new token."""
        made = self.command("token", "add", name, "--role", role)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def start(self, word: str) -> Process:
        """Start a process that stays, `serve` or `worker`."""
        with self.log.open("ab") as log:
            started = subprocess.Popen(  # noqa: S603 - the command is our own
                [*self.program, word],
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(started)
        return started

    def serve(self) -> Process:
        """Start a server and wait until it is ready."""
        server = self.start("serve")
        self.wait_until_ready()
        return server

    def wait_until_ready(self, within: float = READY_WITHIN) -> float:
        """Wait for a server that takes letters in; returns how many seconds it took."""
        began = time.monotonic()
        while not self.is_ready():
            assert time.monotonic() - began < within, f"not ready within {within} s: {self._last_words()}"
            time.sleep(0.1)
        return time.monotonic() - began

    def is_ready(self) -> bool:
        """Say whether a server takes letters in."""
        try:
            return self.call("GET", "/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def call(
        self, method: str, path: str, content: Any = None, token: str = "", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request on a connection of its own; `content` is JSON unless it is bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            return exchange(connection, method, path, content, token, headers)
        finally:
            connection.close()

    def deliver(self, token: str, **letter: Any) -> Reply:
        """Send one letter once."""
        return self.call("POST", "/api/v1/letters", letter, token)

    def kill(self, process: Process) -> None:
        """Kill a process and those that it has made, without a word."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """Kill whatever runs still; the number of a process that has ended may belong to another by now."""
        for process in self._processes:
            if process.poll() is None:
                self.kill(process)

    def _last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]


@contextmanager
def opened(site: Site) -> Iterator[Site]:
    """Make the database of a site, and leave no process behind."""
    try:
        made = site.command("db", "upgrade")
        assert made.returncode == 0, made.stderr
        yield site
    finally:
        site.close()


def exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    content: Any = None,
    token: str = "",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request over a connection and read the whole answer."""
    own = {"Authorization": f"Bearer {token}"} if token else {}
    body = content if isinstance(content, bytes) or content is None else json.dumps(content).encode()
    if body is not None:
        own["Content-Type"] = "application/json"
    connection.request(method, path, body, {**own, **(headers or {})})
    answer = connection.getresponse()
    return Reply(answer.status, dict(answer.getheaders()), answer.read())
