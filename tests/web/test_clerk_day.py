"""A clerk's day: a file comes in, a queue is cleared without a mouse, and single letters get what they need."""

from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service.texts import text
from tests.service.desk import LIFT, LIFT_AGAIN, Desk
from tests.web.conftest import Enter
from tests.web.house import House, Visit
from tests.web.pile import LETTERS, NAME, ODD, REFUSED, WEST, pile

MOST_KEYS = 3
QUEUE = f"/queue?queue=new&region={WEST}"


def test_the_day_of_a_clerk(house: House, enter: Enter, tmp_path: Path) -> None:
    li, others = enter("clerk", "li"), house.desk("supervisor", "zheng")
    li.check()
    import_file(house, li, pile(tmp_path))
    waiting = pending(others, WEST)
    assert len(waiting) > 12
    keys = clear_queue(li)
    assert len(keys) == len(waiting)
    assert max(keys) <= MOST_KEYS
    assert pending(others, WEST) == []
    letter = letter_of(others, LIFT_AGAIN)
    correct_and_undo(li, others, letter)
    link_and_unlink(li, others, letter)
    route(li, others, letter)
    look_at_the_original(li, letter)
    look_at_the_matter(li, others, letter)


def import_file(house: House, visit: Visit, file: Path) -> None:
    """Send a file, say what its odd column means, and follow it to the end."""
    page = visit.page
    visit.come("/imports")
    page.locator("input[type=file]").set_input_files(file)
    visit.press("s")
    page.get_by_role("heading", name=text("import.preview")).wait_for()
    assert NAME not in page.content()
    meaning = page.get_by_label(text("import.means", heading=ODD))
    assert meaning.input_value() == ""
    meaning.select_option("body")
    visit.look("import-preview")
    visit.press("s")
    page.get_by_text(text("import_state.queued")).wait_for()
    assert page.get_by_role("progressbar").is_visible()
    visit.check()
    with house.worker():
        page.get_by_text(text("import_state.done")).wait_for()
    whole = f"{LETTERS + REFUSED}"
    assert page.get_by_text(text("import.rows", done=whole, total=whole)).is_visible()
    assert page.locator(".counts dd").all_inner_texts() == [str(LETTERS), "0", str(REFUSED)]
    visit.look("import-done")
    with page.expect_download() as download:
        visit.press("e")
    assert text("import_field.received_at") in download.value.path().read_text("utf-8")
    visit.go("/imports")
    visit.look("imports")


def clear_queue(visit: Visit) -> list[int]:
    """Clear a queue by the keyboard alone; return how many keys each letter took."""
    visit.come(QUEUE)
    visit.press("j", "Enter")
    visit.page.wait_for_url("**/letters/*")
    visit.check()
    keys = []
    for way in cycle([("a",), ("c", "2"), ("r", "1")]):
        here, visit.presses = visit.page.url, 0
        visit.press(*way)
        visit.page.wait_for_function("here => location.href !== here", arg=here)
        visit.page.locator("html.scripted .flash").wait_for()
        keys.append(visit.presses)
        if urlsplit(visit.page.url).path == "/queue":
            break
    visit.page.locator(".empty").wait_for()
    visit.check()
    return keys


def correct_and_undo(visit: Visit, others: Desk, letter: dict[str, Any]) -> None:
    """Give a letter another category, and take that back."""
    visit.come(f"/letters/{letter['id']}")
    visit.press("c")
    visit.check()
    visit.press("3")
    visit.told(text("deed.correct"))
    now = others.read(f"/letters/{letter['id']}")
    assert now["review"] == "corrected"
    assert now["automatic"]["category"]["code"] == letter["category"]["code"] != now["category"]["code"]
    visit.press("z")
    visit.told(text("deed.undone"))
    assert others.read(f"/letters/{letter['id']}")["category"] == letter["category"]


def link_and_unlink(visit: Visit, others: Desk, letter: dict[str, Any]) -> None:
    """Confirm that an earlier letter is of the same matter, reject it, and take the rejection back."""
    page, path = visit.page, f"/letters/{letter['id']}"
    earlier = letter_of(others, LIFT)
    assert page.locator(f".similar a[href$='/letters/{earlier['id']}']").is_visible()
    visit.press("l")
    visit.told(text("deed.confirm"))
    assert others.read(path)["matter"]["decision"] == "confirmed"
    visit.press("u")
    visit.told(text("deed.reject"))
    assert others.read(path)["matter"]["id"] != letter["matter"]["id"]
    visit.press("z")
    visit.told(text("deed.undone"))
    assert others.read(path)["matter"]["id"] == letter["matter"]["id"]
    visit.check()


def route(visit: Visit, others: Desk, letter: dict[str, Any]) -> None:
    """Route the matter of a letter to a unit that is typed in."""
    visit.press("r")
    visit.page.keyboard.type("东湖区住建局")
    visit.press("Enter")
    visit.told(text("deed.route", unit="东湖区住建局"))
    assert others.read(f"/matters/{letter['matter']['id']}")["unit"] == "东湖区住建局"
    assert others.read(f"/letters/{letter['id']}")["review"] == "accepted"


def look_at_the_original(visit: Visit, letter: dict[str, Any]) -> None:
    """See who wrote, for a reason."""
    assert NAME not in visit.page.content()
    visit.press("m")
    visit.check()
    visit.page.keyboard.type("需要当面核对情况")
    visit.press("Enter")
    original = visit.page.locator(".original")
    original.wait_for()
    assert NAME in original.inner_text()
    visit.look("original")
    visit.go(f"/letters/{letter['id']}")
    assert NAME not in visit.page.content()


def look_at_the_matter(visit: Visit, others: Desk, letter: dict[str, Any]) -> None:
    """Find on the page of the matter its letters and what was done today."""
    matter = others.read(f"/matters/{letter['matter']['id']}")
    visit.page.get_by_role("link", name=text("letter.to_matter")).press("Enter")
    visit.page.wait_for_url(f"**/matters/{matter['id']}")
    for one in matter["letters"]:
        assert visit.page.locator(f".timeline a[href$='/letters/{one['id']}']").count() > 0
    assert "东湖区住建局" in visit.page.locator(".timeline").inner_text()
    assert NAME not in visit.page.content()
    visit.check()


def pending(desk: Desk, region: str) -> list[Any]:
    """Return the letters of a region that nobody has judged."""
    return list(desk.read("/letters", region=region, review="pending", limit=500)["items"])


def letter_of(desk: Desk, body: str) -> dict[str, Any]:
    """Return the letter with a text."""
    (found,) = (one for one in desk.read("/letters", limit=500)["items"] if one["body"] == body)
    return dict(found)
