import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from service.drift import OTHERS, drift_between
from service.office import Office
from service.queries.letters import moment
from service.stability import index_of_values, stability_index
from service.tables import letters, matters
from tests.service.desk import BRIBE, LIFT, LetIn, assert_problem, take

NOW = datetime(2026, 6, 1, tzinfo=UTC)
START = NOW - timedelta(weeks=8)


def put(office: Office, weeks: float, categories: Sequence[str], **facts: Any) -> None:
    """Store a letter of each category, some weeks after the start."""
    rows = [
        {
            "id": f"{weeks}-{number}",
            "owner": "east",
            "content_hash": "",
            "title": "",
            "body": LIFT,
            "received_at": moment(START),
            "stored_at": moment(START + timedelta(weeks=weeks)),
            "addressee": "",
            "region": "",
            "named": False,
            "restricted": False,
            "analysis": {"category": {"confidence": 0.9}},
            "category": category,
            "needs_review": False,
            "review": "pending",
            "matter_id": "m",
            "verdict": "first",
            **facts,
        }
        for number, category in enumerate(categories)
    ]
    with office.database.write() as connection:
        connection.execute(insert(letters), rows)


@pytest.fixture
def weeks(office: Office) -> Office:
    """Return an office with 200 letters in the first weeks and 200 in the last, which are of another kind."""
    with office.database.write() as connection:
        connection.execute(insert(matters).values(id="m", created_at=moment(START), restricted=False))
    put(office, 0, ["labour"] * 150 + ["transport"] * 47 + ["school"] * 3)
    unlike = {"body": "xyzzy" * 100, "analysis": {"category": {"confidence": 0.5}}, "needs_review": True}
    put(office, 7, ["labour"] * 50 + ["transport"] * 150, **unlike, review="corrected")
    return office


def test_what_moved_is_measured(weeks: Office) -> None:
    with weeks.database.read() as connection:
        found = drift_between(connection, weeks.engine.analyser, NOW)
    assert (found.before.letters, found.after.letters) == (200, 200)
    measures = {measure.name: measure for measure in found.measures}
    assert {name for name, measure in measures.items() if measure.index > 0.25} == {
        "category", "confidence", "length", "unknown_terms", "needs_review", "corrected",
    }  # fmt: skip
    assert (measures["confidence"].before, measures["confidence"].after) == (0.9, 0.5)
    assert (measures["needs_review"].before, measures["needs_review"].after) == (0, 1)
    shares = {line.code: (line.before, line.after, line.corrected_after) for line in found.categories}
    assert shares == {"labour": (0.75, 0.25, 1), "transport": (0.235, 0.75, 1), OTHERS: (None, 0, None)}


def test_nothing_is_said_of_few_letters(weeks: Office) -> None:
    with weeks.database.write() as connection:
        connection.execute(update(letters).where(letters.c.id.like("7-1%")).values(stored_at=moment(NOW)))
    with weeks.database.read() as connection:
        found = drift_between(connection, weeks.engine.analyser, NOW)
    assert (found.before.letters, found.after.letters) == (None, None)
    assert (found.measures, found.categories) == ([], [])


def test_accusations_are_in_no_number(weeks: Office) -> None:
    with weeks.database.read() as connection:
        plain = drift_between(connection, weeks.engine.analyser, NOW)
    put(weeks, 6.5, ["discipline"] * 150, restricted=True)
    with weeks.database.read() as connection:
        assert drift_between(connection, weeks.engine.analyser, NOW) == plain


def test_an_office_without_letters_has_no_drift(let_in: LetIn) -> None:
    shown = let_in("analyst").read("/models/drift")
    assert (shown["measures"], shown["categories"]) == ([], [])


def test_analysts_see_drift_and_no_letter(let_in: LetIn, office: Office) -> None:
    ids = [take(office, body).row.id for body in (LIFT, BRIBE)]
    text = json.dumps(let_in("admin").read("/models/drift"))
    assert not any(one in text for one in ids)
    for role in ("clerk", "supervisor", "discipline", "integrator"):
        assert_problem(let_in(role).get("/models/drift"), 404)


def test_equal_shares_have_not_moved() -> None:
    assert stability_index([100, 300], [100, 300]) == 0
    assert index_of_values([1, 2, 3, 4] * 50, [1, 2, 3, 4] * 50) == 0
    assert index_of_values([1.0] * 100, [2.0] * 100) > 1
    assert stability_index([100, 300], [300, 100]) == pytest.approx(1.09, abs=0.02)
