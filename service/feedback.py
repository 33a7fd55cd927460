"""What people decided on links, as pairs from which the relation can be learnt."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row

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


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "body": row.body, "received_at": row.received_at}
