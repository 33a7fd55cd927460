"""Hot issues over HTTP and on the page, from stored letters."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from model.gathering import Link
from service.caller import OFFICE, Role
from service.issue_board import IssueBoards, read_issues
from service.office import Office
from service.queries.additions import Additions
from service.queries.letters import Sight, moment
from service.queries.matters import insert_links, insert_matter
from service.queries.vectors import move_to_compartment
from service.sessions import make_login_link
from service.texts import text
from tests.service.desk import Desk, LetIn, assert_problem

WAGES = {"code": "labour", "name": "劳动社保", "level2": {"code": "labour.wages", "name": "工资福利"}}
NOW = datetime.now(UTC)


def store(
    office: Office,
    people: Iterable[str],
    *,
    matters: int = 4,
    ago: int = 2,
    prefix: str = "l",
    region: str = "东湖区",
    restricted: bool = False,
    category: dict[str, Any] | None = None,
) -> list[str]:
    """Store one letter of each person on alike matters; each is linked to the one before it."""
    held: dict[str, Any] = category or WAGES
    analysis = {"category": held}
    ids: list[str] = []
    with office.database.write() as connection:
        additions = Additions(connection)
        for matter in range(matters):
            insert_matter(connection, f"{prefix}-m{matter}", NOW, restricted)
        for number, person in enumerate(people):
            values: dict[str, Any] = {
                "id": f"{prefix}{number}",
                "owner": "clerk",
                "content_hash": "",
                "title": f"第{number}封讨薪信",
                "body": "拖欠工资",
                "received_at": moment(NOW - timedelta(days=ago)),
                "stored_at": moment(NOW),
                "channel": None,
                "addressee": "",
                "region": region,
                "named": False,
                "restricted": restricted,
                "analysis": analysis,
                "category": held["code"],
                "class_code": held["level2"] and held["level2"]["code"],
                "needs_review": True,
                "review": "pending",
                "matter_id": f"{prefix}-m{number % matters}",
                "verdict": "first",
            }
            additions.letter(values, [person] if person else [], [])
            ids.append(values["id"])
        additions.write()
        insert_links(connection, [Link(min(a, b), max(a, b), 0.3, "related") for a, b in itertools.pairwise(ids)])
    return ids


def everybody(count: int) -> list[str]:
    return [f"hash-of-person-{number}" for number in range(count)]


def test_a_hot_issue_shows_class_region_counts_surprise_and_letters(office: Office, clerk: Desk) -> None:
    ids = store(office, everybody(30))
    found = clerk.read("/hot-issues")
    assert found.keys() == {"since", "until", "items"}
    (issue,) = found["items"]
    assert issue.keys() == {
        "region", "category", "matters", "letters", "petitioners", "usual", "surprise", "newest",
    }  # fmt: skip
    assert (issue["region"], issue["category"]) == ("东湖区", {"code": "labour.wages", "name": "工资福利"})
    assert (issue["matters"], issue["letters"], issue["petitioners"]) == (4, 30, 30)
    assert issue["surprise"] > 3
    assert {letter["id"] for letter in issue["newest"]} == set(ids)
    assert issue["newest"][0].keys() == {"id", "matter", "title", "received_at"}


def test_at_most_fifty_letters_of_an_issue_are_named(office: Office, clerk: Desk) -> None:
    store(office, everybody(60))
    (issue,) = clerk.read("/hot-issues")["items"]
    assert (issue["letters"], len(issue["newest"])) == (60, 50)


def test_one_person_who_writes_many_letters_makes_no_hot_issue(office: Office, clerk: Desk) -> None:
    store(office, ["hash-of-one"] * 60)
    assert clerk.read("/hot-issues")["items"] == []


def test_one_matter_is_no_hot_issue(office: Office, clerk: Desk) -> None:
    store(office, everybody(60), matters=1)
    assert clerk.read("/hot-issues")["items"] == []


def test_what_is_older_than_two_weeks_does_not_rise(office: Office, clerk: Desk) -> None:
    store(office, everybody(30), ago=15)
    assert clerk.read("/hot-issues")["items"] == []


def test_what_many_write_about_all_the_time_is_usual(office: Office, clerk: Desk) -> None:
    for period in range(6):
        store(office, everybody(40), ago=20 + 28 * period, prefix=f"past{period}-")
    store(office, everybody(20))
    assert clerk.read("/hot-issues")["items"] == []


def test_other_regions_and_classes_do_not_add_up(office: Office, clerk: Desk) -> None:
    store(office, everybody(9), matters=3, prefix="a", region="东湖区")
    store(office, everybody(9), matters=3, prefix="b", region="西湖区")
    store(office, everybody(9), matters=3, prefix="c", category={**WAGES, "level2": None})
    assert clerk.read("/hot-issues")["items"] == []


def test_a_letter_without_a_class_below_counts_for_its_category(office: Office, clerk: Desk) -> None:
    store(office, everybody(30), region="", category={**WAGES, "level2": None})
    (issue,) = clerk.read("/hot-issues")["items"]
    assert (issue["region"], issue["category"]) == (None, {"code": "labour", "name": "劳动社保"})


@pytest.mark.parametrize("role", sorted(OFFICE - {"discipline"}))
def test_accusations_count_for_nobody_without_the_right(office: Office, let_in: LetIn, role: Role) -> None:
    store(office, everybody(30), restricted=True)
    answer = let_in(role, "somebody").get("/hot-issues")
    assert answer.json
    assert answer.json["items"] == []
    assert "l0" not in answer.text
    (issue,) = let_in("discipline").read("/hot-issues")["items"]
    assert issue["petitioners"] == 30


def test_accusations_make_nothing_hot_or_usual_for_others(office: Office, let_in: LetIn) -> None:
    store(office, everybody(6), prefix="plain")
    before = let_in("clerk").read("/hot-issues")["items"]
    store(office, everybody(60), prefix="secret", restricted=True)
    store(office, everybody(60), prefix="older", restricted=True, ago=30)
    assert let_in("clerk").read("/hot-issues")["items"] == before == []


@pytest.mark.parametrize("role", ["analyst", "integrator"])
def test_only_the_office_sees_hot_issues(let_in: LetIn, role: Role) -> None:
    assert_problem(let_in(role).get("/hot-issues"), 404)


def test_the_answer_holds_nothing_of_a_person(office: Office, clerk: Desk) -> None:
    store(office, everybody(30))
    assert "hash-of-person" not in clerk.get("/hot-issues").text


def test_an_office_without_letters_has_no_hot_issues(office: Office) -> None:
    with office.database.read() as connection:
        board = read_issues(connection, Sight(restricted=True), NOW)
    assert board.items == []
    assert board.until - board.since == timedelta(days=14)


def test_the_page_shows_what_the_api_answers(app: Flask, office: Office) -> None:
    browser = app.test_client()
    browser.get(f"/login/{make_login_link(office.database, 'demo', 'clerk')}")
    assert text("hot_issues.empty") in browser.get("/hot-issues").text
    store(office, everybody(30))
    page = browser.get("/hot-issues")
    assert page.status_code == 200
    for shown in ("东湖区", "工资福利", text("hot_issues.matters_value", count=4), "第0封讨薪信", "/letters/l0"):
        assert shown in page.text
    assert text("hot_issues.empty") not in page.text
    assert "hash-of-person" not in page.text
    assert 'href="/hot-issues" aria-current="page"' in page.text


def test_the_page_is_closed_to_strangers(app: Flask) -> None:
    assert app.test_client().get("/hot-issues").status_code == 302


def test_what_rises_is_kept_for_some_minutes_but_never_what_is_out_of_sight_by_now(office: Office) -> None:
    ids = store(office, everybody(30))
    sight, boards = Sight(restricted=False), IssueBoards()

    def letters(later: timedelta = timedelta(0)) -> list[int]:
        with office.database.read() as connection:
            return [issue.letters for issue in boards.read(connection, sight, NOW + later).items]

    assert letters() == [30]
    store(office, everybody(30), prefix="n", region="西山县")
    assert letters(timedelta(minutes=9)) == [30]
    with office.database.write() as connection:
        move_to_compartment(connection, ids[0], restricted=True)
    assert sum(letters(timedelta(minutes=9))) == 59
    assert len(letters(timedelta(minutes=30))) == 2
