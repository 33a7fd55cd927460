"""What all pages share: the way around by keyboard, the help, and looks that everybody can use."""

from service.texts import text
from tests.service.desk import GATHERING, LIFT, LIFT_AGAIN, ROAD, WAGES, ZHAO, take
from tests.web.conftest import Enter
from tests.web.house import House
from tests.web.looks import assert_accessible, assert_fits, picture


def test_the_first_tab_leads_past_the_navigation(house: House, enter: Enter) -> None:
    take(house.office, LIFT)
    visit = enter("clerk")
    visit.press("Tab", "Enter", "Tab")
    assert visit.page.evaluate("document.activeElement.closest('main') !== null")


def test_rows_are_walked_through_and_opened_by_keys(house: House, enter: Enter) -> None:
    rows = [take(house.office, body).row for body in (LIFT, ROAD)]
    visit = enter("clerk")
    visit.go("/letters")
    visit.press("j", "j", "k", "Enter")
    visit.page.wait_for_url(f"**/letters/{rows[1].id}")


def test_the_help_names_the_keys_of_the_page_and_turns_them_off(house: House, enter: Enter) -> None:
    take(house.office, LIFT)
    visit = enter("clerk")
    visit.go("/letters")
    visit.press("?")
    help_ = visit.page.get_by_role("dialog", name=text("keys.heading"))
    assert text("keys.next_row") in help_.inner_text()
    assert_accessible(visit.page)
    visit.page.get_by_label(text("keys.on")).uncheck()
    visit.press("?", "j")
    assert help_.is_hidden()
    assert visit.page.evaluate("document.activeElement.closest('table')") is None


def test_lists_and_single_things_are_accessible_and_fit(house: House, enter: Enter) -> None:
    first = take(house.office, LIFT, title="电梯停运", petitioner=ZHAO, region="江州市").row
    for body in (LIFT_AGAIN, ROAD, WAGES):
        take(house.office, body, petitioner=ZHAO)
    visit = enter("supervisor")
    for name, path in (
        ("letters", "/letters"),
        ("matters", "/matters"),
        ("matter", f"/matters/{first.matter_id}"),
        ("hot-issues", "/hot-issues"),
    ):
        visit.go(path)
        assert_accessible(visit.page)
        assert_fits(visit.page)
        picture(visit.page, name)


def test_the_login_is_accessible_and_fits(enter: Enter) -> None:
    visit = enter("clerk")
    visit.page.get_by_role("button", name=text("page.logout")).click()
    assert_accessible(visit.page)
    assert_fits(visit.page)
    picture(visit.page, "login")


def test_words_without_a_break_and_signs_of_all_kinds_fit(house: House, enter: Enter) -> None:
    address = f"https://example.invalid/{'x' * 400}"
    body = f"😀物业公司🏢拖欠我们三个月工资💰，见{address}，𠮷请帮忙👨‍👩‍👧‍👦！"
    rows = [take(house.office, f"{body}{more}", title="W" * 300, petitioner=ZHAO).row for more in ("", GATHERING)]
    visit = enter("supervisor")
    row = rows[-1]
    for path in (f"/letters/{row.id}", f"/matters/{row.matter_id}", "/letters", "/queue", "/matters", "/dashboard"):
        visit.go(path)
        assert_fits(visit.page)
    visit.go(f"/letters/{row.id}")
    assert visit.page.locator(".letter-text").first.inner_text() == f"{body}{GATHERING}"
