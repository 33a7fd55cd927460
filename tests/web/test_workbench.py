"""A clerk's day at the workbench, without a mouse: no letter takes more than three keys."""

from collections.abc import Sequence

import pytest

from service.caller import Caller
from service.office import Office
from service.schemas.views import LetterOut
from service.texts import text
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, RIVER, ROAD, WAGES, WAGES_AGAIN, ZHAO, take
from tests.web.conftest import Enter
from tests.web.house import House, Visit
from tests.web.looks import assert_accessible, assert_fits, picture

MOST_KEYS = 3
LI = Caller("li", "clerk")


def letters(office: Office, ids: Sequence[str]) -> list[LetterOut]:
    """Return letters as they are now."""
    with office.database.read() as connection:
        reader = office.reader(connection, Caller("zheng", "supervisor"))
        return [reader.letter(one) for one in ids]


def standing(office: Office, letter_id: str) -> tuple[str | None, str | None, str | None]:
    """Return review, category and unit of a letter."""
    (view,) = letters(office, [letter_id])
    assert view.category
    assert view.matter
    with office.database.read() as connection:
        unit = office.reader(connection, Caller("zheng", "supervisor")).matter(view.matter.id).unit
    return view.review, view.category.code, unit


def open_first(visit: Visit, path: str = "/queue") -> None:
    """Open the first letter of a queue, and wait until the one after it has been fetched."""
    visit.go(path)
    visit.press("j", "Enter")
    visit.page.wait_for_url("**/letters/*")
    visit.page.wait_for_load_state("networkidle")
    visit.presses = 0


def told(visit: Visit, message: str) -> None:
    """Wait until the page says something."""
    visit.page.locator(".flash", has_text=message).wait_for()
    visit.page.wait_for_load_state("networkidle")


def test_a_queue_is_cleared_by_keys_with_at_most_three_for_a_letter(house: House, enter: Enter) -> None:
    rows = [take(house.office, LIFT, addressee="东湖区政府").row]
    rows += [take(house.office, body).row for body in (ROAD, WAGES, RIVER)]
    visit = enter("clerk", "li")
    open_first(visit)
    visit.press("a")
    told(visit, text("deed.accept"))
    visit.press("c", "1")
    told(visit, text("deed.correct"))
    visit.press("r")
    visit.page.keyboard.type("城管局")
    visit.press("Enter")
    told(visit, text("deed.route", unit="城管局"))
    visit.press("r", "1")
    visit.page.locator(".empty").wait_for()
    assert visit.presses <= MOST_KEYS * len(rows)
    now = [standing(house.office, row.id) for row in rows]
    assert [review for review, _, _ in now] == ["accepted", "accepted", now[2][0], "accepted"]
    assert now[2][0] in ("accepted", "corrected")
    assert {unit for _, _, unit in now} >= {"城管局", "东湖区政府"}


def test_the_next_letter_is_there_before_it_is_asked_for(house: House, enter: Enter) -> None:
    for body in (LIFT, ROAD, WAGES):
        take(house.office, body)
    visit = enter("clerk")
    open_first(visit)
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.method))
    visit.press("a")
    told(visit, text("deed.accept"))
    assert asked[0] == "POST"
    assert asked.count("POST") == 1
    assert visit.page.locator(".letter-text").first.inner_text() == ROAD


def test_what_was_done_last_is_undone_by_one_key(house: House, enter: Enter) -> None:
    row, _ = (take(house.office, body).row for body in (LIFT, ROAD))
    visit = enter("clerk", "li")
    visit.go(f"/letters/{row.id}?queue=new")
    visit.page.wait_for_load_state("networkidle")
    before = standing(house.office, row.id)
    for keys, done in ((("a",), "deed.accept"), (("c", "2"), "deed.correct")):
        visit.press(*keys)
        told(visit, text(done))
        assert standing(house.office, row.id) != before
        visit.press("z")
        told(visit, text("deed.undone"))
        visit.page.wait_for_url(f"**/letters/{row.id}?queue=new")
        assert standing(house.office, row.id) == before


def test_a_link_is_confirmed_and_rejected_by_one_key(house: House, enter: Enter) -> None:
    first, again = (take(house.office, body, petitioner=ZHAO).row for body in (LIFT, LIFT_AGAIN))
    assert first.matter_id == again.matter_id
    visit = enter("clerk", "li")
    visit.go(f"/letters/{again.id}")
    visit.press("l")
    told(visit, text("deed.confirm"))
    assert text("link_decision.confirmed") in visit.page.content()
    visit.press("u")
    told(visit, text("deed.reject"))
    one, other = letters(house.office, [first.id, again.id])
    assert one.matter
    assert other.matter
    assert one.matter.id != other.matter.id
    visit.press("z")
    told(visit, text("deed.undone"))
    one, other = letters(house.office, [first.id, again.id])
    assert one.matter
    assert other.matter
    assert one.matter.id == other.matter.id


def test_who_was_second_is_told_so_and_changes_nothing(house: House, enter: Enter) -> None:
    row = take(house.office, LIFT).row
    slow, quick = enter("clerk", "slow"), enter("clerk", "quick")
    for visit in (slow, quick):
        visit.go(f"/letters/{row.id}")
    quick.press("c", "1")
    told(quick, text("deed.correct"))
    after = standing(house.office, row.id)
    slow.press("a")
    told(slow, text("deed.too_late"))
    assert standing(house.office, row.id) == after


def test_an_original_is_shown_for_a_reason_only(house: House, enter: Enter) -> None:
    row = take(house.office, LIFT, petitioner=ZHAO).row
    visit = enter("clerk", "li")
    visit.go(f"/letters/{row.id}")
    assert ZHAO["name"] not in visit.page.content()
    visit.press("m")
    visit.page.keyboard.type("需要当面核对情况")
    visit.press("Enter")
    visit.page.locator(".original").wait_for()
    assert ZHAO["name"] in visit.page.locator(".original").inner_text()
    assert_accessible(visit.page)
    picture(visit.page, "original")
    visit.go(f"/letters/{row.id}")
    assert ZHAO["name"] not in visit.page.content()


def test_several_letters_are_chosen_and_accepted_together(house: House, enter: Enter) -> None:
    rows = [take(house.office, body).row for body in (LIFT, ROAD, WAGES)]
    visit = enter("clerk", "li")
    visit.go("/queue")
    visit.press("j", "x", "j", "x", "a")
    told(visit, text("deed.several", count=2))
    assert [standing(house.office, row.id)[0] for row in rows] == ["pending", "accepted", "accepted"]
    visit.press("z")
    told(visit, text("deed.undone_several", count=2))
    assert [standing(house.office, row.id)[0] for row in rows] == ["pending"] * 3


def test_a_pasted_letter_is_stored_and_shown(enter: Enter) -> None:
    visit = enter("clerk", "li")
    visit.go("/queue")
    visit.press("p")
    visit.page.get_by_label(text("paste.body")).fill(LIFT)
    visit.page.get_by_label(text("paste.region"), exact=True).fill("江州市东湖区")
    assert_accessible(visit.page)
    assert_fits(visit.page)
    picture(visit.page, "paste")
    visit.page.get_by_role("button", name=text("paste.submit")).click()
    told(visit, text("paste.stored"))
    assert visit.page.locator(".letter-text").inner_text() == LIFT


@pytest.mark.parametrize("queue", ["new", "review", "overdue", "soon"])
def test_every_queue_is_accessible_and_fits(house: House, enter: Enter, queue: str) -> None:
    dates = ["2026-03-05"] * 3 if queue == "overdue" else [None] * 3
    for body, day in zip((LIFT, ROAD, WAGES), dates, strict=True):
        take(house.office, body, title=f"关于{body[:12]}的反映", received_at=day, region="江州市东湖区")
    visit = enter("clerk", "li")
    visit.go(f"/queue?queue={queue}")
    assert_accessible(visit.page)
    assert_fits(visit.page)
    picture(visit.page, f"queue-{queue}")


def test_a_letter_with_earlier_ones_beside_it_is_accessible_and_fits(house: House, enter: Enter) -> None:
    for body in (LIFT, f"{LIFT}业主们准备集体到市政府反映。", WAGES, WAGES_AGAIN, ROAD):
        take(house.office, body, petitioner=ZHAO, addressee="东湖区住建局", region="江州市东湖区")
    again = take(house.office, f"{LIFT}上月已经反映过，物业公司仍然不修。", petitioner=ZHAO, channel="web").row
    visit = enter("clerk", "li")
    visit.go(f"/letters/{again.id}?queue=new")
    assert visit.page.locator("mark.new").count() > 0
    for key in ("c", "r"):
        visit.press(key)
        assert_accessible(visit.page)
        picture(visit.page, f"letter-{key}")
        visit.press("Escape")
    assert_fits(visit.page)
    picture(visit.page, "letter")


def test_accusations_wait_with_those_who_handle_them(house: House, enter: Enter) -> None:
    take(house.office, BRIBE)
    visit = enter("discipline")
    visit.go("/queue?queue=restricted")
    visit.press("j", "Enter")
    visit.page.wait_for_url("**/letters/*")
    assert visit.page.locator(".letter-text").inner_text() == BRIBE
    clerk = enter("clerk")
    clerk.go("/queue?queue=restricted")
    assert text("queue.restricted") not in clerk.page.locator(".tabs").inner_text()
    assert BRIBE not in clerk.page.content()
