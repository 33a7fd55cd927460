"""What people decided, as files to learn from: on links as pairs, on analyses as letters with labels."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from service.queries.classes import replaced_codes
from service.queries.corrections import judged_letters
from service.queries.decisions import standing_with_scores
from service.queries.letters import letters_by_id

LABELS = {"confirm": "same_matter", "reject": "related"}


def feedback_pairs(connection: Connection, restricted: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the standing decisions as pairs of letters with a label, without any personal field.

    Those on accusations come only if `restricted`. A pair that was decided several times comes once, as decided last.
    """
    latest = {frozenset((row.a_id, row.b_id)): row for row in standing_with_scores(connection, restricted)}
    for row in latest.values():
        letters = letters_by_id(connection, [row.a_id, row.b_id])
        sides = {side: _shown(letters[letter_id]) for side, letter_id in (("a", row.a_id), ("b", row.b_id))}
        yield {**sides, "label": LABELS[row.kind], "score": row.score}


def feedback_letters(connection: Connection, restricted: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the letters that people judged, with the code of the class that holds and what the model had said.

    Where the office put another class in its place, the code is that of the other one.

    Accusations come only if `restricted`.
    """
    now = replaced_codes(connection)
    for row in judged_letters(connection, restricted):
        if row.analysis["category"]:
            label, automatic = label_of(row.analysis), label_of(row.automatic or row.analysis)
            yield {**_shown(row), "label": now.get(label or "", label), "review": row.review, "automatic": automatic}


def label_of(analysis: Mapping[str, Any]) -> str | None:
    """Return the code of the finest class that an analysis names."""
    category = analysis["category"]
    if category is None:
        return None
    return str((category["level2"] or category)["code"])


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "body": row.body, "received_at": row.received_at}
