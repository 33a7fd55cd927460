"""A supervisor's day: what is due and flagged, what a figure stands for, and the report of the month to take along."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from docx import Document
from openpyxl import load_workbook

from model.when import OFFICE_ZONE
from service.texts import text
from tests.service.desk import GATHERING, LIFT, LIFT_AGAIN, QIAN, RIVER, ROAD, WAGES, ZHAO, Desk, take
from tests.service.ledger import put
from tests.web.conftest import Enter
from tests.web.house import House, Visit

MONTH = "2026-03"
EAST, WEST = "江州市东湖区", "江州市西山县"
COUNTS = ("letters", "visits", "people")
# Of each count, how many columns the table of a report has.
PARTS = 5
Figures = dict[str, tuple[int, ...]]
Rates = list[tuple[int, int]]


def test_the_day_of_a_supervisor(house: House, enter: Enter) -> None:
    fill(house)
    zheng, api = enter("supervisor", "zheng"), house.desk("supervisor", "zheng-s-system")
    zheng.check()
    follow_a_figure(zheng, api)
    look_at_the_flagged_matter(zheng, api)
    look_at_what_is_overdue(zheng, api)
    make_the_report(zheng, api)


def fill(house: House) -> None:
    """Let letters of the last days come in, among them a matter that gathers people, and those of one month."""
    for body, days, region, petitioner in (
        (LIFT, 3, EAST, ZHAO),
        (f"{LIFT_AGAIN}我们六十户{GATHERING}", 1, EAST, QIAN),
        (ROAD, 2, WEST, ZHAO),
        (WAGES, 24, WEST, QIAN),
        (RIVER, 370, WEST, ZHAO),
    ):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        take(house.office, body, received_at=at, region=region, channel="web", petitioner=petitioner)
    for day in range(1, 10):
        facts = {"region": (EAST, WEST)[day % 2], "channel": ("letter", "visit", "phone")[day % 3]}
        put(house.office, f"a{day}", f"{MONTH}-0{day}", verdict="repeat" if day > 7 else "first", **facts)
    put(house.office, "v", f"{MONTH}-11", region=EAST, channel="visit", people_present=12, category="environment")
    put(house.office, "b", "2026-02-06", region=EAST, channel="phone")
    put(house.office, "c", "2025-03-06", region=WEST, channel="web")


def follow_a_figure(visit: Visit, api: Desk) -> None:
    """Go from the letters of the last thirty days to their list."""
    first, last = (datetime.now(OFFICE_ZONE).date() - timedelta(days=days) for days in (29, 0))
    total = api.read("/stats", period=f"{first}/{last}")["total"]["letters"]["value"]
    figure = visit.page.locator(".sums a.figure").first
    assert figure.inner_text() == str(total)
    figure.press("Enter")
    visit.page.wait_for_url("**/letters?since=*")
    assert visit.page.locator("table.rows tbody tr").count() == total
    visit.check()
    visit.page.go_back()


def look_at_the_flagged_matter(visit: Visit, api: Desk) -> None:
    """See why people may come together, and what can be done."""
    (flagged,) = api.read("/matters", level="warning")["items"]
    visit.page.locator(f".flags a.open[href$='/matters/{flagged['id']}']").press("Enter")
    visit.page.wait_for_url("**/matters/*")
    card = visit.page.locator(".flag").inner_text()
    for part in flagged["flag"]["parts"]:
        assert text(f"matter.part_{part['name']}", number=part["number"]) in card
    for action in flagged["flag"]["actions"]:
        assert text(f"matter.action_{action['name']}") in card
    assert ZHAO["name"] not in visit.page.content()
    visit.check()
    visit.page.go_back()


def look_at_what_is_overdue(visit: Visit, api: Desk) -> None:
    """Open the matter that waits longest."""
    waiting = api.read("/matters", due="overdue")["items"]
    assert len(waiting) > 1
    visit.page.locator(".tile.urgent a").press("Enter")
    visit.page.wait_for_url("**/matters?due=overdue")
    rows = visit.page.locator("table.rows a.open").evaluate_all("all => all.map(a => a.href.split('/').at(-1))")
    assert rows == [matter["id"] for matter in waiting]
    visit.check()
    visit.press("j", "Enter")
    visit.page.wait_for_url(f"**/matters/{waiting[0]['id']}")
    assert visit.page.locator(".clock-overdue").count() > 0
    visit.check()


def make_the_report(visit: Visit, api: Desk) -> None:
    """Choose a month, take its report home, and find in each file what the API counts."""
    visit.come("/reports")
    visit.page.get_by_label(text("reports.month")).fill(MONTH)
    visit.page.get_by_role("button", name=text("reports.show_month")).press("Enter")
    visit.page.wait_for_url(f"**/reports?month={MONTH}")
    visit.look("reports")
    counted, rates = counts_of(api), rates_of(api)
    assert counted[text("stats.total")] == (10, 4, 21)
    assert figures_of_book(visit.download(text("reports.table_xlsx"))) == (counted, rates)
    assert figures_of_paper(visit.download(text("reports.table_docx"))) == (counted, rates)
    draft = visit.download(text("reports.analysis_docx"))
    told = "\n".join(paragraph.text for paragraph in Document(BytesIO(draft)).paragraphs)
    assert f"{counted[text('stats.total')][0]:,}" in told
    assert ZHAO["name"] not in told
    visit.page.locator(".figures tbody td a").first.press("Enter")
    visit.page.wait_for_url(f"**/letters?since={MONTH}-01&until=2026-04-01")
    assert visit.page.locator("table.rows tbody tr").count() == counted[text("stats.total")][0]


def counts_of(api: Desk) -> Figures:
    """Return what the statistics count of each group, by its name."""
    found = [api.read("/stats", period=MONTH, by=by) for by in ("category", "channel", "region")]
    lines = [found[0]["total"], *(line for one in found for line in one["items"])]
    return {line["name"]: tuple(line[count]["value"] for count in COUNTS) for line in lines}


def rates_of(api: Desk) -> Rates:
    """Return numerator and denominator of each rate of the report."""
    rates = api.read("/reports/monthly", month=MONTH)["rates"]
    return [(rate["numerator"], rate["denominator"]) for rate in rates]


def figures_of_book(content: bytes) -> tuple[Figures, Rates]:
    """Return counts and rates as a workbook tells them."""
    book = load_workbook(BytesIO(content), data_only=True)
    table, rates = (list(book[text(f"report.sheet_{name}")].iter_rows(values_only=True)) for name in ("table", "rates"))
    return dict(_counts(table)), list(_rates(rates))


def figures_of_paper(content: bytes) -> tuple[Figures, Rates]:
    """Return counts and rates as a Word document tells them."""
    table, rates = ([[_told(cell.text) for cell in row.cells] for row in one.rows] for one in _tables(content))
    return dict(_counts(table)), list(_rates(rates))


def _tables(content: bytes) -> Any:
    return Document(BytesIO(content)).tables


def _rates(rows: Iterable[Any]) -> Iterator[tuple[int, int]]:
    """Yield numerator and denominator of each rate, below the heading."""
    yield from ((row[1], row[2]) for row in rows if isinstance(row[1], int))


def _counts(rows: Iterable[Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the name and the present counts of each row that has figures."""
    for row in rows:
        figures = [row[1 + number * PARTS] for number in range(len(COUNTS))] if len(row) > PARTS else []
        if figures and all(isinstance(figure, int) for figure in figures):
            yield row[0], tuple(figures)


def _told(words: str) -> int | str:
    plain = words.replace(",", "")
    return int(plain) if plain.isdigit() else words
