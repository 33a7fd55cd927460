"""The thresholds of the office: chosen, taken back, and tried on its own letters before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from model.analyse import Analyser
from model.gathering import JOIN_FROM
from service import audit
from service.caller import Caller
from service.db import Database
from service.errors import Conflict, Invalid
from service.queries import thresholds as queries
from service.queries.letters import Sight, moment
from service.schemas.thresholds import (
    JOINS,
    PRECISIONS,
    AcceptanceOut,
    ChoiceOut,
    JoiningOut,
    SimulationOut,
    ThresholdsOut,
)
from service.simulation import Outcome, Pair, accept, join

THRESHOLDS = "thresholds"
TRIED_PRECISIONS = (0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
TRIED_JOINS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
# So many of the newest letters are looked at.
LETTERS = 5000
# So many choices are shown.
SHOWN = 20
BELOW_PRECISION = "below_precision"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds: a precision, None for that which the model was trained for, and the score that joins."""

    precision: float | None
    join_from: float

    @classmethod
    def of(cls, row: Row[Any] | None) -> "Chosen":
        """Read what a row says; without one nothing was chosen."""
        return cls(row.precision, row.join_from) if row is not None else cls(None, JOIN_FROM)


def choose(database: Database, caller: Caller, chosen: Chosen, seen: int, reason: str | None = None) -> None:
    """Let thresholds hold from now on, in every process within a second.

    `seen` is the number of the choice that the caller saw, 0 for none. Raises Invalid for a value out of bounds, and
    Conflict if somebody else chose meanwhile.
    """
    bounds = (("precision", chosen.precision, PRECISIONS), ("join_from", chosen.join_from, JOINS))
    faults = [
        (name, f"give a number from {least} to {most}")
        for name, value, (least, most) in bounds
        if value is not None and not least <= value <= most
    ]
    if faults:
        raise Invalid("A threshold is out of bounds.", faults)
    with database.write() as connection:
        before = _seen(connection, seen)
        _store(connection, caller, chosen, Chosen.of(before), {"reason": reason})


def undo(database: Database, caller: Caller, seen: int) -> None:
    """Take the last choice back: what held before it holds again; raises Conflict if there is none or another one."""
    with database.write() as connection:
        last = _seen(connection, seen)
        if last is None:
            raise Conflict("No thresholds were chosen that could be taken back.")
        rows = queries.threshold_history(connection, 2)
        _store(connection, caller, Chosen.of(rows[1] if len(rows) > 1 else None), Chosen.of(last), {"undoes": seen})


def _seen(connection: Connection, seen: int) -> Row[Any] | None:
    newest = queries.newest_thresholds(connection)
    if (newest.number if newest else 0) != seen:
        raise Conflict("Other thresholds were chosen at this moment; look at them first.")
    return newest


def _store(connection: Connection, caller: Caller, chosen: Chosen, before: Chosen, more: dict[str, Any]) -> None:
    values = {"precision": chosen.precision, "join_from": chosen.join_from}
    row = {"at": moment(datetime.now(UTC)), "actor": caller.name, **values, **more}
    queries.insert_thresholds(connection, row)
    told = {**values, "before": {"precision": before.precision, "join_from": before.join_from}}
    action = "undo" if "undoes" in more else "change"
    audit.record(connection, caller, action, THRESHOLDS, [""], told)


def present(connection: Connection, analyser: Analyser) -> ThresholdsOut:
    """Return what holds, what the model in use makes of it, and who chose what before."""
    rows = queries.threshold_history(connection, SHOWN)
    chosen, category = Chosen.of(rows[0] if rows else None), analyser.category
    return ThresholdsOut(
        number=rows[0].number if rows else 0,
        precision=chosen.precision,
        join_from=chosen.join_from,
        promised=category.precision if category else None,
        adjustable=category is not None and category.held_out_ is not None,
        history=[ChoiceOut.of(row) for row in rows],
    )


def simulate(
    connection: Connection, analyser: Analyser, sight: Sight, precision: float | None, join_from: float | None
) -> SimulationOut:
    """Try thresholds on the newest letters in sight, and on all pairs in sight that persons decided on.

    Tried are the usual ones, those given, and those that hold. A precision whose thresholds the model cannot know is
    left out.
    """
    holds = Chosen.of(queries.newest_thresholds(connection))
    promised = analyser.category.precision if analyser.category else None
    rows = queries.newest_outcomes(connection, analyser.version, sight, LETTERS)
    letters, days = [_outcome(row) for row in rows], _days([row.received_at for row in rows])
    decided = {frozenset((row.a_id, row.b_id)): row for row in queries.decided_pairs(connection, sight)}
    pairs = [Pair(row.score or 0.0, row.kind == "confirm") for row in decided.values()]
    pair_days = _days([row.at for row in decided.values()])
    acceptances = [
        accept(letters, days, one, thresholds)
        for one in _tried(TRIED_PRECISIONS, precision, promised)
        if (thresholds := _thresholds_at(analyser, one)) is not None
    ]
    joinings = [join(pairs, pair_days, one) for one in _tried(TRIED_JOINS, join_from, holds.join_from)]
    return SimulationOut(
        letters=len(letters),
        judged=sum(one.right is not None for one in letters),
        days=days,
        pairs=len(pairs),
        pair_days=pair_days,
        acceptances=[AcceptanceOut.of(one) for one in acceptances],
        joinings=[JoiningOut.of(one) for one in joinings],
    )


def _tried(usual: Sequence[float], *others: float | None) -> list[float]:
    return sorted({*usual, *(other for other in others if other is not None)})


def _thresholds_at(analyser: Analyser, precision: float) -> Mapping[str, float] | None:
    category = analyser.category
    if category is None:
        return None
    found = category.thresholds_at(precision)
    if found is None and precision == category.precision:
        found = dict(zip(category.level1_.classes_.tolist(), category.thresholds_.tolist(), strict=True))
    return found


def _outcome(row: Row[Any]) -> Outcome:
    doubted = any(reason != BELOW_PRECISION for reason in row.reasons or ())
    right = None if row.review == "pending" else row.holds == row.code
    return Outcome(row.code, row.confidence, doubted, right)


def _days(times: Sequence[str]) -> int:
    """Return how many days lie between the first and the last of some times, both counted in."""
    if not times:
        return 1
    first, last = (datetime.fromisoformat(pick(times)) for pick in (min, max))
    return (last - first).days + 1
