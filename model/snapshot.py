"""A snapshot of an index on disk: written whole or not at all, mapped when it is read."""

import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import SnapshotError
from model.segments import Segment, Tail
from model.signatures import BITS

FORMAT = 1
# Names the folder of the snapshot that counts; replaced in one step.
CURRENT = "current"
MANIFEST = "manifest.json"
_ARRAYS = ("ids", "vectors", "regions", "times")


def write_snapshot(folder: Path, parts: Sequence[Segment | Tail], number: int) -> None:
    """Write the rows of parts, in the order of their ids, as they stand at a change; older snapshots are deleted."""
    folder.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix="snapshot-", dir=folder))
    segment = _merged(parts)
    arrays = {name: np.ascontiguousarray(getattr(segment, name)) for name in _ARRAYS}
    for name, values in arrays.items():
        np.save(making / f"{name}.npy", values, allow_pickle=False)
    manifest = {
        "format": FORMAT,
        "bits": BITS,
        "number": number,
        "regions": list(segment.region_names),
        "checks": {name: zlib.crc32(values.data) for name, values in arrays.items()},
    }
    (making / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    _make_current(folder, making)


def _merged(parts: Sequence[Segment | Tail]) -> Segment:
    """Return one segment with the living rows of all parts."""
    region_names: dict[str, int] = {}
    chosen: list[NDArray[np.intp]] = []
    regions: list[NDArray[np.int32]] = []
    for part in parts:
        alive = part.allowed()
        rows = np.arange(len(part.vectors)) if alive is None else np.flatnonzero(alive)
        places = [region_names.setdefault(name, len(region_names)) for name in part.region_names]
        chosen.append(rows)
        regions.append(np.asarray([*places, 0], np.int32)[part.regions[rows]])
    both = list(zip(parts, chosen, strict=True))
    ids = np.concatenate([part.encoded(rows) for part, rows in both])
    order = np.argsort(ids, kind="stable")
    vectors = np.concatenate([part.vectors[rows] for part, rows in both])[order]
    times = np.concatenate([part.times[rows] for part, rows in both])[order]
    return Segment(ids[order], vectors, np.concatenate(regions)[order], times, region_names)


def _make_current(folder: Path, making: Path) -> None:
    """Let the finished snapshot count, and delete all others."""
    for path in making.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    pointer = folder / f".{CURRENT}-{making.name}"
    pointer.write_text(making.name, encoding="utf-8")
    pointer.replace(folder / CURRENT)
    for other in folder.glob("snapshot-*"):
        if other != making:
            shutil.rmtree(other, ignore_errors=True)


def read_snapshot(folder: Path) -> tuple[Segment, int]:
    """Map the snapshot of a folder; returns its rows and the number of the last change in it.

    Raises SnapshotError if there is none, if it is damaged or of another format.
    """
    try:
        place = folder / (folder / CURRENT).read_text(encoding="utf-8")
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if (manifest["format"], manifest["bits"]) != (FORMAT, BITS):
            raise SnapshotError(f"{place}: made by another version of Hongyan; fill the index anew")
        arrays = {name: _mapped(place / f"{name}.npy", manifest["checks"][name]) for name in _ARRAYS}
        names = {name: i for i, name in enumerate(manifest["regions"])}
        return Segment(**arrays, region_names=names), int(manifest["number"])
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise SnapshotError(f"{folder}: no snapshot of the index that can be used; fill the index anew") from error


def _mapped(path: Path, check: int) -> NDArray[Any]:
    # An empty array cannot be mapped.
    values = np.load(path, mmap_mode="r" if path.stat().st_size > 256 else None, allow_pickle=False)
    if zlib.crc32(values.data) != check:
        raise ValueError(f"{path}: changed since it was written")
    return np.asarray(values)
