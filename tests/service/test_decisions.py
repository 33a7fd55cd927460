"""What people decide on links: it outweighs scores, stays in the history, and can be undone."""

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from sqlalchemy import Connection, select

from model.gathering import Link
from service.decisions import Decider
from service.errors import Invalid, NotFound
from service.office import Office
from service.queries.matters import events_of
from service.tables import decisions, letters
from tests.service.desk import CLERK, stored_letter
from tests.service.removing import remove_letter
from tests.service.shelf import put, scored

Partition = set[frozenset[str]]


@pytest.fixture
def connection(office: Office) -> Iterator[Connection]:
    """Return a write transaction."""
    with office.database.write() as opened:
        yield opened


@pytest.fixture
def decider(connection: Connection, office: Office) -> Decider:
    return Decider(connection, CLERK, office.keys)


def shelve(connection: Connection, ids: str, *links: Link) -> None:
    """Store letters, each named by a character, with the links among them."""
    for place, one in enumerate(ids):
        there = ids[:place]
        put(
            connection,
            stored_letter(one, f"letter {one}"),
            *(link for link in links if one in link.ends and link.other(one) in there),
        )


def matter_of(connection: Connection) -> dict[str, str]:
    return {row.id: row.matter_id for row in connection.execute(select(letters))}


def partition(connection: Connection) -> Partition:
    by_matter: dict[str, set[str]] = {}
    for letter_id, matter_id in matter_of(connection).items():
        by_matter.setdefault(matter_id, set()).add(letter_id)
    return {frozenset(group) for group in by_matter.values()}


def groups(*written: str) -> Partition:
    return {frozenset(group) for group in written}


def clique(ids: str, score: float = 0.9) -> list[Link]:
    return [scored(a, b, score) for a, b in combinations(ids, 2)]


def standing(connection: Connection, kind: str) -> set[frozenset[str]]:
    rows = connection.execute(select(decisions).where(decisions.c.kind == kind, decisions.c.undone_by.is_(None)))
    return {frozenset((row.a_id, row.b_id)) for row in rows}


def kinds(connection: Connection, matter_id: str) -> list[str]:
    return [event.kind for event in events_of(connection, matter_id)]


def test_a_confirmed_letter_moves_in_and_tears_nothing_apart(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abcd", *clique("abc", 0.8))
    before = matter_of(connection)
    decider.confirm(before["a"], "d", "the same lift")
    assert partition(connection) == groups("abcd")
    assert matter_of(connection)["d"] == before["a"]
    assert standing(connection, "confirm") == {frozenset("ad")}
    assert kinds(connection, before["a"]) == ["confirmed", "moved"]
    confirmed = events_of(connection, before["a"])[0]
    assert confirmed.detail == {"letter": "d", "actor": "clerk", "reason": "the same lift"}


def test_a_confirmed_letter_leaves_the_matter_that_it_resembles_more(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abcxy", *clique("abc"), *clique("xy"))
    before = matter_of(connection)
    decider.confirm(before["x"], "a")
    assert partition(connection) == groups("bc", "axy")
    assert matter_of(connection)["b"] == before["b"]
    put(connection, stored_letter("z"), *(scored(one, "z") for one in "abc"))
    assert frozenset("axy") in partition(connection)


def test_the_partner_is_the_best_link_or_the_earliest(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abcd", *clique("abc", 0.8), scored("b", "d", 0.6), scored("a", "d", 0.5))
    decider.confirm(matter_of(connection)["a"], "d")
    assert standing(connection, "confirm") == {frozenset("bd")}


def test_a_letter_can_be_confirmed_where_it_is(connection: Connection, decider: Decider) -> None:
    shelve(connection, "ab", *clique("ab"))
    before = matter_of(connection)
    decider.confirm(before["a"], "b")
    assert matter_of(connection) == before
    put(connection, stored_letter("c"), scored("b", "c"), scored("a", "c", 0.25))
    assert frozenset("ab") <= next(group for group in partition(connection) if "a" in group)


def test_a_rejected_letter_leaves_and_is_kept_out(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abc", *clique("abc"))
    before = matter_of(connection)
    decider.reject(before["a"], "c")
    assert partition(connection) == groups("ab", "c")
    assert matter_of(connection)["a"] == before["a"]
    put(connection, stored_letter("d"), *(scored(one, "d") for one in "abc"))
    assert frozenset("ac") not in {
        frozenset(pair) for group in partition(connection) for pair in combinations(group, 2)
    }


def test_a_letter_of_another_matter_can_be_rejected_beforehand(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abc", *clique("ab"), scored("b", "c", 0.6))
    before = matter_of(connection)
    decider.reject(before["a"], "c")
    assert matter_of(connection) == before
    put(connection, stored_letter("d"), *(scored(one, "d") for one in "abc"))
    assert not any(set("ac") <= group for group in partition(connection))


def test_a_later_confirmation_outweighs_a_rejection_until_undone(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abc", *clique("abc"))
    matter = matter_of(connection)["a"]
    decider.reject(matter, "c")
    decider.confirm(matter, "c")
    assert partition(connection) == groups("abc")
    assert decider.undo(matter, "c") == matter
    assert partition(connection) == groups("ab", "c")
    assert decider.undo(matter, "c") == matter
    assert partition(connection) == groups("abc")
    with pytest.raises(NotFound):
        decider.undo(matter, "c")
    assert kinds(connection, matter)[-1] == "moved"
    assert [kind for kind in kinds(connection, matter) if kind != "moved"] == [
        "rejected", "confirmed", "undone", "undone",
    ]  # fmt: skip


def test_undoing_a_confirmation_brings_the_letter_back(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abcxy", *clique("abc"), *clique("xy"))
    before = matter_of(connection)
    decider.confirm(before["x"], "a")
    decider.undo(before["x"], "a")
    assert matter_of(connection) == before
    assert standing(connection, "confirm") == standing(connection, "reject") == set()


def test_merged_matters_stay_together_under_the_id_asked_for(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abcxy", *clique("abc"), *clique("xy"))
    before = matter_of(connection)
    decider.merge(before["x"], before["a"])
    assert set(matter_of(connection).values()) == {before["x"]}
    assert kinds(connection, before["a"])[0] == kinds(connection, before["x"])[0] == "merged"
    decider.undo(before["x"], "b")
    assert matter_of(connection) == before


def test_a_split_part_gets_a_matter_of_its_own_however_large(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abcd", *clique("abcd"))
    matter = matter_of(connection)["a"]
    decider.split(matter, ["b", "c", "d", "b"])
    after = matter_of(connection)
    assert partition(connection) == groups("a", "bcd")
    assert after["a"] == matter
    assert events_of(connection, matter)[0].detail["matter"] == after["b"]
    put(connection, stored_letter("e"), *(scored(one, "e") for one in "abcd"))
    assert not any(set("ab") <= group for group in partition(connection))
    decider.undo(matter, "d")
    assert partition(connection) == groups("abcde")


def test_a_split_can_be_undone_from_the_new_matter(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abc", *clique("abc"))
    matter = matter_of(connection)["a"]
    decider.split(matter, ["c"])
    assert decider.undo(matter_of(connection)["c"], "c") == matter
    assert partition(connection) == groups("abc")


def test_two_matters_with_confirmed_pairs_never_merge_by_themselves(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abxy", *clique("ab"), *clique("xy"))
    for one in "ax":
        decider.confirm(matter_of(connection)[one], one)
    put(connection, stored_letter("z"), *(scored(one, "z") for one in "abxy"))
    assert not any(set("ax") <= group for group in partition(connection))
    assert any(set("ab") <= group for group in partition(connection))
    decider.merge(matter_of(connection)["a"], matter_of(connection)["x"])
    assert partition(connection) == groups("abxyz")


def test_a_confirmed_matter_is_not_taken_apart_by_scores(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abc", scored("a", "b", 0.8))
    decider.confirm(matter_of(connection)["a"], "c")
    put(connection, stored_letter("d"), scored("b", "d", 1.0))
    assert any(set("abc") <= group for group in partition(connection))


def test_what_a_moving_letter_held_together_stays_together(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abcx")
    before = matter_of(connection)
    decider.confirm(before["a"], "b")
    decider.confirm(before["a"], "c")
    decider.merge(before["x"], before["a"])
    decider.undo(before["x"], "x")
    assert partition(connection) == groups("abc", "x")
    decider.confirm(before["x"], "a")
    assert partition(connection) == groups("bc", "ax")
    decider.undo(before["x"], "a")
    assert matter_of(connection) == {**dict.fromkeys("abc", before["a"]), "x": before["x"]}


def test_a_removed_letter_leaves_its_companions_together(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abc")
    before = matter_of(connection)
    decider.confirm(before["a"], "b")
    decider.confirm(before["a"], "c")
    remove_letter(connection, "a")
    assert partition(connection) == groups("a", "bc")
    assert matter_of(connection)["b"] == before["a"]
    assert not any("a" in pair for kind in ("confirm", "reject") for pair in standing(connection, kind))
    decider.undo(before["a"], "c")
    assert partition(connection) == groups("a", "b", "c")


def test_nothing_is_ever_deleted(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abc", *clique("ab"))
    matter = matter_of(connection)["a"]
    decider.confirm(matter, "c")
    decider.undo(matter, "c")
    decider.reject(matter, "b")
    rows = connection.execute(select(decisions).order_by(decisions.c.number)).all()
    assert [(row.action, row.kind, row.b_id, row.undone_by is None) for row in rows] == [
        ("confirm", "confirm", "c", False),
        ("reject", "reject", "b", True),
    ]
    assert {row.actor for row in rows} == {"clerk"}
    assert [kind for kind in kinds(connection, matter) if kind != "moved"] == ["confirmed", "undone", "rejected"]


def test_decisions_that_make_no_sense_name_the_field(connection: Connection, decider: Decider) -> None:
    shelve(connection, "abx", *clique("ab"))
    at = matter_of(connection)
    cases: list[tuple[Callable[[], None], str]] = [
        (lambda: decider.confirm(at["x"], "x"), "letter_id"),
        (lambda: decider.reject(at["x"], "x"), "letter_id"),
        (lambda: decider.merge(at["a"], at["b"]), "matter_id"),
        (lambda: decider.split(at["a"], ["a", "b"]), "letter_ids"),
        (lambda: decider.split(at["a"], ["x"]), "letter_ids"),
    ]
    for decide, field in cases:
        with pytest.raises(Invalid) as refused:
            decide()
        assert [name for name, _ in refused.value.errors] == [field]
    assert connection.execute(select(decisions)).all() == []


def test_what_is_not_there_is_not_found(connection: Connection, decider: Decider) -> None:
    shelve(connection, "ab", *clique("ab"))
    at = matter_of(connection)["a"]
    cases: list[Callable[[], object]] = [
        lambda: decider.confirm("nothing", "a"),
        lambda: decider.confirm(at, "nothing"),
        lambda: decider.reject(at, "nothing"),
        lambda: decider.merge(at, "nothing"),
        lambda: decider.split(at, ["a", "nothing"]),
        lambda: decider.undo(at, "nothing"),
        lambda: decider.undo(at, "a"),
    ]
    for decide in cases:
        with pytest.raises(NotFound):
            decide()
