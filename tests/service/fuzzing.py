"""A server that a tester attacks, and what it says of the answers."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from service.audit import OPERATOR
from service.caller import ROLES, Role
from service.db import Database
from service.registry import Registry
from service.settings import Settings
from service.tokens import make_token
from tests.model.letters import MATTERS
from tests.ports import free_port
from tests.service.desk import BRIBE, BRIBE_AGAIN, GATHERING

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance"
)
KEEPER = "keeper"
HOOKS = "tests.service.fuzzing_hooks"
# A machine may be busy with something more important.
READY_WITHIN = 300
# Below so many answers a share says nothing.
ENOUGH = 20


@dataclass(frozen=True)
class Target:
    """A running server, its description and a token for each role."""

    address: str
    tokens: Mapping[Role, str]

    def call(self, role: Role, path: str, content: Any = None) -> Any:
        """Send JSON, or ask; returns the JSON of the answer."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}", "Content-Type": "application/json"}
        body = None if content is None else json.dumps(content).encode()
        with urlopen(Request(f"{self.address}{path}", body, headers), timeout=60) as answer:  # noqa: S310 - ours
            return json.load(answer)

    def operations(self, role: Role) -> dict[str, str]:
        """Return the operations that a role may call: their labels by id."""
        document = self.call(role, "/openapi.json")
        return {
            call["operationId"]: f"{method.upper()} {path}"
            for path, calls in document["paths"].items()
            for method, call in calls.items()
            if role in call.get("x-roles", [role])
        }


@dataclass
class Shares:
    """How many examples were sent; of the valid ones, how many answers each operation gave, and how many were 2xx."""

    examples: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    successes: Counter[str] = field(default_factory=Counter)

    def add(self, events: Path) -> None:
        """Count the answers of a run."""
        with events.open(encoding="utf-8") as lines:
            for operation, case, status in chain.from_iterable(cases(json.loads(line)) for line in lines):
                self.examples += 1
                if case["meta"] is None or case["meta"]["generation"]["mode"] == "positive":
                    self.answers[operation] += 1
                    self.successes[operation] += 200 <= status < 300

    def share(self, operation: str) -> float:
        """Return the share of 2xx of an operation."""
        return self.successes[operation] / self.answers[operation]

    def below(self, least: float) -> list[str]:
        """Return the operations that were asked often enough and whose share is below the least."""
        often = [operation for operation, count in self.answers.items() if count >= ENOUGH]
        return sorted(operation for operation in often if self.share(operation) < least)

    def table(self) -> str:
        """Return a line for each operation: answers to valid examples, share of 2xx, name; and one of all."""
        lines = [f"{self.answers[one]:6} {self.share(one):5.0%}  {one}" for one in sorted(self.answers)]
        valid, share = self.answers.total(), self.successes.total() / self.answers.total()
        return "\n".join([*lines, f"{valid:6} {share:5.0%}  of all valid ones; {self.examples} examples were sent"])


@contextmanager
def target(home: Path, database_address: str, models: list[Path]) -> Iterator[Target]:
    """Run a server on a migrated database; the last of the models reads."""
    settings = Settings(home=str(home), database_url=database_address)
    database = Database(settings.database_address)
    tokens = {role: make_token(database, role, role) for role in ROLES}
    registry = Registry(settings, database)
    for model in models:
        registry.activate(registry.add(model, OPERATOR), OPERATOR)
    database.close()
    port = free_port()
    own = {"HOME": str(home), "DATABASE_URL": database_address, "PORT": str(port), "DRAIN": "0", "RATE": "10000000"}
    environment = {**os.environ, **{f"HONGYAN_{name}": value for name, value in own.items()}}
    environment.pop("HONGYAN_MODEL", None)
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stderr=log)  # noqa: S603 - our own command
        try:
            yield _furnished(Target(_ready(f"http://127.0.0.1:{port}"), tokens))
        finally:
            server.terminate()
            server.wait(60)


def attack(target: Target, role: Role, folder: Path, seed: int, options: list[str]) -> subprocess.CompletedProcess[str]:
    """Let a tester call what a role may call, and write what happened to events.ndjson in the folder."""
    only = [part for name in target.operations(role) for part in ("--include-operation-id", name)]
    command = [
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
        f"{target.address}/openapi.json", "--header", f"Authorization: Bearer {target.tokens[role]}",
        "--checks", CHECKS, "--seed", str(seed), "--no-shrink", "--continue-on-failure", "--warnings", "off", *only,
        "--report", "ndjson", "--report-ndjson-path", str(folder / "events.ndjson"), *options,
    ]  # fmt: skip
    root = Path(__file__).parents[2]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": HOOKS, "PYTHONPATH": str(root)}
    environment["HONGYAN_TESTER"] = f"{target.address} {target.tokens[role]}"
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def _furnished(target: Target) -> Target:
    """Bring letters of several matters and accusations, so that there is something to decide on."""
    for number, pair in enumerate(MATTERS):
        for body in pair:
            target.call("clerk", "/api/v1/letters", {"body": body, "region": f"{number % 3}"})
    target.call("admin", "/api/v1/users", {"name": KEEPER, "role": "discipline"})
    target.call("admin", "/api/v1/users", {"name": "li", "role": "clerk"})
    for body in (BRIBE, BRIBE_AGAIN, GATHERING):
        target.call("clerk", "/api/v1/letters", {"body": body})
    return target


def _ready(address: str) -> str:
    until = monotonic() + READY_WITHIN
    while monotonic() < until:
        try:
            with urlopen(f"{address}/readyz", timeout=5):  # noqa: S310 - an address of ours
                return address
        except (URLError, ConnectionError):
            sleep(0.2)
    raise TimeoutError("the server does not get ready")


def cases(event: Any) -> Iterator[tuple[str, Any, int]]:
    """Yield operation, case and status of each answer that an event tells of."""
    recorder = event.get("ScenarioFinished", {}).get("recorder", {})
    for case_id, interaction in recorder.get("interactions", {}).items():
        if interaction["response"]:
            case = recorder["cases"][case_id]["value"]
            yield f"{case['method']} {case['path']}", case, interaction["response"]["status_code"]
