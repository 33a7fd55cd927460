"""Pages of letters and matters after people have decided."""

from flask import Flask

from service.office import Office
from service.sessions import make_login_link
from service.texts import text
from tests.service.desk import LIFT, LIFT_AGAIN, ROAD, Desk


def test_pages_show_what_people_decided_and_no_rejected_letter(app: Flask, office: Office, clerk: Desk) -> None:
    first, again, road = (clerk.deliver(body) for body in (LIFT, LIFT_AGAIN, ROAD))
    matter = first["matter"]["id"]
    clerk.post(f"/matters/{matter}/links", {"letter": road["id"], "decision": "confirm", "note": "<b>同一小区</b>"})
    clerk.post(f"/matters/{matter}/links", {"letter": again["id"], "decision": "reject"})
    browser = app.test_client()
    browser.get(f"/login/{make_login_link(office.database, 'demo', 'clerk')}")
    page = browser.get(f"/matters/{matter}").text
    assert text("event.confirmed") in page
    assert text("event.rejected") in page
    assert "&lt;b&gt;同一小区&lt;/b&gt;" in page
    assert road["id"] in page
    letter = browser.get(f"/letters/{first['id']}")
    assert letter.status_code == 200
    assert again["id"] not in letter.text
