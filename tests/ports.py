"""Ports for the servers of tests."""

import socket
from contextlib import suppress
from random import SystemRandom

# Below those that the kernel gives to connections: a client of another test must not hold what a server will ask for.
LOWEST, HIGHEST = 10_000, 32_000


def free_port() -> int:
    """Return a port that nobody holds, by chance, so that tests in several processes choose apart."""
    while True:
        port = SystemRandom().randrange(LOWEST, HIGHEST)
        with socket.socket() as asked, suppress(OSError):
            asked.bind(("127.0.0.1", port))
            return port
