"""A file of letters in a browser: sent, given columns, followed while it is imported, and what was refused."""

from pathlib import Path

from playwright.sync_api import Page

from service.texts import text
from service.worker import Worker
from tests.service.desk import LIFT, ROAD
from tests.web.conftest import Enter
from tests.web.house import House
from tests.web.looks import assert_accessible, assert_fits, picture


def test_a_file_is_previewed_imported_and_its_refused_rows_downloaded(
    house: House, enter: Enter, tmp_path: Path
) -> None:
    file = tmp_path / "letters.csv"
    file.write_text(f"来文摘要,具体情况,收件时间,来人\n电梯,{LIFT},2026-03-01,赵铁柱\n,{ROAD},某日,钱多多\n", "utf-8")
    visit = enter("clerk")
    page = visit.page
    visit.go("/imports")
    page.locator("input[type=file]").set_input_files(file)
    visit.press("s")
    page.get_by_role("heading", name=text("import.preview")).wait_for()
    page.get_by_label(text("import.means", heading="来文摘要")).select_option("title")
    page.get_by_label(text("import.means", heading="具体情况")).select_option("body")
    look(visit.page, "import-preview")
    visit.press("s")
    page.get_by_text(text("import_state.queued")).wait_for()
    look(page, "import-queued")
    worker = Worker(house.office)
    while worker.run_one():
        pass
    page.get_by_text(text("import_state.done")).wait_for()
    assert page.get_by_text(text("import_fault.received_at")).is_visible()
    look(page, "import-done")
    with page.expect_download() as download:
        visit.press("e")
    assert text("import_field.received_at") in download.value.path().read_text("utf-8")
    visit.go("/imports")
    look(page, "imports")


def look(page: Page, name: str) -> None:
    """Check how a page looks, and keep pictures of it."""
    assert_accessible(page)
    assert_fits(page)
    picture(page, name)
