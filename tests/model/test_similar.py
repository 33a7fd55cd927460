import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import SnapshotError
from model.signatures import cosine_of
from model.similar import EmbeddedIndex, Entry, Filter, Neighbour, SimilarityIndex
from model.snapshot import CURRENT, MANIFEST
from tests.model.index_contract import IndexContract, by_force, entry, found, turned, vector

START = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


class TestEmbeddedIndex(IndexContract):
    @pytest.fixture
    def new_index(self) -> Callable[[], SimilarityIndex]:
        return EmbeddedIndex


class TestReopenedIndex(IndexContract):
    """What stands in a snapshot is found, replaced and removed like what was added since."""

    @pytest.fixture
    def new_index(self, tmp_path: Path) -> Callable[[], SimilarityIndex]:
        def make() -> SimilarityIndex:
            index = EmbeddedIndex()
            index.add([entry("gone", 900), entry("kept", 901)])
            index.save(tmp_path, 1)
            opened, _ = EmbeddedIndex.open(tmp_path)
            opened.remove(["gone", "kept"])
            return opened

        return make


def filled(*seeds: int) -> EmbeddedIndex:
    index = EmbeddedIndex()
    index.add(entry(str(seed), seed, region="东" if seed % 2 else "西", days=seed) for seed in seeds)
    return index


def test_a_snapshot_gives_back_what_was_saved(tmp_path: Path) -> None:
    index = filled(*range(20))
    index.remove(["3"])
    index.save(tmp_path, 17)
    opened, number = EmbeddedIndex.open(tmp_path)
    assert (len(opened), number) == (19, 17)
    for where in (Filter(), Filter(region="东"), Filter(since=START + timedelta(days=7))):
        assert opened.search(vector(5), 30, where=where) == index.search(vector(5), 30, where=where)


def test_what_comes_after_a_snapshot_is_found_beside_it(tmp_path: Path) -> None:
    filled(1, 2, 3).save(tmp_path, 1)
    opened, _ = EmbeddedIndex.open(tmp_path)
    opened.add([entry("4", 4), entry("2", 22)])
    opened.remove(["3"])
    assert len(opened) == 3
    assert found(opened, vector(22), 1) == ["2"]
    assert "3" not in opened
    opened.save(tmp_path, 2)
    again, number = EmbeddedIndex.open(tmp_path)
    assert number == 2
    assert again.search(vector(4), 5) == opened.search(vector(4), 5)


def test_an_index_goes_on_while_a_new_snapshot_takes_the_place_of_its_own(tmp_path: Path) -> None:
    filled(1, 2).save(tmp_path, 1)
    opened, _ = EmbeddedIndex.open(tmp_path)
    filled(8, 9).save(tmp_path, 2)
    assert found(opened, vector(1), 1) == ["1"]
    assert len(list(tmp_path.glob("snapshot-*"))) == 1


def test_an_unfinished_snapshot_leaves_the_old_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(1, 2).save(tmp_path, 1)

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", fail)
    with pytest.raises(OSError, match="No space"):
        filled(3).save(tmp_path, 2)
    assert EmbeddedIndex.open(tmp_path)[1] == 1


def test_no_snapshot_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="fill the index anew"):
        EmbeddedIndex.open(tmp_path)


@pytest.mark.parametrize("name", [MANIFEST, "vectors.npy", "ids.npy"])
def test_a_damaged_snapshot_is_refused(tmp_path: Path, name: str) -> None:
    filled(*range(9)).save(tmp_path, 1)
    (folder,) = tmp_path.glob("snapshot-*")
    content = bytearray((folder / name).read_bytes())
    content[-3] ^= 0xFF
    (folder / name).write_bytes(content)
    with pytest.raises(SnapshotError):
        EmbeddedIndex.open(tmp_path)


def test_a_snapshot_of_another_format_is_refused(tmp_path: Path) -> None:
    filled(1).save(tmp_path, 1)
    (folder,) = tmp_path.glob("snapshot-*")
    (folder / MANIFEST).write_text((folder / MANIFEST).read_text().replace('"format": 1', '"format": 0'))
    with pytest.raises(SnapshotError, match="another version"):
        EmbeddedIndex.open(tmp_path)


def test_a_pointer_to_nothing_is_refused(tmp_path: Path) -> None:
    filled(1).save(tmp_path, 1)
    (tmp_path / CURRENT).write_text("snapshot-lost")
    with pytest.raises(SnapshotError):
        EmbeddedIndex.open(tmp_path)


def test_an_empty_index_can_be_saved_and_opened(tmp_path: Path) -> None:
    EmbeddedIndex().save(tmp_path, 0)
    opened, number = EmbeddedIndex.open(tmp_path)
    assert (len(opened), number, opened.search(vector(1), 3)) == (0, 0, [])


def test_an_index_outgrows_its_first_room() -> None:
    index = EmbeddedIndex()
    index.add(Entry(str(i), vector(i)) for i in range(2100))
    assert len(index) == 2100
    assert found(index, vector(2050), 1) == ["2050"]


@given(st.lists(st.integers(0, 30), unique=True), st.integers(1, 10), st.sampled_from([-1.0, 0.0, 0.1]))
def test_many_at_once_find_what_each_finds_alone(seeds: list[int], count: int, at_least: float) -> None:
    index = filled(*seeds)
    queries = np.array([vector(seed) for seed in range(5)])
    alone: list[list[Neighbour]] = [index.search(query, count, at_least) for query in queries]
    assert list(index.search_many(queries, count, at_least)) == alone


def test_an_emptied_file_of_a_snapshot_is_refused(tmp_path: Path) -> None:
    filled(1).save(tmp_path, 1)
    (folder,) = tmp_path.glob("snapshot-*")
    (folder / "ids.npy").write_bytes(b"")
    with pytest.raises(SnapshotError):
        EmbeddedIndex.open(tmp_path)


entries = st.builds(
    Entry,
    id=st.integers(0, 12).map(str),
    vector=st.builds(turned, st.integers(0, 2).map(vector), st.integers(0, 6).map(lambda n: 90 * n)),
    region=st.sampled_from(["", "东", "西"]),
    received_at=st.none() | st.integers(0, 4).map(lambda days: START + timedelta(days=days)),
)
filters = st.builds(
    Filter,
    region=st.none() | st.sampled_from(["", "东", "南"]),
    since=st.none() | st.just(START + timedelta(days=1)),
    until=st.none() | st.just(START + timedelta(days=3)),
)
steps = st.lists(entries | st.integers(0, 12).map(str) | st.just(None), max_size=30)


def passes(one: Entry, where: Filter) -> bool:
    if where.region is not None and one.region != where.region:
        return False
    if one.received_at is None:
        return where.since is None and where.until is None
    return (where.since is None or one.received_at >= where.since) and (
        where.until is None or one.received_at < where.until
    )


@given(steps, filters, st.integers(1, 8), st.sampled_from([-1.0, 0.0, 0.5, float(cosine_of(90))]))
def test_whatever_came_went_and_was_saved_a_search_finds_what_force_finds(
    changes: list[Entry | str | None], where: Filter, count: int, at_least: float
) -> None:
    """A change adds an entry, takes one out by its id, or saves and opens the index."""
    index, held = EmbeddedIndex(), dict[str, Entry]()
    with TemporaryDirectory() as folder:
        for change in changes:
            if isinstance(change, Entry):
                index.add([change])
                held[change.id] = change
            elif change is None:
                index.save(Path(folder), 1)
                index, _ = EmbeddedIndex.open(Path(folder))
            else:
                index.remove([change])
                held.pop(change, None)
        assert len(index) == len(held)
        chosen = [one for one in held.values() if passes(one, where)]
        near = [(one.id, one.cosine) for one in index.search(vector(1), count, at_least, where)]
        assert near == by_force(chosen, vector(1), count, at_least)


@pytest.mark.parametrize("step", ["numpy.save", "os.fsync", "pathlib.Path.replace", "shutil.rmtree"])
def test_a_process_killed_while_it_saves_leaves_a_whole_snapshot(step: str, tmp_path: Path) -> None:
    filled(1, 2).save(tmp_path, 1)
    command = [sys.executable, "-m", "tests.model.killed_saver", str(tmp_path), step]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL  # noqa: S603 - our own command
    opened, number = EmbeddedIndex.open(tmp_path)
    assert (number, sorted(found(opened, vector(1), 9))) in [(1, ["1", "2"]), (2, ["1", "2", "3"])]
    opened.save(tmp_path, 3)
    assert len(list(tmp_path.glob("snapshot-*"))) == 1
