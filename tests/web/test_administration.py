"""The administration in a browser: every section is accessible, fits, and works by keyboard."""

from pathlib import Path

import pytest

from service.caller import Caller
from service.texts import text
from tests.service.desk import LIFT, LIFT_AGAIN, ROAD, WAGES, take
from tests.web.conftest import Enter
from tests.web.house import House, Visit
from tests.web.looks import assert_accessible, assert_fits, picture

ROOT = Caller("root", "admin")
SECTIONS = ("thresholds", "models", "taxonomy", "units", "users", "tokens", "audit", "retention", "status")


@pytest.fixture
def admin(house: House, enter: Enter, model_folder: Path, newer_folder: Path) -> Visit:
    office = house.office
    for body in (LIFT, LIFT_AGAIN, ROAD, WAGES):
        take(office, body)
    first, second = (office.registry.add(folder, ROOT) for folder in (model_folder, newer_folder))
    office.registry.activate(first, ROOT)
    office.registry.shadow(second, ROOT)
    office.accounts.add("王敏", "clerk", None, ROOT, None, ["东湖区"])
    office.accounts.add("root", "admin", "a long password of words", ROOT)
    return enter("admin", "root")


def test_every_section_is_accessible_and_fits(admin: Visit) -> None:
    for section in ("", *(f"/{name}" for name in SECTIONS)):
        admin.go(f"/administration{section}")
        assert_accessible(admin.page)
        assert_fits(admin.page)
        picture(admin.page, f"administration{section.replace('/', '-')}")


def test_a_threshold_is_tried_and_chosen_by_keyboard(admin: Visit, house: House) -> None:
    admin.go("/administration/thresholds")
    admin.press("e")
    admin.page.keyboard.type("95")
    admin.press("Enter")
    admin.page.wait_for_url("**percent=95*")
    assert admin.page.get_by_label(text("threshold.precision_percent")).nth(1).input_value() == "95"
    admin.page.get_by_role("button", name=text("threshold.adopt")).press("Enter")
    admin.page.get_by_text(text("threshold.chosen")).wait_for()
    house.office.watch.look()
    category = house.office.engine.analyser.category
    assert category
    assert category.precision == 0.95
    assert_accessible(admin.page)
    picture(admin.page, "administration-thresholds-chosen")


def test_a_version_is_activated_and_returned_from(admin: Visit, house: House) -> None:
    admin.go("/administration/models")
    admin.page.get_by_role("button", name=text("versions.activate")).first.press("Enter")
    admin.page.get_by_text(text("versions.changed")).wait_for()
    admin.page.get_by_role("button", name=text("versions.rollback")).press("Enter")
    admin.page.get_by_text(text("versions.changed")).wait_for()
    assert {row.state for row in house.office.registry.models()} == {"active", "candidate"}


def test_a_user_gets_a_link_that_works_once(admin: Visit) -> None:
    admin.go("/administration/users")
    admin.page.get_by_role("button", name=f"{text('user.link')} 王敏").press("Enter")
    assert_accessible(admin.page)
    link = admin.page.locator(".secret").inner_text()
    picture(admin.page, "administration-users-link")
    context = admin.page.context.browser
    assert context
    other = context.new_page()
    other.goto(link)
    assert "王敏" in other.inner_text("body")
    other.close()
