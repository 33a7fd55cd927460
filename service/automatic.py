"""Records what the software decided by itself on letters, and what a person later made of it."""

import hashlib
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Row

from model.analyse import Analyser
from model.gathering import LINK_FROM, NEAR_FROM
from model.words.tables import fingerprint
from service.caller import Caller
from service.keys import Keys
from service.queries import automatic as queries
from service.queries.letters import moment

Kind = Literal["category", "group_visit", "compartment", "link"]
Decided = Literal["confirm", "reject", "merge", "split", "undo", "accept", "correct", "release", "restrict"]
DIGITS = 6


@dataclass(frozen=True)
class Basis:
    """What automatic decisions rest on: the model's version, a hash of words and taxonomy, and the thresholds."""

    model: str
    dictionary: str
    thresholds: Mapping[str, Any]

    @cached_property
    def id(self) -> str:
        """Return a hash of all of it."""
        content = json.dumps([self.model, self.dictionary, self.thresholds], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Judged:
    """A stored letter that was judged, by what, and why it is kept among accusations, if it is."""

    row: Row[Any]
    basis: Basis
    restricted_because: Sequence[str] = ()

    def outcomes(self) -> dict[Kind, dict[str, Any]]:
        """Return what was decided on the letter, by kind; what the model has no part for was not decided."""
        row, said = self.row, self.row.automatic or self.row.analysis
        category, visit = said["category"], said["group_visit"]
        made: dict[Kind, dict[str, Any]] = {}
        if category:
            below = category["level2"]["code"] if category["level2"] else None
            shown = {name: category[name] for name in ("code", "confidence", "needs_review")}
            made["category"] = {**shown, "level2": below}
        if visit:
            made["group_visit"] = {"level": visit["level"], "score": visit["score"]}
        made["compartment"] = {"restricted": row.restricted, "because": list(self.restricted_because)}
        made["link"] = {"matter": row.matter_id, "verdict": row.verdict}
        return made


def record_automatic(
    connection: Connection, keys: Keys, letters: Sequence[Judged], kinds: Collection[Kind] | None = None
) -> None:
    """Record what was decided on letters, of all kinds or some, with a keyed hash of what was read."""
    now = moment(datetime.now(UTC))
    rows: list[dict[str, Any]] = []
    for one in letters:
        shared = {
            "at": now,
            "basis_id": one.basis.id,
            "letter_id": one.row.id,
            "input_hash": _input_hash(keys, one.row),
        }
        rows += [
            {**shared, "kind": kind, "outcome": outcome}
            for kind, outcome in one.outcomes().items()
            if kinds is None or kind in kinds
        ]
    for basis in {one.basis.id: one.basis for one in letters}.values():
        queries.keep_basis(connection, basis.id, basis.model, basis.dictionary, dict(basis.thresholds))
    if rows:
        queries.insert_decisions(connection, rows)


def review(
    connection: Connection,
    caller: Caller,
    letter_ids: Collection[str],
    kind: Kind,
    decided: Decided,
    undone_by: int | None = None,
    note: str | None = None,
) -> None:
    """Record what a person made of the latest automatic decision of a kind on each of some letters.

    `undone_by` is the event that put its outcome out of force, None if the outcome stands.
    """
    values = {
        "reviewer": caller.name,
        "reviewed_at": moment(datetime.now(UTC)),
        "decided": decided,
        "undone_by": undone_by,
        "note": note,
    }
    queries.review_latest(connection, letter_ids, kind, values)


def latest(connection: Connection, letter_id: str, kind: Kind) -> Row[Any] | None:
    """Return the latest automatic decision of a kind on a letter."""
    rows = [row for row in queries.decisions_on(connection, letter_id) if row.kind == kind]
    return rows[-1] if rows else None


def letters_undone_by(connection: Connection, event: int) -> set[str]:
    """Return the letters on which an event put an automatic link out of force."""
    return queries.letters_undone_by(connection, event)


_BASES: "WeakKeyDictionary[Analyser, Basis]" = WeakKeyDictionary()


def basis_of(analyser: Analyser) -> Basis:
    """Return what the decisions of a model rest on."""
    if analyser not in _BASES:
        _BASES[analyser] = Basis(analyser.version, _dictionary(analyser), _thresholds(analyser))
    return _BASES[analyser]


def _dictionary(analyser: Analyser) -> str:
    taxonomy = repr(analyser.category.taxonomy) if analyser.category else ""
    return hashlib.sha256(f"{fingerprint()}{taxonomy}".encode()).hexdigest()


def _thresholds(analyser: Analyser) -> dict[str, Any]:
    """Return from where on a category needs no review, letters are compared, linked, and joined."""
    found: dict[str, Any] = {"compare": NEAR_FROM, "link": LINK_FROM, "join": analyser.join_from}
    if analyser.category:
        pairs = zip(analyser.category.level1_.classes_.tolist(), analyser.category.thresholds_.tolist(), strict=True)
        found["category"] = {code: round(at, DIGITS) if math.isfinite(at) else None for code, at in pairs}
    return found


def _input_hash(keys: Keys, row: Row[Any]) -> str:
    return keys.keyed_hash("input", f"{row.title}\n{row.body}")
