"""Where a version in the shadow disagrees, as much of it as a caller may see."""

from datetime import datetime

from sqlalchemy import Connection

from service.caller import OFFICE, Caller
from service.queries import shadow as queries
from service.schemas.models import AgreementOut, DisagreementOut, DisagreementPage, KindOut


def disagreement_page(
    connection: Connection, caller: Caller, version: str, limit: int, cursor: str | None
) -> DisagreementPage:
    """Return numbers about letters in sight, and a page of these letters for who may see letters at all."""
    sight = caller.sight
    before = int(cursor) if cursor else None
    seen = caller.role in OFFICE
    rows = queries.page_of_disagreements(connection, version, sight, limit + 1, before) if seen else []
    return DisagreementPage(
        agreements=[
            AgreementOut.model_validate(row._mapping)
            for row in queries.counts_of(connection, version, sight.restricted)
        ],
        kinds=[KindOut.model_validate(row._mapping) for row in queries.kinds_of(connection, version, sight)],
        items=[
            DisagreementOut(
                letter=row.letter_id,
                at=datetime.fromisoformat(row.at),
                field=row.field,
                active=row.active,
                candidate=row.candidate,
            )
            for row in rows[:limit]
        ],
        next=str(rows[limit - 1].number) if len(rows) > limit else None,
    )
