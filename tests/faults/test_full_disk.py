"""No room on the disk: letters are refused as a whole, and taken in again as soon as there is room."""

import resource
from random import Random

import psutil

from tests.faults.ledger import check_ledger
from tests.faults.letters import letters_of
from tests.faults.site import Process, Site

ROOM = 64 * 1024


def limit_files(server: Process, most: int) -> None:
    """Let no process of a server make a file longer than so many bytes, as if the disk were full there."""
    for process in (psutil.Process(server.pid), *psutil.Process(server.pid).children()):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def test_a_full_disk_refuses_letters_and_keeps_none_by_half(site: Site, chance: Random) -> None:
    token = site.token()
    server = site.serve()
    letters = letters_of(chance, 400)
    acknowledged = {}
    biggest = max(path.stat().st_size for path in site.home.glob("hongyan.db*"))
    limit_files(server, biggest + ROOM)
    refused = None
    for letter in letters:
        answer = site.deliver(token, **letter)
        if answer.status != 201:
            refused = letter
            break
        acknowledged[letter["external_id"]] = answer.json["id"]
    assert refused, "the disk was never full"
    assert answer.status == 503, answer.body
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert site.call("GET", "/healthz").status == 200
    assert [site.deliver(token, **refused).status for _ in range(3)] == [503] * 3

    limit_files(server, resource.RLIM_INFINITY)
    again = site.deliver(token, **refused)
    assert again.status == 201, again.body
    acknowledged[refused["external_id"]] = again.json["id"]
    assert server.poll() is None
    check_ledger(site.address, acknowledged, imported=0)
    assert site.command("audit", "verify").returncode == 0
