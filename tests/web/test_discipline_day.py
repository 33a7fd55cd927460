"""Discipline's day: accusations are read and judged, one that is none is let go; until then no clerk knows of any."""

from typing import Any

from service.texts import text
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, QIAN, ROAD, ZHAO, Desk, ids, take
from tests.web.conftest import Enter
from tests.web.house import House, Visit

MISTAKEN = f"{LIFT_AGAIN}物业经理说没有钱。"
FACTS: dict[str, Any] = {"region": "江州市东湖区", "channel": "letter"}
PLACES = (
    *("/queue", "/queue?queue=restricted", "/queue?queue=overdue", "/queue?queue=soon", "/letters", "/matters"),
    *("/letters?text=化工厂", "/letters?restricted=true", "/dashboard", "/reports", "/hot-issues"),
)


def test_the_day_of_discipline(house: House, enter: Enter) -> None:
    plain = take(house.office, LIFT, petitioner=QIAN, **FACTS).row
    secret = take(house.office, BRIBE, petitioner=ZHAO, **FACTS).row
    mistaken = take(house.office, MISTAKEN, petitioner=ZHAO, accused=["物业经理"], **FACTS).row
    zhou, li = enter("discipline", "周正"), enter("clerk", "li")
    others = house.desk("clerk", "system")
    li.go(f"/matters/{plain.matter_id}")
    before = li.page.locator("main").inner_text()
    nothing_to_see(li, others, [secret.id, mistaken.id])
    accept_an_accusation(zhou, house.desk("discipline", "卫青"), secret.id)
    li.go(f"/matters/{plain.matter_id}")
    assert li.page.locator("main").inner_text() == before
    let_go(zhou, mistaken.id)
    nothing_to_see(li, others, [secret.id])
    assert ids(others.read("/letters")["items"]) == [mistaken.id, plain.id]
    li.come(f"/matters/{plain.matter_id}")
    assert li.page.locator(f".timeline a[href$='/letters/{mistaken.id}']").count() > 0
    hand_over(li, zhou, take(house.office, ROAD, **FACTS).row.id)


def nothing_to_see(clerk: Visit, api: Desk, letters: list[str]) -> None:
    """Look in every place where a clerk might come upon an accusation."""
    for path in PLACES:
        clerk.come(path)
        page = clerk.page.content()
        assert [letter for letter in letters if letter in page] == [], path
        assert "化工厂好处" not in page
        assert text("queue.restricted") not in "".join(clerk.page.locator(".tabs").all_inner_texts())
    before = len(clerk.faults)
    for letter in letters:
        clerk.go(f"/letters/{letter}")
        there = clerk.page.locator("main h1, main p").all_inner_texts()
        clerk.go("/letters/01ARZ3NDEKTSV4RRFFQ69G5FAV")
        assert clerk.page.locator("main h1, main p").all_inner_texts() == there
    # The browser itself notes that these were not found.
    del clerk.faults[before:]
    assert set(letters).isdisjoint(ids(api.read("/letters")["items"]))


def accept_an_accusation(visit: Visit, api: Desk, letter: str) -> None:
    """Read an accusation in its queue, and accept what the model said."""
    visit.check()
    visit.page.get_by_role("link", name=text("queue.restricted")).press("Enter")
    visit.page.wait_for_url("**/queue?queue=restricted")
    assert visit.page.locator("table.rows tbody tr").count() == 2
    visit.check()
    visit.press("j", "Enter")
    visit.page.wait_for_url(f"**/letters/{letter}?*")
    assert visit.page.locator(".letter-text").first.inner_text() == BRIBE
    assert text("restricted") in visit.page.locator(".key-facts").inner_text()
    visit.check()
    visit.press("a")
    visit.told(text("deed.accept"))
    assert api.read(f"/letters/{letter}")["review"] == "accepted"


def let_go(visit: Visit, letter: str) -> None:
    """Release the letter that came up next: it accuses nobody."""
    visit.page.wait_for_url(f"**/letters/{letter}?*")
    visit.press("g")
    visit.check()
    visit.page.keyboard.type("反映电梯，并未检举")
    visit.press("Enter")
    visit.told(text("deed.release"))
    visit.page.locator(".empty").wait_for()
    visit.check()


def hand_over(clerk: Visit, discipline: Visit, letter: str) -> None:
    """Hand a letter that turns out to accuse to discipline, and see it no more."""
    clerk.go(f"/letters/{letter}")
    clerk.press("g")
    clerk.check()
    clerk.page.keyboard.type("实为检举镇长")
    clerk.press("Enter")
    clerk.told(text("deed.restrict"))
    assert letter not in clerk.page.content()
    discipline.come("/queue?queue=restricted")
    assert letter in discipline.page.content()
