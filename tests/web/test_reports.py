"""The page of reports in a browser: readable by everybody, on every screen, and its files open."""

from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook

from service.texts import text
from tests.service.ledger import put
from tests.web.conftest import Enter
from tests.web.house import House
from tests.web.looks import assert_accessible, assert_fits, picture


def test_a_report_is_looked_at_followed_and_taken_home(house: House, enter: Enter) -> None:
    for day in range(1, 6):
        put(house.office, f"a{day}", f"2026-03-0{day}", matter="m-a1", region="江州市东湖区", channel="visit")
    visit = enter("supervisor")
    visit.go("/reports?month=2026-03")
    assert_accessible(visit.page)
    assert_fits(visit.page)
    picture(visit.page, "reports")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name=text("reports.table_xlsx")).click()
    content = Path(str(download.value.path())).read_bytes()
    assert load_workbook(BytesIO(content), data_only=True)[text("report.sheet_table")]["B6"].value == 5
    visit.page.locator(".figures tbody td a").first.click()
    visit.page.wait_for_url("**/letters?since=2026-03-01&until=2026-04-01")
