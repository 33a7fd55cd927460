from collections.abc import Callable, Iterator

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, delete

from model.similar import EmbeddedIndex, Entry, Filter, SimilarityIndex
from service.db import Database
from service.errors import SettingError
from service.shared_index import TABLES, SharedIndex
from tests.model.index_contract import START, IndexContract, entry, found, turned, vector
from tests.service.databases import PostgresShelf


@pytest.fixture(scope="module")
def server(running_postgres: PostgresShelf) -> Iterator[Engine]:
    with running_postgres.database() as address:
        database = Database(address)
        SharedIndex.prepare(database.engine)
        yield database.engine
        database.close()


@pytest.fixture
def empty(server: Engine) -> Engine:
    with server.begin() as connection:
        for table in TABLES.values():
            connection.execute(delete(table))
    return server


class TestSharedIndex(IndexContract):
    @pytest.fixture
    def new_index(self, empty: Engine) -> Callable[[], SimilarityIndex]:
        return lambda: SharedIndex(empty)


def test_what_one_process_adds_another_finds_at_once(empty: Engine) -> None:
    here, there = SharedIndex(empty), SharedIndex(empty)
    here.add([entry("a", 1)])
    assert found(there, vector(1), 1) == ["a"]
    there.remove(["a"])
    assert found(here, vector(1), 1) == []


def test_accusations_are_found_among_accusations_alone(empty: Engine) -> None:
    open_letters, accusations = SharedIndex(empty), SharedIndex(empty, restricted=True)
    accusations.add([entry("secret", 1)])
    assert found(open_letters, vector(1), 5) == []
    assert len(open_letters) == 0
    assert found(accusations, vector(1), 5) == ["secret"]


def test_both_indexes_find_the_same(empty: Engine) -> None:
    shared, embedded = SharedIndex(empty), EmbeddedIndex()
    random = np.random.default_rng(3)
    entries = [
        Entry(f"{i:03d}", turned(vector(i % 7), int(random.integers(0, 500))), "东西"[i % 2], START if i % 3 else None)
        for i in range(300)
    ]
    for index in (shared, embedded):
        index.add(entries)
        index.remove(["004", "111"])
    for seed in range(7):
        for at_least, where in ((-1.0, Filter()), (0.3, Filter(region="东")), (0.0, Filter(until=START))):
            assert shared.search(vector(seed), 20, at_least, where) == embedded.search(
                vector(seed), 20, at_least, where
            )


def test_preparing_twice_keeps_what_is_there(empty: Engine) -> None:
    SharedIndex(empty).add([entry("a", 1)])
    SharedIndex.prepare(empty)
    assert len(SharedIndex(empty)) == 1


def test_a_database_without_pgvector_is_refused_with_the_remedy() -> None:
    with pytest.raises(SettingError, match="pgvector"):
        SharedIndex.prepare(create_engine("sqlite://"))
