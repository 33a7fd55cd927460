"""Where a version in the shadow disagrees, as much of it as a caller may see."""

from datetime import datetime

from sqlalchemy import Connection

from service.caller import OFFICE, Caller
from service.paging import cursor_of, position_of
from service.queries import shadow as queries
from service.queries.letters import Sight
from service.schemas.models import AgreementOut, DisagreementOut, DisagreementPage, KindOut


def disagreement_page(
    connection: Connection, caller: Caller, version: str, limit: int, cursor: str | None
) -> DisagreementPage:
    """Return numbers about letters in sight, and a page of these letters for who may see letters at all."""
    sight = caller.sight
    after = position_of(cursor) if cursor else None
    seen = caller.role in OFFICE
    rows = queries.page_of_disagreements(connection, version, sight, limit + 1, after) if seen else []
    return DisagreementPage(
        agreements=_agreements(connection, version, sight),
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
        next=cursor_of(rows[limit - 1].at, rows[limit - 1].key) if len(rows) > limit else None,
    )


def _agreements(connection: Connection, version: str, sight: Sight) -> list[AgreementOut]:
    """Return how often a version agreed and differed; nothing where the sight ends at a unit or region.

    What differed is counted among letters in sight, as the kinds are: the difference would tell of hidden ones.
    """
    if sight.unit is not None or sight.regions:
        return []
    differed = queries.differences_of(connection, version, sight)
    rows = queries.agreements_of(connection, version, sight.restricted)
    return [
        AgreementOut(
            field=row.field, against=row.against, agreed=row.agreed, differed=differed.get((row.field, row.against), 0)
        )
        for row in rows
    ]
