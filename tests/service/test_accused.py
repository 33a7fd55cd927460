"""Whom a letter accuses never learns of it, whatever the role."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select

from service.accused import hashes_of, marks_of
from service.cli import main
from service.keys import load_keys
from service.office import Office
from service.tables import accused
from tests.service.databases import content_of
from tests.service.desk import BRIBE, BRIBE_AGAIN, LIFT, ZHAO, Desk, LetIn, assert_problem, count, ids

MANY = [
    ("环保局", "环保局", True),
    ("环保局", "云河县环保局", True),
    ("云河县环保局", "云河县环保局监察大队", True),
    ("云河县环保局局长王强", "云河县环保局", True),
    ("云河县 环保局，王强", "环保局", True),
    ("云河县环保局", "云河县水利局", False),
    ("环保局", "云河县", False),
    ("县医院", "县纪委", False),
    ("大队", "环保局监察大队", False),
    ("", "环保局", False),
    ("环保局", "", False),
]


@pytest.mark.parametrize(("given", "unit", "meant"), MANY)
def test_a_unit_is_known_by_its_name_and_what_is_part_of_it(tmp_path: Path, given: str, unit: str, meant: bool) -> None:
    keys = load_keys(tmp_path / "keys")
    assert bool(hashes_of(keys, [given]) & marks_of(keys, [unit])) is meant


@pytest.mark.parametrize(
    ("given", "name", "meant"),
    [("王强", "王强", True), ("环保局局长王强", "王强", True), ("Wang Qiang", "wang qiang", True),
     ("ＷＡＮＧ", "wang", True), ("王强", "王小强", False), ("王强", "李强", False), ("王", "王强", False)],
)  # fmt: skip
def test_a_person_is_known_by_the_whole_name(tmp_path: Path, given: str, name: str, meant: bool) -> None:
    keys = load_keys(tmp_path / "keys")
    assert bool(hashes_of(keys, [given]) & marks_of(keys, [name, None])) is meant


def test_hashes_are_of_this_installation(tmp_path: Path) -> None:
    one, other = (load_keys(tmp_path / name) for name in ("one", "other"))
    assert not hashes_of(one, ["王强"]) & hashes_of(other, ["王强"])


@pytest.fixture
def wang(let_in: LetIn) -> Desk:
    """Return somebody of discipline whom a letter accuses."""
    return let_in("discipline", "王强")


@pytest.fixture
def secret(let_in: LetIn) -> dict[str, Any]:
    """Return an accusation of 王强, beside one of its matter that names nobody."""
    discipline = let_in("discipline", "周正")
    first = discipline.deliver(BRIBE, petitioner=ZHAO, accused=["环保局局长王强"])
    again = discipline.deliver(BRIBE_AGAIN, petitioner=ZHAO)
    assert again["matter"]["id"] == first["matter"]["id"]
    return {"first": first["id"], "again": again["id"], "matter": first["matter"]["id"]}


def test_the_accused_sees_counts_and_finds_nothing_of_the_matter(
    let_in: LetIn, wang: Desk, secret: dict[str, Any]
) -> None:
    other = let_in("discipline", "周正").deliver(f"{BRIBE}还收了两套房子。")
    assert ids(wang.read("/letters", restricted="true")["items"]) == []
    for path in ("/letters", "/matters", "/hot-issues", "/audit"):
        seen = wang.get(path).text
        assert not any(mark in seen for mark in (*secret.values(), BRIBE)), path
    for path in (f"/letters/{{}}{part}" for part in ("", "/similar", "/decisions")):
        for letter in (secret["first"], secret["again"], other["id"]):
            forbidden, missing = (wang.get(path.format(one)) for one in (letter, "0" * 26))
            assert_problem(forbidden, 404)
            assert forbidden.data == missing.data
    assert wang.get(f"/matters/{secret['matter']}").data == wang.get("/matters/0").data
    for action in ("release", "restrict"):
        refused = wang.post(f"/letters/{secret['first']}/{action}", {"reason": "x"})
        assert refused.data == wang.post(f"/letters/{'0' * 26}/{action}", {"reason": "x"}).data


def test_others_of_discipline_see_it(let_in: LetIn, secret: dict[str, Any]) -> None:
    zhou = let_in("discipline", "周正")
    assert ids(zhou.read("/letters", restricted="true")["items"]) == [secret["again"], secret["first"]]


def test_the_accused_who_delivers_the_letter_does_not_read_it_back(wang: Desk) -> None:
    answer = wang.post("/letters", {"body": BRIBE, "accused": ["王强"], "external_id": "1"})
    assert answer.json is not None
    assert (answer.status_code, answer.json["body"], answer.json["matter"]) == (201, None, None)
    again = wang.post("/letters", {"body": BRIBE, "accused": ["王强"], "external_id": "1"})
    assert (again.status_code, again.json) == (200, answer.json)
    assert wang.read("/letters")["items"] == []


def test_an_accusation_of_somebody_else_is_no_secret_to_discipline(let_in: LetIn, wang: Desk) -> None:
    letter = let_in("clerk").deliver(LIFT, accused=["物业经理"])
    assert ids(wang.read("/letters", restricted="true")["items"]) == [letter["id"]]


def test_no_name_of_the_accused_is_stored(office: Office, secret: dict[str, Any]) -> None:
    content = content_of(office.database)
    assert secret["first"].encode() in content
    assert "王强".encode() not in content


def test_an_upgrade_marks_accusations_that_were_stored_before(
    office: Office, wang: Desk, secret: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.database.write() as connection:
        connection.execute(delete(accused))
    assert ids(wang.read("/letters")["items"]) == [secret["again"], secret["first"]]
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    for _ in range(2):
        assert CliRunner(catch_exceptions=False).invoke(main, ["db", "upgrade"]).exit_code == 0
    assert wang.read("/letters")["items"] == []
    with office.database.read() as connection:
        assert {row.letter_id for row in connection.execute(select(accused))} == {secret["first"]}
    assert count(office.database, "accused") > 10
