"""The process that watches over a server dies alone, while a client keeps its connection busy."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Event, Thread

from tests.faults.crowd import NO_ANSWER
from tests.faults.letters import letters_of
from tests.faults.plug import Plug
from tests.faults.site import Site, exchange


@contextmanager
def busy_connection(site: Site) -> Iterator[None]:
    """Ask over one connection again and again, for as long as the server lets it stand."""
    over = Event()
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)

    def ask() -> None:
        try:
            while not over.is_set() and exchange(connection, "GET", "/healthz").status == 200:
                time.sleep(0.05)
        except NO_ANSWER:
            return

    thread = Thread(target=ask)
    thread.start()
    yield
    over.set()
    thread.join()
    connection.close()


def test_what_a_killed_master_leaves_makes_room_for_the_next_server(site: Site, chance: Random) -> None:
    token = site.token()
    plug = Plug(site, None, chance)
    first, second = letters_of(chance, 2)
    assert site.deliver(token, **first).status == 201
    with busy_connection(site):
        plug.pull("master")
    assert [site.deliver(token, **letter).status for letter in (first, second)] == [200, 201]
