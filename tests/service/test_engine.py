import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.analyse import Analyser
from service import engine as engines
from service.engine import Engine
from service.office import Office
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, ROAD, WAGES, stored_letter, take


def test_an_office_opens_with_what_was_stored(office: Office, small_analyser: Analyser) -> None:
    first = take(office, LIFT)
    take(office, BRIBE)
    fresh = Engine(small_analyser)
    with office.database.read() as connection:
        for _ in range(2):
            fresh.catch_up(connection)
            assert len(fresh.indexes) == 2
    vector = fresh.vector(stored_letter("new", LIFT_AGAIN))
    assert vector is not None
    assert fresh.nearest(vector, False, 10, 0.15) == [first.row.id]


def test_a_model_without_relation_part_has_no_vectors() -> None:
    empty = Engine(Analyser("empty"))
    assert empty.vector(stored_letter("a")) is None
    assert empty.profiles([stored_letter("a")]) == []
    assert empty.relate([(stored_letter("a"), [stored_letter("b")])]) == [[]]


def test_relations_do_not_depend_on_the_cache(small_analyser: Analyser, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = [stored_letter(str(i), body) for i, body in enumerate((LIFT, LIFT_AGAIN, ROAD, WAGES))]
    kept = Engine(small_analyser)
    whole = small_analyser.profiles(letters)
    expected = [[small_analyser.relate([(other, one) for other in whole])] for one in whole]
    assert [kept.relate([(letter, letters)]) for letter in letters] == expected
    assert [kept.relate([(letter, letters)]) for letter in letters] == expected
    monkeypatch.setattr(engines, "MOST_PROFILES", 1)
    small = Engine(small_analyser)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda letter: small.relate([(letter, letters)]), letters)) == expected


def test_the_model_that_processes_share_stays_when_another_takes_its_place() -> None:
    first = Analyser("first")
    stays = weakref.ref(first)
    engine = Engine(first)
    del first
    for version in ("second", "third"):
        engine.switch(Analyser(version))
    gc.collect()
    assert engine.analyser.version == "third"
    assert stays() is not None
