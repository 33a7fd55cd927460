"""A matter in a browser: decided, recorded and undone by keys, for everybody's eyes."""

from service.texts import text
from tests.service.desk import GATHERING, LIFT, LIFT_AGAIN, QIAN, ROAD, ZHAO, take
from tests.service.test_api_hot_issues import everybody, store
from tests.web.conftest import Enter
from tests.web.house import House
from tests.web.looks import assert_accessible, assert_fits, picture


def test_a_flagged_matter_is_accessible_and_fits(house: House, enter: Enter) -> None:
    row = take(house.office, LIFT, title="电梯停运", petitioner=ZHAO, received_at="2026-03-01").row
    take(house.office, f"{LIFT_AGAIN}我们六十户业主{GATHERING}", title="电梯又停", petitioner=QIAN)
    visit = enter("supervisor")
    visit.go(f"/matters/{row.matter_id}")
    assert visit.page.get_by_text(text("matter.action_answer")).is_visible()
    assert_accessible(visit.page)
    assert_fits(visit.page)
    picture(visit.page, "matter-flagged")


def test_a_step_is_recorded_and_taken_back_by_keys(house: House, enter: Enter) -> None:
    row = take(house.office, LIFT).row
    visit = enter("clerk")
    visit.go(f"/matters/{row.matter_id}")
    visit.press("a")
    visit.page.keyboard.type("属于职责")
    visit.press("Enter")
    visit.page.get_by_text(text("done.step")).wait_for()
    assert visit.presses == 2
    assert visit.page.get_by_text(text("matter.because", note="属于职责")).is_visible()
    visit.page.get_by_text(text("matter.take_back")).first.press("Enter")
    assert_accessible(visit.page)
    visit.page.get_by_role("button", name=text("matter.take_back")).press("Enter")
    visit.page.get_by_text(text("matter.void")).wait_for()


def test_a_letter_is_rejected_in_its_row_and_taken_back_by_one_key(house: House, enter: Enter) -> None:
    row, again = (take(house.office, body).row for body in (LIFT, LIFT_AGAIN))
    visit = enter("clerk")
    visit.go(f"/matters/{row.matter_id}")
    visit.press("u")
    assert visit.page.get_by_text(text("done.reject")).count() == 0, "no row has the focus"
    visit.press("j", "j", "u")
    visit.page.get_by_text(text("done.reject")).wait_for()
    assert visit.page.locator(f'main a[href$="/letters/{again.id}"]').count() > 0, "its events still name it"
    visit.press("z")
    visit.page.get_by_text(text("done.undo")).wait_for()


def test_enter_in_the_note_decides_nothing(house: House, enter: Enter) -> None:
    row = take(house.office, LIFT).row
    take(house.office, LIFT_AGAIN)
    visit = enter("clerk")
    visit.go(f"/matters/{row.matter_id}")
    visit.press("i")
    visit.page.keyboard.type("想一想")
    visit.press("Enter")
    assert visit.page.locator(".flash").count() == 0


def test_ticked_letters_leave_and_a_matter_that_lost_its_letters_says_so(house: House, enter: Enter) -> None:
    row, road = (take(house.office, body).row for body in (LIFT, ROAD))
    visit = enter("clerk")
    visit.go(f"/matters/{row.matter_id}")
    visit.page.get_by_text(text("matter.merge_by_id")).click()
    visit.page.get_by_label(text("matter.other_id")).fill(road.matter_id)
    visit.page.get_by_role("button", name=text("matter.merge_other")).click()
    visit.page.get_by_text(text("done.merge")).wait_for()
    visit.go(f"/matters/{road.matter_id}")
    assert visit.page.get_by_role("heading", name=text("gone.heading")).is_visible()
    assert_accessible(visit.page)
    assert_fits(visit.page)
    picture(visit.page, "matter-gone")
    visit.go(f"/matters/{row.matter_id}")
    visit.press("j", "x", "t")
    visit.page.get_by_text(text("done.split")).wait_for()


def test_hot_issues_lead_to_their_letters(house: House, enter: Enter) -> None:
    store(house.office, everybody(30))
    visit = enter("supervisor")
    visit.go("/hot-issues")
    assert_accessible(visit.page)
    assert_fits(visit.page)
    picture(visit.page, "hot-issues-found")
    visit.press("j")
    assert visit.page.evaluate("document.activeElement.matches('a.open')")
