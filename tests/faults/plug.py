"""Kills what an installation consists of, at random, and brings it back."""

import time
from collections import Counter
from collections.abc import Callable
from random import Random

import psutil

from tests.faults.site import READY_WITHIN, Site
from tests.service.postgres import Server

LONGEST_DARK = 1.0


class Plug:
    """Pull the plug of one part of a running site after the other; `database` is None where it is a file."""

    def __init__(self, site: Site, database: Server | None, chance: Random) -> None:
        self._site = site
        self._database = database
        self._chance = chance
        self._server = site.serve()
        self._worker = site.start("worker")
        self._ways: dict[str, Callable[[], None]] = {
            "server": self._kill_server,
            "worker": self._kill_worker,
            "master": self._kill_master,
            "child": self._kill_child,
            **({"database": self._kill_database} if database else {}),
        }
        self.kills: Counter[str] = Counter()
        self.slowest = 0.0

    def plan(self, rounds: int) -> list[str]:
        """Return what is killed in each round: server, worker and database first, in any order."""
        first = [name for name in ("server", "worker", "database") if name in self._ways]
        self._chance.shuffle(first)
        return [*first, *self._chance.choices(list(self._ways), k=rounds)][:rounds]

    def pull(self, name: str) -> None:
        """Kill one part, bring it back and wait until letters are taken in again."""
        self._ways[name]()
        self.kills[name] += 1
        seconds = self._site.wait_until_ready()
        self.slowest = max(self.slowest, seconds)
        print(f"{name} killed, ready after {seconds:.1f} s", flush=True)  # noqa: T201 - it tells where a run stands

    def _stay_dark(self) -> None:
        time.sleep(self._chance.uniform(0, LONGEST_DARK))

    def _kill_server(self) -> None:
        self._site.kill(self._server)
        self._stay_dark()
        self._server = self._site.start("serve")

    def _kill_master(self) -> None:
        """Kill the process that watches over the others: they notice, and make room for a new one at the same port."""
        orphans = psutil.Process(self._server.pid).children()
        self._server.kill()
        self._server.wait()
        self._server = self._site.start("serve")
        # An orphan that answers still must not be taken for the new server.
        left = psutil.wait_procs(orphans, READY_WITHIN)[1]
        assert not left, "a process of the server outlives its master"

    def _kill_child(self) -> None:
        """Kill a process that answers; its master replaces it."""
        self._chance.choice(psutil.Process(self._server.pid).children()).kill()
        self._stay_dark()

    def _kill_worker(self) -> None:
        self._site.kill(self._worker)
        self._stay_dark()
        self._worker = self._site.start("worker")

    def _kill_database(self) -> None:
        if self._database:
            self._database.kill()
            self._stay_dark()
            self._database.start()
