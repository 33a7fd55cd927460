"""Asks the pages and the lists of the API of a server with very many letters, as people of several scopes.

Prints for each what passes until the first byte, median and 95th percentile, and how large the answer is, gzipped:
a page with all that a browser fetches for it.
One client, warm. The client runs on the same machine.
Run: python -m bench.pages models/starter [--postgresql] [--letters 200000] [--rounds 20] [--slow 150]
     [--people unit,county] [--about "dashboard|queue"]
"""

import argparse
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import requests

from bench.archive import COUNTIES, TOWNS, UNITS, multiply
from bench.screens import Scales, screens
from bench.server import HONGYAN, Server, served
from bench.service import database, letters_of, load, record, say
from bench.simulated_year import DAYS, FIRST_DAY

FEW = 600
PASSWORD = secrets.token_urlsafe(16)
LISTS = (
    *("", "needs_review=true&review=pending", "review=pending", "review=corrected", "category=labour"),
    *("category=discipline", "channel=phone", "level=warning", "due=overdue", "due=soon", "until=2024-02-01"),
    *(f"region={TOWNS[5]}", f"category=land&channel=visit&review=pending&region={TOWNS[5]}", "restricted=true"),
)
SEARCHES = (
    "工资",
    "拖欠 工资",
    '"拖欠工资"',
    "电梯",
    "学校 补课",
    "物业 小区 电梯",
    "我们村 征地 补偿",
    "没有这个词",
    "法院",
)
MATTERS = ("", "level=warning", "level=watch", "level=none", "due=overdue", "due=soon")


@dataclass(frozen=True)
class Person:
    """Somebody of the office, and where he or she may look."""

    name: str
    role: str
    options: tuple[str, ...] = ()


# Discipline first: an office that has people, but none of them, is not ready when it is started again.
PEOPLE = (
    Person("discipline", "discipline"),
    Person("clerk", "clerk"),
    Person("county", "supervisor", ("--region", COUNTIES[2])),
    Person("town", "clerk", ("--region", TOWNS[44])),
    Person("nowhere", "clerk", ("--region", "别处")),
    Person("unit", "clerk", ("--unit", UNITS[3])),
    Person("countyclerk", "clerk", ("--region", COUNTIES[2])),
    Person("supervisor", "supervisor"),
)


@dataclass(frozen=True)
class Visit:
    """One person at the server, by the API and by the pages."""

    server: Server
    api: requests.Session
    browser: requests.Session

    @classmethod
    def of(cls, server: Server, person: Person) -> "Visit":
        """Let somebody in by both doors."""
        # A database that is kept knows the people of other runs.
        called = f"{person.name}-{secrets.token_hex(4)}"
        words = ("user", "add", called, "--role", person.role, *person.options)
        command = [*HONGYAN, *words]
        subprocess.run(command, env=server.environment, check=True, input=f"{PASSWORD}\n".encode(), capture_output=True)  # noqa: S603
        token = [*HONGYAN, "token", "add", f"token-{called}", "--role", person.role, *person.options]
        printed = subprocess.run(token, env=server.environment, check=True, capture_output=True, text=True).stdout  # noqa: S603
        api, browser = requests.Session(), requests.Session()
        api.headers["Authorization"] = f"Bearer {printed.strip()}"
        form = browser.get(f"{server.url}/login").text
        hidden = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', form)
        fields = {"csrf_token": hidden[1] if hidden else "", "name": called, "password": PASSWORD}
        browser.post(f"{server.url}/login", fields).raise_for_status()
        return cls(server, api, browser)

    def ask(self, path: str) -> requests.Response:
        """Ask for a page or a call of the API."""
        door = self.api if path.startswith("/api/") else self.browser
        answer = door.get(f"{self.server.url}{path}", timeout=300)
        answer.raise_for_status()
        return answer

    def paths(self) -> Iterator[tuple[str, list[str]]]:
        """Yield what is measured: a name, and addresses that are asked in turn."""
        first: dict[str, Any] = self.ask("/api/v1/letters?limit=50").json()
        far: dict[str, Any] = self.ask("/api/v1/letters?limit=1&until=2024-03-01").json()
        letters, matters = first["items"], self.ask("/api/v1/matters").json()["items"]
        for query in LISTS:
            yield f"letters {query}", [f"/api/v1/letters?{query}"]
        if far["next"]:
            yield "letters, a later page", [f"/api/v1/letters?cursor={far['next']}"]
        for words in SEARCHES:
            yield f"letters with {words}", [f"/api/v1/letters?text={words}"]
        for query in MATTERS:
            yield f"matters {query}", [f"/api/v1/matters?{query}"]
        yield "a letter", [f"/api/v1/letters/{letter['id']}" for letter in letters]
        yield "letters with similar ones", [f"/api/v1/letters/{letter['id']}/similar" for letter in letters]
        yield "a matter", [f"/api/v1/matters/{matter['id']}" for matter in matters]
        yield "page of letters", ["/letters"]
        yield "page of a letter", [f"/letters/{letter['id']}" for letter in letters]
        yield "page of matters", ["/matters"]
        yield "page of a matter", [f"/matters/{matter['id']}" for matter in matters]
        for words in SEARCHES:
            yield f"page of letters with {words}", [f"/letters?text={words}"]
        yield from screens(self.ask)


def measure(visit: Visit, name: str, paths: list[str], rounds: int, slow: float) -> bool:
    """Ask in turn, print what came of it, and say whether it was fast enough."""
    if not paths:
        return True
    sizes, waits, scales = [], [], Scales(visit.ask)
    for number in range(rounds + 2):
        answer = visit.ask(paths[number % len(paths)])
        if number >= 2:
            waits.append(1000 * answer.elapsed.total_seconds())
            sizes.append(scales.weigh(answer))
    p50, p95 = (float(np.quantile(waits, share)) for share in (0.5, 0.95))
    say(f"| {name} | {p50:.0f} | {p95:.0f} | {max(sizes) / 1000:.0f} |{' slow' if p95 > slow else ''}")
    return p95 <= slow


def fill(server: Server, options: argparse.Namespace) -> int:
    """Fill the database, unless it was kept from another run, and return how many letters there are."""
    filled: Path | None = options.keep and options.keep / "letters"
    if filled and filled.exists():
        return int(filled.read_text())
    # The year that was simulated ends today.
    later = datetime.now(UTC) - FIRST_DAY - timedelta(days=DAYS)
    letters = [
        replace(letter, received_at=letter.received_at and letter.received_at + later)
        for letter in letters_of(options.seed, FEW)
    ]
    load(server, server.token(), [record(letter, i) for i, letter in enumerate(letters)], 4)
    stored = multiply(server.environment, options.letters)
    if filled:
        filled.write_text(str(stored))
    return stored


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--letters", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--slow", type=float, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", default="", help="names of those who ask, with commas; everybody if empty")
    parser.add_argument("--about", default="", help="a regular expression: only what has such a name is asked")
    parser.add_argument("--keep", type=Path, help="a folder in which the database stays for other runs")
    options = parser.parse_args()
    home = options.keep and options.keep / "home"
    with (
        database(options.postgresql, options.keep) as url,
        served(options.model, url, home=home, threads="8", rate="10000000") as server,
    ):
        say(f"{fill(server, options):,} letters in {'PostgreSQL' if options.postgresql else 'SQLite'}")
        slow = 0
        asking = options.people.split(",") if options.people else [person.name for person in PEOPLE]
        for person in (person for person in PEOPLE if person.name in asking):
            visit = Visit.of(server, person)
            say(f"\n{person.name}: {person.role} {' '.join(person.options)}\n")
            say("| | p50 ms | p95 ms | KB gzipped |\n|---|---|---|---|")
            for name, paths in (found for found in visit.paths() if re.search(options.about, found[0])):
                slow += not measure(visit, name, paths, options.rounds, options.slow)
        say(f"\n{slow} slower than {options.slow:.0f} ms")


if __name__ == "__main__":
    main()
