"""Rows of an index: those of a snapshot, mapped from disk, and those that came after it, in memory."""

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.signatures import BYTES, Signature

NO_TIME = np.iinfo(np.int64).min
_FIRST_ROOM = 1024


def microseconds(moment: datetime | None) -> int:
    """Return a time as a whole number that keeps the order of times; the least of all without a time."""
    return NO_TIME if moment is None else round(moment.timestamp() * 1_000_000)


def _longer(values: NDArray[Any], more: int) -> NDArray[Any]:
    return np.concatenate([values, np.zeros((more, *values.shape[1:]), values.dtype)])


class Rows:
    """Signatures with what they are filtered by: `regions` are places in `region_names`, `times` microseconds."""

    vectors: NDArray[np.uint8]
    regions: NDArray[np.int32]
    times: NDArray[np.int64]
    region_names: dict[str, int]
    alive: NDArray[np.bool_] | None = None

    def allowed(
        self, region: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> NDArray[np.bool_] | None:
        """Return which rows may be found; None means all."""
        conditions = [] if self.alive is None else [self.alive]
        if region is not None:
            conditions.append(self.regions == self.region_names.get(region, -1))
        if since is not None:
            conditions.append(self.times >= microseconds(since))
        if until is not None:
            conditions.append((self.times < microseconds(until)) & (self.times > NO_TIME))
        return np.logical_and.reduce(conditions) if conditions else None


class Segment(Rows):
    """Rows of a snapshot in the ascending order of their ids, which are UTF-8 bytes; they can only be taken out."""

    def __init__(
        self,
        ids: NDArray[np.bytes_],
        vectors: NDArray[np.uint8],
        regions: NDArray[np.int32],
        times: NDArray[np.int64],
        region_names: dict[str, int],
    ) -> None:
        self.ids, self.vectors, self.regions, self.times, self.region_names = ids, vectors, regions, times, region_names
        self._gone: set[int] = set()

    @classmethod
    def empty(cls) -> "Segment":
        """Return a segment without rows."""
        return cls(np.zeros(0, "S1"), np.zeros((0, BYTES), np.uint8), np.zeros(0, np.int32), np.zeros(0, np.int64), {})

    def __len__(self) -> int:
        """Return how many letters are left."""
        return len(self.ids) - len(self._gone)

    def __contains__(self, letter_id: str) -> bool:
        """Say whether a letter is here."""
        return self._row(letter_id) is not None

    def _row(self, letter_id: str) -> int | None:
        wanted = letter_id.encode()
        row = int(np.searchsorted(self.ids, np.bytes_(wanted)))
        return row if row < len(self.ids) and self.ids[row] == wanted and row not in self._gone else None

    def drop(self, letter_id: str) -> None:
        """Take a letter out, if it is here."""
        if (row := self._row(letter_id)) is not None:
            self._gone.add(row)
            if self.alive is None:
                self.alive = np.ones(len(self.ids), bool)
            self.alive[row] = False

    def names(self, rows: NDArray[np.intp]) -> list[str]:
        """Return the ids of rows."""
        return [name.decode() for name in self.ids[rows].tolist()]

    def encoded(self, rows: NDArray[np.intp]) -> NDArray[np.bytes_]:
        """Return the ids of rows as UTF-8."""
        return self.ids[rows]


class Tail(Rows):
    """Rows in memory that grow by doubling, so that a million additions copy each row a few times only."""

    def __init__(self) -> None:
        self.region_names = {}
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._room = (np.zeros((0, BYTES), np.uint8), np.zeros(0, np.int32), np.zeros(0, np.int64))
        self._fit()

    def _fit(self) -> None:
        """Show as many rows as are held, and make room before they run out."""
        size = len(self._ids)
        if size > len(self._room[0]):
            more = max(_FIRST_ROOM, len(self._room[0]))
            vectors, regions, times = self._room
            self._room = _longer(vectors, more), _longer(regions, more), _longer(times, more)
        vectors, regions, times = self._room
        self.vectors, self.regions, self.times = vectors[:size], regions[:size], times[:size]

    def __len__(self) -> int:
        """Return how many letters are held."""
        return len(self._ids)

    def __contains__(self, letter_id: str) -> bool:
        """Say whether a letter is held."""
        return letter_id in self._rows

    def put(self, letter_id: str, vector: Signature, region: str, received_at: datetime | None) -> None:
        """Hold a letter, or give it a new signature."""
        row = self._rows.setdefault(letter_id, len(self._ids))
        if row == len(self._ids):
            self._ids.append(letter_id)
            self._fit()
        self.vectors[row] = vector
        self.regions[row] = self.region_names.setdefault(region, len(self.region_names))
        self.times[row] = microseconds(received_at)

    def drop(self, letter_id: str) -> None:
        """Take a letter out, if it is held; the last one moves to its row."""
        row = self._rows.pop(letter_id, None)
        if row is None:
            return
        last, moved = len(self._ids) - 1, self._ids.pop()
        if row != last:
            self._ids[row] = moved
            self._rows[moved] = row
            for values in (self.vectors, self.regions, self.times):
                values[row] = values[last]
        self._fit()

    def names(self, rows: NDArray[np.intp]) -> list[str]:
        """Return the ids of rows."""
        return [self._ids[row] for row in rows.tolist()]

    def encoded(self, rows: NDArray[np.intp]) -> NDArray[np.bytes_]:
        """Return the ids of rows as UTF-8."""
        return np.array([name.encode() for name in self.names(rows)], bytes)
