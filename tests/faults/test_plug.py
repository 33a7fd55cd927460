"""Letters come in while servers, workers and databases are killed: what was acknowledged is there, once."""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.conftest import Measure, Power
from tests.faults.crowd import Client, Crowd
from tests.faults.ledger import check_ledger
from tests.faults.plug import Plug
from tests.faults.site import Site, opened

IMPORT_WITHIN = 300.0
# One of so many letters repeats an earlier one, and one of so many is sent by two clients at once.
REPEATED, TWICE = 10, 20


def text(chance: Random) -> str:
    """Return a text that is about nothing, and so shares nothing with another."""
    return "".join(map(chr, chance.choices(range(0x4E00, 0x9FA5), k=60)))


def letters_of(chance: Random, count: int) -> list[Mapping[str, Any]]:
    made: list[Mapping[str, Any]] = []
    for number in range(count):
        again = number % REPEATED == REPEATED - 1
        body = chance.choice(made)["body"] + "请尽快答复。" if again else text(chance)
        made.append({"external_id": f"letter-{number}", "body": body, "petitioner": f"person-{number % 500}"})
    return made


def sent(letters: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return letters as they are sent, some of them twice in a row."""
    return [letter for number, letter in enumerate(letters) for _ in range(1 + (number % TWICE == 0))]


def file_of(chance: Random, rows: int) -> bytes:
    """Return a file of letters whose last row holds none."""
    bodies = [*(text(chance) for _ in range(rows - 1)), ""]
    return "".join(json.dumps({"body": body}, ensure_ascii=False) + "\n" for body in bodies).encode()


class Imports:
    """Send files while all else goes on, and follow each to its end."""

    def __init__(self, site: Site, token: str, files: Sequence[bytes]) -> None:
        self._site = site
        self._token = token
        pool = ThreadPoolExecutor(1)
        self._sending = pool.submit(lambda: [self._send(number, file) for number, file in enumerate(files)])
        pool.shutdown(wait=False)

    def _send(self, number: int, content: bytes) -> str:
        mark = "hongyan-boundary"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="letters.jsonl"\r\n\r\n'
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Idempotency-Key": f"file-{number}"}
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        client = Client(self._site, self._token)
        reply = client.insist("/api/v1/imports", body, headers)
        client.close()
        assert reply.status == 202, reply.body
        return str(reply.json["id"])

    def ended(self) -> list[Any]:
        """Wait for the end of all imports and return what became of them."""
        return [self._ended(import_id) for import_id in self._sending.result()]

    def _ended(self, import_id: str) -> Any:
        give_up = time.monotonic() + IMPORT_WITHIN
        while time.monotonic() < give_up:
            found = self._site.call("GET", f"/api/v1/imports/{import_id}", token=self._token).json
            if found["state"] not in ("queued", "running"):
                return found
            time.sleep(0.2)
        raise TimeoutError(f"an import did not end within {IMPORT_WITHIN} s")


def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(
    power: Power, tmp_path: Path, model_folder: Path, measure: Measure, chance: Random, closing: ExitStack
) -> None:
    site = closing.enter_context(opened(Site(tmp_path, power.address, model_folder, HONGYAN_WORKER="separate")))
    token, importer = site.token(), site.token("archive")
    letters = letters_of(chance, measure.letters)
    plug = Plug(site, power.server, chance)
    began = time.monotonic()
    crowd = Crowd(site, token, sent(letters)).start()
    imports = Imports(site, importer, [file_of(chance, measure.rows) for _ in range(measure.imports)])
    for number, part in enumerate(plug.plan(measure.rounds)):
        # Not before the letters of earlier rounds are through, so that each kill meets letters under way.
        crowd.wait_for(int(crowd.total * (number + chance.random()) / (measure.rounds + 1)))
        plug.pull(part)
    crowd.finish()
    seconds = time.monotonic() - began
    ended = imports.ended()
    counts = [(one["state"], one["stored"], one["known"], one["refused"], one["error"]) for one in ended]
    assert counts == [("done", measure.rows - 1, 0, 1, None)] * measure.imports
    assert sorted(crowd.acknowledged) == sorted(letter["external_id"] for letter in letters)
    assert crowd.statuses[201] <= len(letters)
    again = Crowd(site, token, letters).start()
    again.finish()
    assert (again.statuses, again.acknowledged) == ({200: len(letters)}, crowd.acknowledged)
    check_ledger(power.address, crowd.acknowledged, measure.imports * (measure.rows - 1))
    verified = site.command("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    print(  # noqa: T201 - the long run is made for these numbers
        f"{len(letters)} letters, {len(ended)} imports, {sum(plug.kills.values())} kills {dict(plug.kills)}, "
        f"{crowd.tries} tries in {seconds:.0f} s, answers {crowd.statuses}, slowest restart {plug.slowest:.1f} s"
    )
