"""The dashboard in a browser: everybody can use it, its figures lead to what they count, and it stays small."""

import gzip
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from service.texts import text
from tests.service.desk import GATHERING, LIFT, LIFT_AGAIN, RIVER, ROAD, WAGES, ZHAO, take
from tests.web.conftest import Enter
from tests.web.house import House
from tests.web.looks import assert_accessible, assert_fits, picture

MOST_BYTES = 250_000


def fill(house: House) -> None:
    for body, days, region in (
        (LIFT, 20, "江州市东湖区"),
        (LIFT_AGAIN, 1, "江州市东湖区"),
        (f"{ROAD}{GATHERING}", 2, "江州市西山县"),
        (WAGES, 13, ""),
        (RIVER, 370, "江州市西山县"),
    ):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        take(house.office, body, received_at=at, region=region, channel="web", petitioner=ZHAO, people_present=7)


def test_the_dashboard_is_where_a_supervisor_begins_and_everybody_can_use_it(house: House, enter: Enter) -> None:
    empty = enter("supervisor")
    assert urlsplit(empty.page.url).path == "/dashboard"
    assert_accessible(empty.page)
    fill(house)
    empty.go("/dashboard")
    for table in empty.page.get_by_text(text("chart.table")).all():
        table.click()
    assert_accessible(empty.page)
    assert_fits(empty.page)
    empty.go("/dashboard?days=90")
    assert_accessible(empty.page)
    picture(empty.page, "dashboard")


def test_figures_lead_to_lists_of_exactly_that_size(house: House, enter: Enter) -> None:
    fill(house)
    visit = enter("supervisor")
    links = visit.page.locator("a.figure").evaluate_all("all => all.map(a => [a.href, a.textContent])")
    assert len(links) > 10
    for href, number in {(href, number.strip()) for href, number in links}:
        visit.page.goto(href)
        assert visit.page.locator("table.rows tbody tr").count() == int(number), href
        assert_told(visit.page.locator(".count").inner_text(), number)


def assert_told(said: str, number: str) -> None:
    assert said == text("list.whole", count=number)


def test_period_and_formula_stay_in_the_address(house: House, enter: Enter) -> None:
    fill(house)
    visit = enter("supervisor")
    visit.page.get_by_role("link", name=text("dashboard.days", days=14)).click()
    visit.page.get_by_role("link", name=text("dashboard.formula_matters")).click()
    assert parse_qs(urlsplit(visit.page.url).query) == {"days": ["14"], "formula": ["matters"]}
    chosen = visit.page.locator(".switch [aria-current]").all_inner_texts()
    assert chosen == [text("dashboard.days", days=14), text("dashboard.formula_matters")]
    assert text("stats.formula_repeats_matters") in visit.page.inner_text("main")


def test_page_and_assets_are_small(house: House, enter: Enter) -> None:
    fill(house)
    visit = enter("supervisor")
    sizes: list[int] = []
    visit.page.on("response", lambda answer: sizes.append(len(gzip.compress(answer.body()))))
    visit.go("/dashboard?days=90")
    visit.page.wait_for_load_state("networkidle")
    assert len(sizes) > 3
    assert sum(sizes) < MOST_BYTES
