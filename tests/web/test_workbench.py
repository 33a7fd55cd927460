"""The workbench, without a mouse: what happens between two clerks, and what the pages spare them."""

import pytest
from sqlalchemy import delete

from service.caller import Caller
from service.office import Office
from service.tables import sessions
from service.texts import text
from tests.service.desk import LIFT, ROAD, WAGES, WAGES_AGAIN, ZHAO, take
from tests.web.conftest import Enter
from tests.web.house import House, Visit
from tests.web.looks import assert_accessible, assert_fits, picture


def standing(office: Office, letter_id: str) -> tuple[str | None, str | None, str | None]:
    """Return review, category and unit of a letter."""
    with office.database.read() as connection:
        reader = office.reader(connection, Caller("zheng", "supervisor"))
        view = reader.letter(letter_id)
        assert view.category
        assert view.matter
        return view.review, view.category.code, reader.matter(view.matter.id).unit


def open_first(visit: Visit, path: str = "/queue") -> None:
    """Open the first letter of a queue, and wait until the one after it has been fetched."""
    visit.go(path)
    visit.press("j", "Enter")
    visit.page.wait_for_url("**/letters/*")
    visit.page.wait_for_load_state("networkidle")
    visit.presses = 0


def test_the_next_letter_is_there_before_it_is_asked_for(house: House, enter: Enter) -> None:
    for body in (LIFT, ROAD, WAGES):
        take(house.office, body)
    visit = enter("clerk")
    open_first(visit)
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.method))
    visit.press("a")
    visit.told(text("deed.accept"))
    assert asked[0] == "POST"
    assert asked.count("POST") == 1
    assert visit.page.locator(".letter-text").first.inner_text() == ROAD


def test_what_is_typed_in_an_open_panel_works_no_key_of_the_page(house: House, enter: Enter) -> None:
    row = take(house.office, LIFT, addressee="东湖区政府").row
    visit = enter("clerk", "li")
    visit.go(f"/letters/{row.id}")
    before = standing(house.office, row.id)
    visit.press("c")
    visit.page.keyboard.type("za")
    assert visit.page.get_by_label(text("letter.any_class")).input_value() == "za"
    visit.press("Escape", "r")
    visit.page.keyboard.type("a1")
    assert visit.page.get_by_label(text("letter.unit")).input_value() == "a1"
    assert standing(house.office, row.id) == before


def test_who_was_second_is_told_so_and_changes_nothing(house: House, enter: Enter) -> None:
    row = take(house.office, LIFT).row
    slow, quick = enter("clerk", "slow"), enter("clerk", "quick")
    for visit in (slow, quick):
        visit.go(f"/letters/{row.id}")
    quick.press("c", "1")
    quick.told(text("deed.correct"))
    after = standing(house.office, row.id)
    slow.press("a")
    slow.told(text("deed.too_late"))
    assert standing(house.office, row.id) == after


def test_several_letters_are_chosen_and_accepted_together(house: House, enter: Enter) -> None:
    rows = [take(house.office, body).row for body in (LIFT, ROAD, WAGES)]
    visit = enter("clerk", "li")
    visit.go("/queue")
    visit.press("j", "x", "j", "x", "a")
    visit.told(text("deed.several", count=2))
    assert [standing(house.office, row.id)[0] for row in rows] == ["accepted", "accepted", "pending"]
    visit.press("z")
    visit.told(text("deed.undone_several", count=2))
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
    visit.told(text("paste.stored"))
    assert visit.page.locator(".letter-text").inner_text() == LIFT


def test_who_was_away_too_long_is_told_that_nothing_was_saved(house: House, enter: Enter) -> None:
    row, _ = (take(house.office, body).row for body in (LIFT, ROAD))
    visit = enter("clerk", "li")
    open_first(visit)
    with house.office.database.write() as connection:
        connection.execute(delete(sessions))
    visit.press("a")
    visit.told(text("login.expired"))
    assert visit.page.get_by_label(text("login.name")).is_visible()
    assert visit.page.get_by_role("button", name=text("page.logout")).count() == 0
    assert standing(house.office, row.id)[0] == "pending"


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
