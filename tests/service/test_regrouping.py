"""Matters depend on the letters alone, not on the order in which they came, nor on letters that went again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from model.analyse import Analyser
from model.gathering import JOIN_FROM, Link, gather
from model.matters import verdicts
from model.records import Letter
from model.when import parse_time
from service.decisions import Decider
from service.office import Office
from service.regrouping import Why, settle
from service.tables import letters
from tests.model.letters import MATTERS
from tests.service.databases import Shelf, office_at
from tests.service.desk import CLERK, LIFT, LIFT_AGAIN, RIVER, RIVER_AGAIN, ZHAO, take
from tests.service.removing import remove_letter
from tests.service.shelf import put, scored

NAMES = "abcdefg"
MARCH = parse_time("2026-03-01")
PAIRS = [frozenset(pair) for pair in combinations(NAMES, 2)]
# Tenths and few days make ties, where an order of arrival could show.
SCORES = st.dictionaries(st.sampled_from(PAIRS), st.integers(2, 10).map(lambda tenths: tenths / 10))
DAYS = st.lists(st.integers(0, 2), min_size=len(NAMES), max_size=len(NAMES))
GONE = st.sets(st.sampled_from(NAMES), max_size=3)
Outcome = set[tuple[frozenset[str], frozenset[tuple[str, str]]]]

many = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
few = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def fresh(databases: Shelf, folder: Path, analyser: Analyser) -> Iterator[Office]:
    """Open an office without letters."""
    with databases.database() as address, office_at(address, folder, analyser) as office:
        yield office


def outcome(connection: Connection) -> Outcome:
    """Return matters as sets of bodies, with the verdict of each body."""
    found: dict[str, list[Any]] = {}
    for row in connection.execute(select(letters)):
        found.setdefault(row.matter_id, []).append(row)
    return {
        (frozenset(row.body for row in rows), frozenset((row.body, row.verdict) for row in rows))
        for rows in found.values()
    }


def without(names: Iterable[str], found: Outcome) -> Outcome:
    """Leave out letters that stand alone because they were removed."""
    return {(bodies, verdicts) for bodies, verdicts in found if not bodies & frozenset(names)}


def expected(present: Sequence[Letter], links: Sequence[Link]) -> Outcome:
    """Return what gathering all letters at once says, by dates and bodies."""
    by_name = {letter.body: replace(letter, id=letter.body) for letter in present}
    relations: Mapping[str, dict[str, Any]] = {name: {} for name in by_name}
    for link in links:
        if link.ends <= by_name.keys():
            relations[link.a][link.b] = relations[link.b][link.a] = link.relation
    order = sorted(by_name, key=lambda name: (by_name[name].received_at, name))
    rank = {name: f"{number:02}" for number, name in enumerate(order)}
    name_of = {number: name for name, number in rank.items()}
    renamed = [Link(rank[one.a], rank[one.b], one.score, one.relation) for one in links if one.ends <= by_name.keys()]
    groups = [frozenset(name_of[number] for number in group) for group in gather(name_of, renamed)]
    return {(group, frozenset(verdicts([by_name[name] for name in group], relations).items())) for group in groups}


@many
@given(SCORES, DAYS, GONE, st.permutations(range(len(NAMES))))
def test_letters_with_given_links_give_the_same_matters_in_any_order(
    office: Office, scores: dict[frozenset[str], float], days: list[int], gone: set[str], order: list[int]
) -> None:
    """Letters are named by their bodies; their ids count their arrival."""
    arrived: dict[str, str] = {}
    with office.database.engine.connect() as connection, connection.begin() as transaction:
        for number, place in enumerate(order):
            name = NAMES[place]
            near = {other: scores.get(frozenset((name, other))) for other in arrived}
            links = [scored(str(number), arrived[other], score) for other, score in near.items() if score]
            put(connection, replace(named(name, days), id=str(number)), *links)
            arrived[name] = str(number)
            if number % 2 and (leaving := sorted(gone & arrived.keys())):
                remove_letter(connection, arrived.pop(leaving[0]))
        for name in sorted(gone & arrived.keys()):
            remove_letter(connection, arrived.pop(name))
        found = outcome(connection)
        transaction.rollback()
    links = [scored(min(pair), max(pair), score) for pair, score in scores.items()]
    assert without(gone, found) == expected([named(name, days) for name in NAMES if name not in gone], links)


@pytest.mark.parametrize("seed", range(6))
def test_a_change_is_followed_as_far_as_it_goes_on(office: Office, seed: int) -> None:
    """Each of many letters is near to some others, so that what one changes may change matters far away."""
    chance = Random(seed)  # noqa: S311 - no secret
    names = [f"{number:02}" for number in range(24)]
    scores = {frozenset(pair): chance.uniform(0.5, 0.9) for pair in combinations(names, 2) if chance.random() < 0.3}
    present = [Letter(name, body=name, received_at=MARCH + timedelta(days=chance.randrange(3))) for name in names]
    arrived: dict[str, str] = {}
    with office.database.write() as connection:
        for number, letter in enumerate(chance.sample(present, len(present))):
            near = {other: scores.get(frozenset((letter.body, name))) for name, other in arrived.items()}
            arrived[letter.body] = f"{number:02}"
            links = [scored(arrived[letter.body], other, score) for other, score in near.items() if score]
            put(connection, replace(letter, id=arrived[letter.body]), *links)
        found = outcome(connection)
    links = [scored(min(pair), max(pair), score) for pair, score in scores.items()]
    assert found == expected(present, links)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_moves_when_all_is_gathered_once_more(office: Office, seed: int) -> None:
    """A person puts some letters apart, so that others go where they fit less (as `gather` says)."""
    chance = Random(seed)  # noqa: S311 - no secret
    names = [f"{number:02}" for number in range(18)]
    scores = {frozenset(pair): chance.uniform(0.6, 0.95) for pair in combinations(names, 2) if chance.random() < 0.45}
    with office.database.write() as connection:
        decider = Decider(connection, CLERK, office.keys)
        for number, name in enumerate(names):
            near = [scored(name, other, scores.get(frozenset((name, other)), 0.2)) for other in names[:number]]
            matter, _ = put(connection, Letter(name, body=name, received_at=MARCH), *near)
            if number % 3 == 2 and connection.execute(select(letters).where(letters.c.matter_id == matter)).all()[1:]:
                decider.reject(matter, name)
            before = outcome(connection)
            settle(connection, names[: number + 1], JOIN_FROM, Why("once more"))
            assert outcome(connection) == before


def test_a_letter_apart_that_is_out_of_reach_still_decides_how_others_join(office: Office) -> None:
    scores = {"c1 c2": 0.95, "c1 r": 0.8, "c2 r": 0.8, "c1 g": 0.66, "c2 g": 0.66, "g r": 0.75}
    scores |= {"c1 h": 0.66, "c2 h": 0.66, "g h": 0.74, "h n": 0.72, "g n": 0.2, "c1 n": 0.2, "c2 n": 0.2}
    arrived: list[str] = []
    with office.database.write() as connection:
        for name in ("c1", "c2", "r", "g", "h", "n"):
            pairs = [sorted((name, other)) for other in arrived]
            links = [scored(a, b, scores[f"{a} {b}"]) for a, b in pairs if f"{a} {b}" in scores]
            received = MARCH + timedelta(days=len(arrived))
            matter, _ = put(connection, Letter(name, body=name, received_at=received), *links)
            arrived.append(name)
            if name == "r":
                Decider(connection, CLERK, office.keys).reject(matter, name)
        found = {bodies for bodies, _ in outcome(connection)}
    assert found == {frozenset({"c1", "c2", "g"}), frozenset({"h", "n"}), frozenset({"r"})}


def named(name: str, days: Sequence[int]) -> Letter:
    """Return the letter of a name; four of them are from one writer."""
    received = MARCH + timedelta(days=days[NAMES.index(name)])
    return Letter(name, body=name, received_at=received, petitioners=frozenset({name if name < "d" else "x"}))


BODIES = [*(body for pair in MATTERS[:3] for body in pair), f"{LIFT}谢谢。", LIFT + RIVER]


@few
@given(
    st.permutations(range(len(BODIES))),
    st.lists(st.integers(1, 3), min_size=len(BODIES), max_size=len(BODIES)),
    st.sets(st.integers(0, len(BODIES) - 1), max_size=2),
)
def test_real_letters_give_the_same_matters_in_any_order(
    tmp_path: Path, databases: Shelf, small_analyser: Analyser, order: list[int], days: list[int], gone: set[int]
) -> None:
    def arriving(places: Sequence[int], leaving: set[int]) -> Outcome:
        with fresh(databases, tmp_path, small_analyser) as office:
            for place in places:
                facts: dict[str, Any] = {"petitioner": ZHAO} if place % 2 else {}
                stored = take(office, BODIES[place], received_at=f"2026-03-0{days[place]}", **facts)
                if place in leaving:
                    with office.database.write() as connection:
                        remove_letter(connection, stored.row.id)
            with office.database.read() as connection:
                return without({BODIES[place] for place in leaving}, outcome(connection))

    rest = [place for place in range(len(BODIES)) if place not in gone]
    assert arriving(order, gone) == arriving(rest, set())


def test_equal_letters_of_one_day_are_judged_by_their_content(
    tmp_path: Path, databases: Shelf, small_analyser: Analyser
) -> None:
    outcomes = []
    for bodies in ((LIFT, LIFT_AGAIN), (LIFT_AGAIN, LIFT)):
        with fresh(databases, tmp_path, small_analyser) as office:
            for body in bodies:
                take(office, body, received_at="2026-03-01", petitioner=ZHAO)
            with office.database.read() as connection:
                outcomes.append(outcome(connection))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("earlier", ["2026-02-01", "2025-01-01"])
def test_an_earlier_letter_that_comes_later_does_not_change_the_id(office: Office, earlier: str) -> None:
    first = take(office, RIVER, received_at="2026-03-01")
    late = take(office, RIVER_AGAIN, received_at=earlier)
    assert late.row.matter_id == first.row.matter_id
    assert late.row.verdict == "first"
