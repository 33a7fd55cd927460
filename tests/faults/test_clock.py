"""The clock is set back by a day while the server runs: letters, lists, jobs and sessions go on."""

import sys
from pathlib import Path
from random import Random

from tests.faults.imports import Imports
from tests.faults.letters import file_of, letters_of
from tests.faults.site import Site

DAY = 24 * 3600


class Clock:
    """The clock of a site: its processes see the time that is so many seconds later."""

    def __init__(self, site: Site, setting: Path) -> None:
        self._setting = setting
        self.set_by(0)
        site.program = (sys.executable, "-m", "tests.faults.shifted", str(setting))

    def set_by(self, seconds: int) -> None:
        making = self._setting.with_suffix(".new")
        making.write_text(str(seconds), encoding="ascii")
        making.replace(self._setting)


def listed(site: Site, token: str) -> list[str]:
    """Return the ids of all letters, read page by page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = site.call("GET", f"/api/v1/letters?limit=3{cursor}", token=token).json
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def log_in(site: Site) -> str:
    """Return the cookie of a new session."""
    link = site.command("login-link", "zhao", "--role", "supervisor").stdout.strip()
    answer = site.call("GET", link.removeprefix(f"http://127.0.0.1:{site.port}"))
    assert answer.status == 302
    return answer.headers["Set-Cookie"].partition(";")[0]


def is_in(site: Site, cookie: str) -> bool:
    return site.call("GET", "/letters", headers={"Cookie": cookie}).status == 200


def test_a_clock_that_is_set_back_loses_nothing_and_stops_nothing(site: Site, tmp_path: Path, chance: Random) -> None:
    clock = Clock(site, tmp_path / "clock")
    token = site.token()
    clock.set_by(DAY)
    server = site.serve()
    early = log_in(site)
    assert is_in(site, early)
    letters = letters_of(chance, 8)
    stored = [site.deliver(token, **letter).json["id"] for letter in letters[:4]]
    imports = Imports(site, token, [file_of(chance, 200)])
    assert imports.sent()

    clock.set_by(0)
    assert [one["state"] for one in imports.ended()] == ["done"]
    stored += [site.deliver(token, **letter).json["id"] for letter in letters[4:]]
    assert len(set(stored)) == 8
    found = listed(site, token)
    assert len(found) == len(set(found)) == 8 + 199
    assert set(stored) <= set(found)
    assert not is_in(site, early), "a session from the future would last too long"
    assert is_in(site, log_in(site))
    site.kill(server)
    site.serve()
    assert [site.deliver(token, **letter).status for letter in letters] == [200] * 8
    assert site.command("audit", "verify").returncode == 0
