"""A matter of very many letters stays whole; letters join it or stay away, and people decide on it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from model.records import Letter
from model.when import parse_time
from service import circle, nearby
from service.caller import Caller
from service.decisions import Decider
from service.office import Office
from service.queries.letters import find_letters
from service.queries.links import best_links, links_out_of
from service.tables import letters
from tests.service.desk import CLERK
from tests.service.shelf import put, scored

MARCH = parse_time("2026-03-01")
CROWD = "abc"


@pytest.fixture
def crowd(office: Office, monkeypatch: pytest.MonkeyPatch) -> str:
    """Store three letters of one matter, which is large; returns its id."""
    monkeypatch.setattr(circle, "LARGE_FROM", len(CROWD))
    with office.database.write() as connection:
        for number, name in enumerate(CROWD):
            matter, _ = put(connection, letter(name), *(scored(other, name) for other in CROWD[:number]))
    return matter


def letter(name: str, day: int | None = None, region: str = "") -> Letter:
    """Return the letter of a name, which came on a day of March, by default that of its name."""
    received = MARCH + timedelta(days="abcdefgh".index(name) if day is None else day)
    return Letter(name, body=name, received_at=received, region=region, petitioners=frozenset({name}))


def matters_of(connection: Connection, names: Sequence[str]) -> list[str]:
    found = {row.id: row.matter_id for row in connection.execute(select(letters))}
    return [found[name] for name in names]


def test_a_letter_that_fits_joins(office: Office, crowd: str) -> None:
    with office.database.write() as connection:
        assert put(connection, letter("d"), *(scored(one, "d", 0.7) for one in CROWD)) == (crowd, "joint")
        assert put(connection, letter("e", -1), *(scored(one, "e", 0.7) for one in "abcd")) == (crowd, "first")
        first = connection.execute(select(letters.c.verdict).where(letters.c.id == "a")).scalar_one()
    assert first == "joint"


def test_a_letter_nearer_to_one_of_them_takes_none_away(office: Office, crowd: str) -> None:
    with office.database.write() as connection:
        matter, verdict = put(connection, letter("d"), scored("c", "d", 1.0))
        assert (matter != crowd, verdict) == (True, "first")
        assert matters_of(connection, CROWD) == [crowd] * 3


def test_a_smaller_matter_gives_its_letter_away(office: Office, crowd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circle, "LARGE_FROM", len(CROWD) + 1)
    with office.database.write() as connection:
        matter, _ = put(connection, letter("d"), scored("c", "d", 1.0))
        assert matters_of(connection, "abcd") == [crowd, crowd, matter, matter]


@pytest.mark.usefixtures("crowd")
def test_a_copy_stays_one(office: Office) -> None:
    with office.database.write() as connection:
        connection.execute(letters.update().where(letters.c.id == "c").values(verdict="copy"))
        put(connection, letter("d"), *(scored(one, "d", 0.7) for one in CROWD))
        verdict = connection.execute(select(letters.c.verdict).where(letters.c.id == "c")).scalar_one()
    assert verdict == "copy"


def test_a_person_takes_letters_out_and_puts_them_back(office: Office, crowd: str) -> None:
    with office.database.write() as connection:
        other, _ = put(connection, letter("d"), scored("c", "d", 0.9))
        decider = Decider(connection, CLERK, office.keys)
        decider.reject(crowd, "c")
        assert matters_of(connection, "abcd") == [crowd, crowd, other, other]
        decider.undo(crowd, "c")
        assert matters_of(connection, "abcd") == [crowd, crowd, crowd, other]
        decider.split(crowd, ["b", "c"])
        a, b, c, _ = matters_of(connection, "abcd")
        assert (a == crowd, b != crowd, b == c) == (True, True, True)


@pytest.mark.usefixtures("crowd")
def test_the_best_links_are_those_that_all_links_begin_with(office: Office) -> None:
    with office.database.write() as connection:
        put(connection, letter("d"), scored("a", "d", 0.3), scored("b", "d", 0.4))
        best = best_links(connection, ["a", "b", "d"], 1)
        inside = best_links(connection, ["a", "d"], 5, inside=True)
        out = links_out_of(connection, list(CROWD))
    assert best == {"a": [scored("a", "b")], "b": [scored("a", "b")], "d": [scored("b", "d", 0.4)]}
    assert inside == {"a": [scored("a", "d", 0.3)], "d": [scored("a", "d", 0.3)]}
    assert out == [scored("b", "d", 0.4), scored("a", "d", 0.3)]


def test_candidates_behind_those_that_are_out_of_sight_are_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "LOOKED_AT", 1)
    caller = Caller("li", "clerk", regions=("A市",))
    with office.database.write() as connection:
        put(connection, letter("a", region="A市"))
        put(connection, letter("b", region="B市"))
        put(connection, letter("c", region="A市"), scored("a", "c", 0.5), scored("b", "c", 0.6))
        row = find_letters(connection, ["c"], caller.sight)["c"]
        found = nearby.Nearby(connection, caller, ["c"]).matter_of(row)
    assert [candidate.id for candidate in found.candidates] == ["a"]
