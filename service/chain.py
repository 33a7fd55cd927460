"""The chain of the audit: each row carries a hash over the row before it and its own content."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
# What is hashed, in this order. Neither the order nor the way of writing may ever change: old rows must still verify.
FIELDS = ("number", "at", "actor", "role", "action", "object_kind", "object_id", "detail")


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a chain: its number, which is also the number of rows, and its hash."""

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Verified:
    """What walking a chain found: the last row that is right, and what is wrong with the next one, if anything is.

    `met` says whether a hash that was noted before is one of the chain's.
    """

    head: Head
    fault: str | None
    met: bool


def hash_of(previous: str, row: Mapping[str, Any]) -> str:
    """Return the hash of a row, 64 hexadecimal digits, from the hash of the row before it."""
    content = json.dumps([previous, *(row[name] for name in FIELDS)], ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def chained(head: Head, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the numbers and hashes that make them follow a head."""
    made = []
    for row in rows:
        numbered = {**row, "number": head.number + 1}
        head = Head(head.number + 1, hash_of(head.hash, numbered))
        made.append({**numbered, "hash": head.hash})
    return made


def verify(rows: Iterable[Mapping[str, Any]], noted: str | None = None) -> Verified:
    """Walk the rows of a chain in their order up to the first that is wrong; `noted` is a hash seen earlier.

    Each row's detail is the text that the database holds: of a row that was changed it need not be JSON.
    """
    head, met = Head(), noted in (None, GENESIS)
    for row in rows:
        fault = _fault(head, row)
        if fault:
            return Verified(head, fault, met)
        head = Head(row["number"], row["hash"])
        met = met or head.hash == noted
    fault = None if met else f"row {head.number + 1} is missing: the chain ends before the head that was noted"
    return Verified(head, fault, met)


def _fault(head: Head, row: Mapping[str, Any]) -> str | None:
    number, expected = row["number"], head.number + 1
    if number > expected:
        return f"row {expected} is missing"
    if number < expected:
        return f"row {number} does not belong to the chain"
    return None if _is_as_recorded(head, row) else f"row {number} is not what was recorded"


def _is_as_recorded(head: Head, row: Mapping[str, Any]) -> bool:
    try:
        detail = None if row["detail"] is None else json.loads(row["detail"])
        return bool(row["hash"] == hash_of(head.hash, {**row, "detail": detail}))
    except (TypeError, ValueError):
        return False
