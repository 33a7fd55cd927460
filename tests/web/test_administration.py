"""The administration in a browser: every section is accessible, fits, and works by keyboard."""

from pathlib import Path

import pytest

from service.caller import Caller
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
