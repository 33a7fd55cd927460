"""Whatever people decide in whatever order: what stands holds, and taking all back leaves what the letters say."""

from collections.abc import Callable
from datetime import datetime
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from model.gathering import gather
from service import circle
from service.decisions import Decider
from service.errors import Invalid, NotFound
from service.office import Office
from service.tables import decisions, letters
from tests.service.desk import CLERK, stored_letter
from tests.service.removing import remove_letter
from tests.service.shelf import MOMENT, put, scored

NAMES = "abcdefg"
LATE = "fg"
PAIRS = [frozenset(pair) for pair in combinations(NAMES, 2)]
SCORES = st.dictionaries(st.sampled_from(PAIRS), st.integers(2, 10).map(lambda tenths: tenths / 10))
ONE = st.sampled_from(NAMES)
STEPS = st.one_of(
    st.tuples(st.sampled_from(("confirm", "reject", "merge", "undo")), ONE, ONE),
    st.tuples(st.just("split"), ONE, st.sets(ONE, min_size=1, max_size=3)),
    st.tuples(st.just("arrive"), st.sampled_from(LATE), st.none()),
)


def matter_of(connection: Connection) -> dict[str, str]:
    return {row.id: row.matter_id for row in connection.execute(select(letters))}


def arrive(connection: Connection, name: str, scores: dict[frozenset[str], float]) -> None:
    present = matter_of(connection)
    if name not in present:
        near = {other: scores.get(frozenset((name, other))) for other in present}
        # A letter without a time would come after all that have one.
        letter = stored_letter(name, name, received_at=datetime.fromisoformat(MOMENT))
        put(connection, letter, *(scored(name, at, score) for at, score in near.items() if score))


def carry_out(decider: Decider, step: Any, scores: dict[frozenset[str], float]) -> None:
    """Carry out a step that makes sense, and no other."""
    at = matter_of(decider.connection)
    action, one, other = step
    if action == "arrive":
        arrive(decider.connection, one, scores)
        return
    here, there = at.get(one, "nowhere"), at.get(other, "nowhere") if isinstance(other, str) else ""
    calls: dict[str, Callable[[], object]] = {
        "confirm": lambda: decider.confirm(here, other),
        "reject": lambda: decider.reject(here, other),
        "merge": lambda: decider.merge(here, there),
        "split": lambda: decider.split(here, sorted(other)),
        "undo": lambda: decider.undo(here, other),
    }
    try:
        calls[action]()
    except (Invalid, NotFound):
        return


def pairs(connection: Connection, kind: str) -> list[tuple[str, str]]:
    rows = connection.execute(select(decisions).where(decisions.c.kind == kind, decisions.c.undone_by.is_(None)))
    return [(row.a_id, row.b_id) for row in rows]


def assert_decisions_hold(connection: Connection) -> None:
    at = matter_of(connection)
    assert [pair for pair in pairs(connection, "confirm") if at[pair[0]] != at[pair[1]]] == []
    assert [pair for pair in pairs(connection, "reject") if at[pair[0]] == at[pair[1]]] == []


def undo_all(decider: Decider) -> None:
    """Take back decisions, the newest first, until none stands."""
    connection = decider.connection
    for _ in range(100):
        rows = connection.execute(select(decisions).where(decisions.c.undone_by.is_(None)))
        if not (standing := sorted(rows, key=lambda row: -row.act)):
            return
        newest = standing[0]
        for matter_id in sorted(set(matter_of(connection).values())):
            try:
                decider.undo(matter_id, newest.b_id)
                break
            except NotFound:
                continue
        else:
            raise AssertionError("a standing decision that nobody can take back")
    raise AssertionError("decisions come back for ever")


def decide_and_take_back(decider: Decider, scores: dict[frozenset[str], float], steps: list[Any]) -> None:
    """Let letters arrive, decide on them, see after each step that all holds, and take everything back."""
    for name in NAMES[: -len(LATE)]:
        arrive(decider.connection, name, scores)
    for step in steps:
        carry_out(decider, step, scores)
        assert_decisions_hold(decider.connection)
    undo_all(decider)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SCORES, st.lists(STEPS, max_size=8))
def test_what_stands_holds_and_all_can_be_taken_back(
    office: Office, scores: dict[frozenset[str], float], steps: list[Any]
) -> None:
    with office.database.engine.connect() as connection, connection.begin() as transaction:
        decide_and_take_back(Decider(connection, CLERK, office.keys), scores, steps)
        at = matter_of(connection)
        links = [scored(min(pair), max(pair), score) for pair, score in scores.items()]
        found = {frozenset(name for name in at if at[name] == matter) for matter in at.values()}
        transaction.rollback()
    assert found == set(gather(at, links))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SCORES, st.lists(STEPS, max_size=8))
def test_what_stands_holds_in_large_matters_too(
    office: Office, monkeypatch: pytest.MonkeyPatch, scores: dict[frozenset[str], float], steps: list[Any]
) -> None:
    monkeypatch.setattr(circle, "LARGE_FROM", 3)
    with office.database.engine.connect() as connection, connection.begin() as transaction:
        decide_and_take_back(Decider(connection, CLERK, office.keys), scores, steps)
        transaction.rollback()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SCORES, st.lists(STEPS, max_size=6), ONE)
def test_a_removed_letter_leaves_decisions_that_hold(
    office: Office, scores: dict[frozenset[str], float], steps: list[Any], gone: str
) -> None:
    with office.database.engine.connect() as connection, connection.begin() as transaction:
        decider = Decider(connection, CLERK, office.keys)
        for name in NAMES:
            arrive(connection, name, scores)
        for step in steps:
            carry_out(decider, step, scores)
        before = matter_of(connection)
        remove_letter(connection, gone)
        assert_decisions_hold(connection)
        assert gone not in {one for kind in ("confirm", "reject") for pair in pairs(connection, kind) for one in pair}
        after = matter_of(connection)
        assert list(after.values()).count(after[gone]) == 1
        transaction.rollback()
    assert before.keys() == after.keys()
