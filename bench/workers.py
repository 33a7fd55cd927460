"""Measures what an additional process of the server costs in memory, before and after letters and an activation.

Posts letters over HTTP to a real server, activates another version meanwhile, and prints of each process the memory
that no other one shares (USS), of which that of the heap and that of mapped files, and how long the server took to be
ready, also after a SIGKILL.
Run: python -m bench.workers models/starter [--letters 10000] [--processes 3] [--threads 8] [--postgresql]
"""

import argparse
import json
import tempfile
import time
import urllib.request
from collections import defaultdict
from pathlib import Path

import psutil

from bench.server import Server, hongyan, ready_again, served
from bench.service import database, letters_of, load, record, say, say_load
from model import artefact

CLIENTS = 8
# The clients that go on while the model changes.
AFTER = 1000
# So many answers come from all processes, but for a chance that does not matter.
ASKED = 20


def renewed(folder: Path, into: Path) -> Path:
    """Save a model that differs from another one in nothing but its version."""
    analyser = artefact.load(folder)
    if analyser.category is None:
        raise SystemExit("the model needs a category part")
    analyser.category.precision -= 0.001
    parts = {name: getattr(analyser, name) for name in ("category", "purpose", "relation", "risk")}
    artefact.save(into, {name: part for name, part in parts.items() if part is not None}, {})
    return into


def workers(server: Server) -> list[psutil.Process]:
    """Return the processes that answer."""
    return psutil.Process(server.process.pid).children()


def unique(process: psutil.Process) -> tuple[float, float]:
    """Return the unique memory of a process in MB: heap and the like, and pages of files."""
    sums: dict[bool, int] = defaultdict(int)
    for region in process.memory_maps(grouped=True):
        sums[region.path.startswith("/")] += region.private_clean + region.private_dirty
    return sums[False] / 1e6, sums[True] / 1e6


def say_memory(server: Server, when: str) -> None:
    """Print the unique memory of each process."""
    for process in workers(server):
        heap, files = unique(process)
        whole = process.memory_full_info()
        say(
            f"{when}: process {process.pid}: {whole.uss / 1e6:.1f} MB unique "
            f"({heap:.1f} heap, {files:.1f} files), {whole.rss / 1e6:.0f} MB resident"
        )


def activate(server: Server, version: str, token: str) -> None:
    """Activate a version over HTTP."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{server.url}/api/v1/models/{version}/activate", method="POST", headers={"Authorization": f"Bearer {token}"}
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(request):  # noqa: S310 - our own address
        say(f"activated {version} in {time.perf_counter() - begun:.1f} s")
    while not all(in_use(server, token) == version for _ in range(ASKED)):
        time.sleep(0.2)
    say(f"in use everywhere after {time.perf_counter() - begun:.1f} s")


def in_use(server: Server, token: str) -> str:
    """Return the version that the process that answers uses."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{server.url}/api/v1/models", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own address
        return str(json.load(answer)["in_use"])


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--processes", default="3")
    parser.add_argument("--threads", default="8")
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    bodies = [record(letter, number) for number, letter in enumerate(letters_of(5, asked.letters + AFTER))]
    settings = {"processes": asked.processes, "threads": asked.threads}
    with tempfile.TemporaryDirectory() as folder, database(asked.postgresql) as address:
        other = renewed(asked.model, Path(folder) / "other")
        with served(asked.model, address, registered=True, **settings) as server:
            version = hongyan(server.environment, "model", "add", str(other)).strip()
            say_memory(server, "at start")
            say_load("letters", load(server, server.token(), bodies[: asked.letters], CLIENTS))
            say_memory(server, f"after {asked.letters} letters")
            activate(server, version, server.token("analyst"))
            say_load("during the activation", load(server, server.token(), bodies[asked.letters :], CLIENTS))
            say_memory(server, f"after an activation and {AFTER} more letters")
            say(f"ready again {ready_again(server):.1f} s after a SIGKILL")


if __name__ == "__main__":
    main()
