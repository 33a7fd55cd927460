"""An admin's day: somebody new comes in, a unit and a system are made known, a model is activated and returned from."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from service.caller import Caller
from service.texts import text
from tests.service.desk import LIFT, Desk, take
from tests.web.conftest import Enter
from tests.web.house import House, Visit

ROOT = Caller("root", "admin")
UNIT, REGION = "东湖区住建局", "江州市东湖区"


@pytest.fixture
def versions(house: House, model_folder: Path, newer_folder: Path) -> list[str]:
    """Register two versions of the model, of which the first is in use."""
    found = [house.office.registry.add(folder, ROOT) for folder in (model_folder, newer_folder)]
    house.office.registry.activate(found[0], ROOT)
    return found


def test_the_day_of_an_admin(house: House, enter: Enter, browser: Browser, versions: list[str]) -> None:
    letter = take(house.office, LIFT, region=REGION).row
    root = enter("admin", "root")
    root.check()
    let_somebody_in(root, browser)
    make_a_unit_known(root, letter.id)
    make_and_revoke_a_token(root, house)
    activate_and_return(root, house, versions)
    look_at_the_audit(root, house)


def let_somebody_in(visit: Visit, browser: Browser) -> None:
    """Add a user, whose link lets in once."""
    visit.come("/administration/users")
    visit.page.get_by_label(text("user.name")).fill("王敏")
    visit.page.get_by_role("button", name=text("user.add")).press("Enter")
    visit.told(text("user.added"))
    visit.page.get_by_role("button", name=f"{text('user.link')} 王敏").press("Enter")
    link = visit.page.locator(".secret")
    link.wait_for()
    visit.check()
    for works in (True, False):
        other = browser.new_page()
        other.goto(link.inner_text())
        assert ("王敏" in other.inner_text("body")) is works
        other.close()


def make_a_unit_known(visit: Visit, letter: str) -> None:
    """Register a unit, which is then offered for letters from its region."""
    visit.come("/administration/units")
    visit.page.get_by_label(text("directory.name")).fill(UNIT)
    visit.page.get_by_label(text("directory.regions_hint")).last.fill(REGION)
    visit.page.get_by_role("button", name=text("directory.add")).press("Enter")
    visit.told(text("directory.changed"))
    visit.check()
    visit.go(f"/letters/{letter}")
    visit.press("r")
    assert visit.page.get_by_role("button", name=UNIT).is_visible()


def make_and_revoke_a_token(visit: Visit, house: House) -> None:
    """Make a token, which is shown once and works until it is revoked."""
    visit.come("/administration/tokens")
    visit.page.get_by_label(text("token.name")).fill("案件系统")
    visit.page.get_by_role("button", name=text("token.add")).press("Enter")
    secret = visit.page.locator(".secret")
    secret.wait_for()
    visit.check()
    system = Desk(house.app.test_client(use_cookies=False), secret.inner_text())
    assert system.get("/letters").status_code == 200
    visit.go("/administration/tokens")
    assert system.token not in visit.page.content()
    visit.page.get_by_role("button", name=f"{text('token.revoke')} 案件系统").press("Enter")
    visit.told(text("token.revoked"))
    assert system.get("/letters").status_code == 401


def activate_and_return(visit: Visit, house: House, versions: list[str]) -> None:
    """Let another version read letters, and return to the one before."""
    api = house.desk("admin", "console")
    first, second = versions
    visit.come("/administration/models")
    visit.page.get_by_role("button", name=f"{text('versions.activate')} {second}").press("Enter")
    visit.told(text("versions.changed"))
    assert [one["version"] for one in api.read("/models")["items"] if one["state"] == "active"] == [second]
    house.office.watch.look()
    visit.go("/administration/models")
    assert text("versions.intro", in_use=second) in visit.page.locator("main").inner_text()
    visit.check()
    visit.page.get_by_role("button", name=text("versions.rollback")).press("Enter")
    visit.told(text("versions.changed"))
    assert [one["version"] for one in api.read("/models")["items"] if one["state"] == "active"] == [first]


def look_at_the_audit(visit: Visit, house: House) -> None:
    """Find in the audit what was done today, and that it is whole."""
    visit.come("/administration/audit")
    told = visit.page.locator("table.figures").inner_text()
    for act in ("activate", "rollback", "add", "revoke"):
        assert text(f"act.{act}") in told
    visit.page.get_by_role("button", name=text("trail.verify")).press("Enter")
    visit.told(text("trail.ordered"))
    with house.worker():
        while not visit.page.locator(".state-good").count():
            visit.go("/administration/audit")
    assert re.search(r"\d", visit.page.locator(".state-good").inner_text())
    visit.check()
