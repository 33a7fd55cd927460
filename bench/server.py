"""A real server of this installation for measuring: its own folder, database, processes and port."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

READY_WITHIN = 120
HONGYAN = (sys.executable, "-c", "from service.cli import main; main()")


@dataclass(frozen=True)
class Server:
    """A running server, and how to reach it."""

    url: str
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]"

    def token(self, role: str = "integrator") -> str:
        """Return a new token."""
        return hongyan(self.environment, "token", "add", f"bench-{role}", "--role", role).strip()

    def memory(self) -> tuple[float, float]:
        """Return the resident and the unique memory of all processes of the server, in MB."""
        family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        held = [one.memory_full_info() for one in family]
        return sum(one.rss for one in held) / 1e6, sum(one.uss for one in held) / 1e6


def hongyan(environment: dict[str, str], *arguments: str) -> str:
    """Run a command of this installation and return what it prints."""
    return subprocess.run([*HONGYAN, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


@contextmanager
def folder_of(kept: Path | None) -> Iterator[Path]:
    """Yield the folder that is kept, or one that vanishes."""
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def served(
    model: Path, database_url: str = "", registered: bool = False, home: Path | None = None, **settings: str
) -> Iterator[Server]:
    """Serve a fresh database, or the one named, with a model folder, named or as the active one of the registry.

    `home` is a folder that stays; without it the server's own folder vanishes with it.
    """
    with folder_of(home) as kept, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        free.close()
        given = {f"HONGYAN_{name.upper()}": value for name, value in settings.items()}
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "HONGYAN_HOME": str(kept),
            "HONGYAN_MODEL": "" if registered else str(model),
            "HONGYAN_PORT": port,
            "HONGYAN_DATABASE_URL": database_url,
            **given,
        }
        subprocess.run([*HONGYAN, "db", "upgrade"], env=environment, check=True, capture_output=True)  # noqa: S603
        if registered:
            hongyan(environment, "model", "add", str(model), "--activate")
        with _started(environment) as process:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            yield Server(url, environment, process)


def ready_again(server: Server) -> float:
    """Kill a server, start it anew and return after how many seconds it is ready."""
    orphans = psutil.Process(server.process.pid).children()
    begun = time.monotonic()
    server.process.kill()
    server.process.wait()
    psutil.wait_procs(orphans)
    with _started(server.environment):
        _wait(server.url)
        return time.monotonic() - begun


@contextmanager
def _started(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*HONGYAN, "serve"], env=environment, stdout=quiet, stderr=quiet) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()


def _wait(url: str) -> None:
    until, said = time.monotonic() + READY_WITHIN, ""
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310 - our own address
                return
        except urllib.error.HTTPError as error:
            said = error.read().decode()
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.2)
    raise TimeoutError(f"{url} was not ready within {READY_WITHIN} seconds: {said}")
