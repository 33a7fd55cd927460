import gc
import weakref

from model.analyse import Analyser
from service.engine import Engine
from service.office import Office
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, stored_letter, take


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
    empty.warm_up()
    assert empty.vector(stored_letter("a")) is None


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
