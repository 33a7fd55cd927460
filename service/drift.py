"""How far letters, and what the model says of them, have moved since the active version was activated."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

import numpy as np
from sqlalchemy import Connection

from model.analyse import Analyser
from model.records import Letter
from service.db import Database
from service.engine import Engine
from service.queries import drift as queries
from service.queries.models import find_model, version_in
from service.schemas.drift import CategoryShareOut, DriftOut, MeasureOut, WindowOut
from service.stability import index_of_values, stability_index

WEEKS = timedelta(weeks=4)
# Fewer letters than these tell nothing, and might tell of somebody.
FEWEST_LETTERS = 100
FEWEST_OF_CATEGORY = 10
SAMPLE = 300
FRESH_FOR = timedelta(hours=1)
OTHERS = "others"


@dataclass
class Facts:
    """What is known of the letters of a time, accusations left out."""

    categories: Counter[str] = field(default_factory=Counter)
    corrected: Counter[str] = field(default_factory=Counter)
    to_review: int = 0
    letters: int = 0
    lengths: list[float] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)


class Drift:
    """Compare the last four weeks with the first four of the active version; the answer of an hour is kept."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self.database = database
        self.engine = engine
        self._lock = Lock()
        self._known: tuple[datetime, str, DriftOut] | None = None

    def now(self) -> DriftOut:
        """Return how far letters have moved, worked out within the last hour."""
        with self._lock:
            now, version = datetime.now(UTC), self.engine.analyser.version
            if self._known is None or self._known[1] != version or now - self._known[0] > FRESH_FOR:
                with self.database.read() as connection:
                    self._known = now, version, drift_between(connection, self.engine.analyser, now)
            return self._known[2]


def drift_between(connection: Connection, analyser: Analyser, now: datetime) -> DriftOut:
    """Compare the time after the activation with the last weeks; measures of too few letters are None."""
    begun = _begun(connection) or now
    middle = begun + (now - begun) / 2
    first, last = (begun, min(begun + WEEKS, middle)), (max(now - WEEKS, middle), now)
    before, after = (_facts(connection, analyser, *window) for window in (first, last))
    enough = min(before.letters, after.letters) >= FEWEST_LETTERS
    windows = [
        WindowOut(since=since, until=until, letters=facts.letters if enough else None)
        for (since, until), facts in ((first, before), (last, after))
    ]
    measures, categories = (_measures(before, after), _categories(before, after)) if enough else ([], [])
    return DriftOut(
        version=analyser.version, before=windows[0], after=windows[1], measures=measures, categories=categories
    )


def _begun(connection: Connection) -> datetime | None:
    """Return when the active version was activated, or the first letter came where no version was."""
    version = version_in(connection, "active")
    row = find_model(connection, version) if version else None
    begun = row.activated_at if row else queries.first_stored(connection)
    return datetime.fromisoformat(begun) if begun else None


def _facts(connection: Connection, analyser: Analyser, since: datetime, until: datetime) -> Facts:
    facts = Facts()
    for row in queries.facts_between(connection, since, until):
        facts.letters += 1
        facts.to_review += row.needs_review
        facts.lengths.append(row.length)
        if row.category is not None:
            facts.categories[row.category] += 1
            facts.corrected[row.category] += row.review == "corrected"
        if row.confidence is not None:
            facts.confidences.append(row.confidence)
    texts = queries.texts_between(connection, since, until, SAMPLE)
    facts.unknown = analyser.unknown_shares([Letter(row.id, row.title, row.body) for row in texts])
    return facts


def _measures(before: Facts, after: Facts) -> list[MeasureOut]:
    codes = sorted(before.categories | after.categories)
    corrected = [sum(facts.corrected.values()) for facts in (before, after)]
    found = [
        MeasureOut(
            name="category",
            index=stability_index(*([one.categories[code] for code in codes] for one in (before, after))),
        ),
        _of_values("confidence", before.confidences, after.confidences),
        _of_values("length", before.lengths, after.lengths),
        _of_values("unknown_terms", before.unknown, after.unknown),
        _of_share("needs_review", (before.to_review, after.to_review), (before.letters, after.letters)),
        _of_share("corrected", (corrected[0], corrected[1]), (before.letters, after.letters)),
    ]
    return [measure for measure in found if measure is not None]


def _of_values(name: str, before: Sequence[float], after: Sequence[float]) -> MeasureOut | None:
    """Compare numbers; None where one of the times has none."""
    if not before or not after:
        return None
    means = [round(float(np.mean(values)), 4) for values in (before, after)]
    return MeasureOut(name=name, index=index_of_values(before, after), before=means[0], after=means[1])


def _of_share(name: str, counts: tuple[int, int], letters: tuple[int, int]) -> MeasureOut:
    """Compare shares of the letters; one of too few letters stays unsaid."""
    index = stability_index(*([count, whole - count] for count, whole in zip(counts, letters, strict=True)))
    before, after = (_share(count, whole) for count, whole in zip(counts, letters, strict=True))
    return MeasureOut(name=name, index=index, before=before, after=after)


def _categories(before: Facts, after: Facts) -> list[CategoryShareOut]:
    """Return the share of each category, and of these how many people corrected; small ones together."""
    both = before.categories | after.categories
    large = sorted(code for code in both if min(before.categories[code], after.categories[code]) >= FEWEST_OF_CATEGORY)
    groups = {**{code: [code] for code in large}, OTHERS: [code for code in both if code not in large]}
    lines = []
    for name, codes in groups.items():
        shares = [_share(sum(one.categories[code] for code in codes), one.letters) for one in (before, after)]
        corrected = [
            _share(sum(one.corrected[code] for code in codes), sum(one.categories[code] for code in codes))
            for one in (before, after)
        ]
        lines.append(
            CategoryShareOut(
                code=name,
                before=shares[0],
                after=shares[1],
                corrected_before=corrected[0],
                corrected_after=corrected[1],
            )
        )
    return lines


def _share(count: int, whole: int) -> float | None:
    """Return a share; None where it would tell of few letters."""
    if whole < FEWEST_OF_CATEGORY or 0 < count < FEWEST_OF_CATEGORY:
        return None
    return round(count / whole, 4)
