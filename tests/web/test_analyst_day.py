"""An analyst's day: thresholds are tried on the office's own letters, chosen, taken back; nobody's words are seen."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from service.texts import text
from tests.model.letters import EXAMPLES
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, QIAN, ZHAO, take
from tests.web.conftest import Enter
from tests.web.house import House, Visit

PERSONAL = (*ZHAO.values(), *QIAN.values())
DESCRIPTIONS = ("/api/v1/docs", "/openapi.json")
CLOSED = ("/letters", "/queue", "/matters", "/reports", "/hot-issues", "/imports", "/administration/audit")


def test_the_day_of_an_analyst(house: House, enter: Enter) -> None:
    bodies = fill(house)
    chu, api = enter("analyst", "chu"), house.desk("analyst", "notebook")
    assert urlsplit(chu.page.url).path == "/administration"
    seen = set(every_page(chu, [*PERSONAL, *(body[:12] for body in bodies)]))
    assert seen >= {"/administration", "/administration/thresholds", "/administration/models", "/dashboard"}
    stays_out(chu)
    before = api.read("/thresholds")
    try_a_threshold(chu)
    found = api.read("/thresholds/simulation", precision=0.9)
    basis = text("threshold.how_precision", **{name: found[name] for name in ("letters", "judged", "days")})
    assert basis in chu.page.locator("main").inner_text()
    choose(chu)
    house.office.watch.look()
    assert api.read("/thresholds")["precision"] == 0.9
    take_back(chu)
    house.office.watch.look()
    assert api.read("/thresholds") | {"history": [], "number": 0} == before | {"history": [], "number": 0}


def fill(house: House) -> list[str]:
    """Let letters come in that name people, some of them judged by a clerk; return their texts."""
    clerk = house.desk("clerk", "li")
    bodies = [LIFT, LIFT_AGAIN, BRIBE, *(example.text for example in EXAMPLES[:12])]
    rows = [take(house.office, body, petitioner=(ZHAO, QIAN)[place % 2]).row for place, body in enumerate(bodies)]
    for row in rows[3:12]:
        if not row.restricted:
            clerk.correct(row.id, review="accepted")
    return bodies


def every_page(visit: Visit, secrets: list[str]) -> Iterator[str]:
    """Follow every link from page to page; nothing of what letters say or who wrote them may be on any."""
    left, known = ["/administration"], {"/administration", *DESCRIPTIONS}
    while left:
        path = left.pop()
        yield path
        visit.come(path)
        page = visit.page.content()
        assert text("error.heading_404") not in page, path
        assert [secret for secret in secrets if str(secret) in page] == [], path
        links = visit.page.locator("a[href^='/']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        for address in links:
            there = urlsplit(address).path
            if there not in known and there != "/":
                known.add(there)
                left.append(there)


def stays_out(visit: Visit) -> None:
    """Find that pages of letters are not there."""
    for path in CLOSED:
        visit.go(path)
        assert visit.page.get_by_text(text("error.text_404")).count() > 0
    # The browser itself notes that these were not found.
    visit.faults.clear()


def try_a_threshold(visit: Visit) -> None:
    """Ask the simulator what another precision would have meant."""
    visit.come("/administration/thresholds")
    visit.press("e")
    visit.page.keyboard.type("90")
    visit.press("Enter")
    visit.page.wait_for_url("**percent=90*")
    assert visit.page.locator("tr.chosen th").first.inner_text().startswith("90.0%")
    assert visit.page.locator(".told").inner_text() != ""
    visit.check()


def choose(visit: Visit) -> None:
    """Let the precision that was tried hold, and say why."""
    visit.page.get_by_label(text("threshold.reason")).fill("试行一个月")
    visit.page.get_by_role("button", name=text("threshold.adopt")).press("Enter")
    visit.told(text("threshold.chosen"))
    assert "试行一个月" in visit.page.locator("main").inner_text()
    visit.check()


def take_back(visit: Visit) -> None:
    """Let what held before hold again."""
    visit.press("u")
    visit.page.get_by_text(text("threshold.undone")).first.wait_for()
    visit.check()
