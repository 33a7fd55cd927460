"""The workbench without a browser: queues, deeds, and what is kept from whom."""

import pytest
from flask import Flask
from sqlalchemy import delete, select

from service.caller import Caller, Role
from service.office import Office
from service.queries.units import units_in_use, units_of_category
from service.schemas.queues import QueueQuery
from service.tables import audit, deadlines
from service.texts import text
from service.waiting import Waiting
from service.web.differences import difference
from tests.service.desk import BRIBE, BRIBE_AGAIN, LIFT, LIFT_AGAIN, ROAD, WAGES, ZHAO, Desk, ids, take
from tests.service.rights import Visitor, Way, visit, ways

LONG_AGO = "2026-03-05"


@pytest.fixture
def clerk_at_work(app: Flask, office: Office) -> Visitor:
    return visit(app, office, Caller("li", "clerk"))


def way(app: Flask, name: str) -> Way:
    return next(one for one in ways(app) if one.name == name)


def do(app: Flask, visitor: Visitor, route: str, letter_id: str = "", query: str = "", **form: object) -> str:
    """Send a form; returns where it leads."""
    one = way(app, route)
    answer = visitor.try_way(one, one.path(letter_id=letter_id) + query, json=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def queue(visitor: Visitor, name: str, **narrow: str) -> str:
    return visitor.browser.get("/queue", query_string={"queue": name, **narrow}).text


def test_a_queue_holds_what_nobody_has_judged(app: Flask, office: Office, clerk_at_work: Visitor) -> None:
    lift, road = take(office, LIFT).row, take(office, ROAD).row
    do(app, clerk_at_work, "POST /letters/<letter_id>/accept", lift.id)
    page = queue(clerk_at_work, "new")
    assert lift.id not in page
    assert road.id in page


def test_filters_of_a_queue_stand_in_the_address(office: Office, clerk_at_work: Visitor) -> None:
    near, far = take(office, LIFT, channel="web", region="东湖区").row, take(office, ROAD, region="西山县").row
    page = queue(clerk_at_work, "new", channel="web", region="东湖区")
    assert near.id in page
    assert far.id not in page
    assert f"/letters/{near.id}?queue=new&amp;region=" in page


def test_a_queue_begins_with_what_is_due_first_unless_another_order_is_asked_for(
    office: Office, clerk_at_work: Visitor
) -> None:
    times = {LIFT: "2026-03-04", ROAD: "2026-03-02", WAGES: "2026-03-03"}
    lift, road, wages = (take(office, body, received_at=at).row for body, at in times.items())
    # Where nothing is due a letter waits behind the others, and is not lost.
    with office.database.write() as connection:
        connection.execute(delete(deadlines).where(deadlines.c.matter_id == road.matter_id))
    orders = {"": (wages, lift, road), "oldest": (road, wages, lift), "newest": (lift, wages, road)}
    for order, expected in orders.items():
        page = queue(clerk_at_work, "new", **({"order": order} if order else {}))
        places = [page.index(row.id) for row in expected]
        assert places == sorted(places), order
        following = clerk_at_work.browser.get(f"/letters/{expected[0].id}?queue=new&order={order}").text
        assert f'rel="next" href="/letters/{expected[1].id}?queue=new' in following


def test_every_letter_is_on_one_page_of_a_queue_by_deadline(office: Office) -> None:
    rows = [take(office, f"{body}{number}", received_at=LONG_AGO).row for number in range(3) for body in (LIFT, ROAD)]
    with office.database.write() as connection:
        connection.execute(delete(deadlines).where(deadlines.c.matter_id.in_([row.matter_id for row in rows[:3]])))
    with office.database.read() as connection:
        waiting = Waiting(office.reader(connection, Caller("li", "clerk")), 3)
        seen, query = [], QueueQuery(queue="new")
        while True:
            page = waiting.page(query, 2)
            seen += [entry.letter.id for entry in page.entries]
            if page.next is None:
                break
            query = query.model_copy(update={"cursor": page.next})
    assert sorted(seen) == sorted(row.id for row in rows)


def test_deadlines_lead_to_the_newest_letter_of_their_matter(office: Office, clerk_at_work: Visitor) -> None:
    old = take(office, LIFT, received_at=LONG_AGO, petitioner=ZHAO).row
    again = take(office, LIFT_AGAIN, received_at="2026-03-06", petitioner=ZHAO).row
    fresh = take(office, ROAD).row
    page = queue(clerk_at_work, "overdue")
    assert again.id in page
    assert old.id not in page
    assert fresh.id not in page


@pytest.mark.parametrize(("role", "shown"), [("clerk", False), ("admin", False), ("discipline", True)])
def test_accusations_wait_with_discipline_only(app: Flask, office: Office, role: Role, shown: bool) -> None:
    secret = take(office, BRIBE).row
    page = queue(visit(app, office, Caller(role, role)), "restricted")
    assert (secret.id in page) is shown
    assert (text("queue.restricted") in page) is shown


def test_discipline_lets_a_letter_go_for_a_reason(app: Flask, office: Office, clerk: Desk) -> None:
    secret, other = take(office, BRIBE).row, take(office, BRIBE_AGAIN).row
    discipline, release = visit(app, office, Caller("周正", "discipline")), "POST /letters/<letter_id>/release"
    here = do(app, discipline, release, other.id, "?queue=restricted", reason=" ")
    assert text("letter.why_short") in discipline.browser.get(here).text
    assert clerk.read("/letters")["items"] == []
    on = do(app, discipline, release, other.id, "?queue=restricted", reason="没有检举任何人")
    assert on == f"/letters/{secret.id}?queue=restricted"
    assert text("deed.release") in discipline.browser.get(on).text
    assert ids(clerk.read("/letters")["items"]) == [other.id]


def test_a_clerk_hands_an_accusation_to_discipline_and_sees_it_no_more(
    app: Flask, office: Office, clerk_at_work: Visitor
) -> None:
    row, restrict = take(office, LIFT).row, "POST /letters/<letter_id>/restrict"
    other = take(office, ROAD).row
    do(app, clerk_at_work, "POST /letters/<letter_id>/accept", other.id)
    assert f"/letters/{row.id}/restrict" in clerk_at_work.browser.get(f"/letters/{row.id}").text
    here = do(app, clerk_at_work, restrict, row.id, reason="实为检举物业经理")
    assert here == "/letters"
    assert text("deed.restrict") in clerk_at_work.browser.get(here).text
    assert clerk_at_work.browser.get(f"/letters/{row.id}").status_code == 404
    assert row.id in queue(visit(app, office, Caller("周正", "discipline")), "restricted")
    here = do(app, clerk_at_work, "POST /undo")
    assert text("deed.nothing") in clerk_at_work.browser.get(here, follow_redirects=True).text


def test_a_deed_leads_to_the_next_letter_and_at_last_to_the_queue(
    app: Flask, office: Office, clerk_at_work: Visitor
) -> None:
    old, new = take(office, LIFT).row, take(office, ROAD).row
    accept = "POST /letters/<letter_id>/accept"
    assert do(app, clerk_at_work, accept, new.id, "?queue=new") == f"/letters/{old.id}?queue=new"
    assert do(app, clerk_at_work, accept, old.id, "?queue=new") == "/queue?queue=new"


def test_a_deed_with_an_older_tag_changes_nothing_and_says_so(
    app: Flask, office: Office, clerk: Desk, clerk_at_work: Visitor
) -> None:
    row = take(office, LIFT).row
    old = clerk.get(f"/letters/{row.id}").headers["ETag"]
    clerk.correct(row.id, category="transport")
    for name, form in (("accept", {}), ("correct", {"code": "labour"}), ("route", {"unit": "城管局"})):
        here = do(app, clerk_at_work, f"POST /letters/<letter_id>/{name}", row.id, tag=old, **form)
        assert text("deed.too_late") in clerk_at_work.browser.get(here).text
    now = clerk.read(f"/letters/{row.id}")
    assert (now["category"]["code"], now["review"]) == ("transport", "corrected")


@pytest.mark.parametrize(
    ("deed", "form", "said"),
    [
        ("correct", {"class": "没有这个类别"}, "deed.no_category"),
        ("correct", {"code": ""}, "deed.no_category"),
        ("route", {"unit": "  "}, "deed.no_unit"),
        ("route", {"unit": "长" * 501}, "deed.no_unit"),
        ("unmask", {"reason": "a"}, "letter.unmask_short"),
    ],
)
def test_a_form_that_makes_no_sense_leads_back_and_says_so(
    app: Flask, office: Office, clerk: Desk, clerk_at_work: Visitor, deed: str, form: dict[str, str], said: str
) -> None:
    row = take(office, LIFT).row
    here = do(app, clerk_at_work, f"POST /letters/<letter_id>/{deed}", row.id, "?queue=new", **form)
    assert here == f"/letters/{row.id}?queue=new"
    assert text(said) in clerk_at_work.browser.get(here).text
    assert clerk.read(f"/letters/{row.id}")["review"] == "pending"
    do(app, clerk_at_work, "POST /queue/route", letter=[row.id], unit="")
    assert text("deed.no_unit") in queue(clerk_at_work, "new")


def test_routing_accepts_along_and_undoing_takes_both_back(
    app: Flask, office: Office, clerk: Desk, clerk_at_work: Visitor
) -> None:
    row = take(office, WAGES).row
    do(app, clerk_at_work, "POST /letters/<letter_id>/route", row.id, unit="人社局")
    assert clerk.read(f"/letters/{row.id}")["review"] == "accepted"
    assert clerk.read(f"/matters/{row.matter_id}")["unit"] == "人社局"
    do(app, clerk_at_work, "POST /undo")
    assert clerk.read(f"/letters/{row.id}")["review"] == "pending"
    assert clerk.read(f"/matters/{row.matter_id}")["unit"] is None


def test_nothing_is_undone_that_another_has_changed_since(
    app: Flask, office: Office, clerk: Desk, clerk_at_work: Visitor
) -> None:
    row = take(office, WAGES).row
    do(app, clerk_at_work, "POST /letters/<letter_id>/accept", row.id)
    clerk.correct(row.id, category="transport")
    here = do(app, clerk_at_work, "POST /undo")
    assert text("deed.not_undone", count=1) in clerk_at_work.browser.get(here).text
    assert clerk.read(f"/letters/{row.id}")["category"]["code"] == "transport"


def test_several_letters_are_accepted_but_none_out_of_sight(app: Flask, office: Office, clerk_at_work: Visitor) -> None:
    lift, road, secret = take(office, LIFT).row, take(office, ROAD).row, take(office, BRIBE).row
    do(app, clerk_at_work, "POST /letters/<letter_id>/accept", road.id)
    here = do(app, clerk_at_work, "POST /queue/accept", letter=[lift.id, road.id, secret.id, "nothing"])
    page = clerk_at_work.browser.get(here).text
    assert text("deed.several", count=1) in page
    assert text("deed.left_out", count=3) in page


def test_a_browser_that_has_the_next_page_gets_words_only(app: Flask, office: Office, clerk_at_work: Visitor) -> None:
    old, new = take(office, LIFT).row, take(office, ROAD).row
    one = way(app, "POST /letters/<letter_id>/accept")
    headers = {"X-Preloaded": f"/letters/{old.id}?queue=new"}
    answer = clerk_at_work.try_way(one, f"/letters/{new.id}/accept?queue=new", json={}, headers=headers)
    assert answer.json == {"told": text("deed.accept")}


def test_a_page_that_is_fetched_beforehand_is_recorded_as_such(office: Office, clerk_at_work: Visitor) -> None:
    row = take(office, LIFT).row
    clerk_at_work.browser.get(f"/letters/{row.id}?queue=new", headers={"X-Preload": "1"})
    with office.database.read() as connection:
        (detail,) = connection.execute(select(audit.c.detail).where(audit.c.action == "view")).scalars()
    assert detail == {"similar": 0, "preloaded": True}


def test_units_are_suggested_by_category_and_never_from_accusations(
    app: Flask, office: Office, clerk_at_work: Visitor
) -> None:
    wages, lift, secret = take(office, WAGES).row, take(office, LIFT).row, take(office, BRIBE).row
    route = "POST /letters/<letter_id>/route"
    do(app, clerk_at_work, route, wages.id, unit="人社局")
    do(app, clerk_at_work, route, lift.id, unit="住建局")
    do(app, visit(app, office, Caller("周正", "discipline")), route, secret.id, unit="纪委监委")
    with office.database.read() as connection:
        assert units_in_use(connection) == ["人社局", "住建局"]
        assert units_of_category(connection, "labour", 9) == ["人社局"]
        assert units_of_category(connection, "nothing", 9) == []


def test_a_pasted_letter_comes_in_once(app: Flask, clerk: Desk, clerk_at_work: Visitor) -> None:
    form = {"body": LIFT, "name": ZHAO["name"], "channel": "letter", "key": "the-same"}
    first, second = (do(app, clerk_at_work, "POST /letters/new", **form) for _ in range(2))
    assert first == second
    (letter,) = clerk.read("/letters")["items"]
    assert (letter["channel"], letter["petitioner"]) == ("letter", "赵**")


@pytest.mark.parametrize(
    ("form", "fault"), [({}, "body"), ({"body": LIFT, "received_at": "昨天"}, "received_at"), ({"body": " "}, "body")]
)
def test_a_pasted_letter_that_cannot_be_stored_says_why(
    app: Flask, clerk_at_work: Visitor, form: dict[str, str], fault: str
) -> None:
    answer = clerk_at_work.try_way(way(app, "POST /letters/new"), "/letters/new", json=form)
    assert answer.status_code == 422
    assert text(f"paste.fault_{fault}") in answer.text


def test_an_accusation_that_a_clerk_pastes_in_is_not_shown_to_her(app: Flask, clerk_at_work: Visitor) -> None:
    assert do(app, clerk_at_work, "POST /letters/new", body=BRIBE) == "/letters/new"
    assert text("paste.restricted") in clerk_at_work.browser.get("/letters/new").text


def test_close_letters_differ_by_words_and_distant_ones_not() -> None:
    later = LIFT.replace("两个月", "三个月") + "请尽快处理。"
    found = difference(LIFT, later)
    assert found
    assert ["三" in later[start:end] or "尽快" in later[start:end] for start, end in found.new] == [True, True]
    assert [LIFT[start:end] for start, end in found.gone] in (["两个"], ["两"], ["两个月"])
    assert difference(LIFT, WAGES) is None
    assert difference("", LIFT) is None


def test_an_answer_that_was_on_its_way_takes_back_nothing_of_what_was_done_since(
    app: Flask, office: Office, clerk_at_work: Visitor
) -> None:
    done, following = take(office, LIFT).row, take(office, ROAD).row
    with clerk_at_work.browser.session_transaction() as session:
        session.permanent = True
    queue(clerk_at_work, "new")
    asked = ("/queue", "/static/icon.svg", f"/letters/{following.id}")
    early = [clerk_at_work.browser.get(path, headers={"X-Preload": "1"}) for path in asked]
    assert [answer.status_code for answer in early] == [200, 200, 200]
    # Cookies that they set would arrive after that of the deed.
    assert [answer.headers.getlist("Set-Cookie") for answer in early] == [[], [], []]
    for answer in early:
        answer.close()
    do(app, clerk_at_work, "POST /letters/<letter_id>/accept", done.id)
    page = queue(clerk_at_work, "new")
    assert text("deed.accept") in page
    assert 'id="undo"' in page
