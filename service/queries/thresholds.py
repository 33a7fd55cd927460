"""Every statement about the thresholds of the office, and about the letters and pairs that they are tried on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Connection, Row, case, insert, select, type_coerce

from model.gathering import JOIN_FROM
from service.queries.decisions import KINDS, STANDING
from service.queries.letters import Sight
from service.tables import decisions, letters, links, thresholds


def newest_thresholds(connection: Connection) -> Row[Any] | None:
    """Return the thresholds that hold; None if the office never chose any."""
    return connection.execute(select(thresholds).order_by(thresholds.c.number.desc()).limit(1)).one_or_none()


def threshold_history(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return what the office chose, the newest first."""
    return list(connection.execute(select(thresholds).order_by(thresholds.c.number.desc()).limit(limit)))


def insert_thresholds(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add what the office chose."""
    connection.execute(insert(thresholds).values(values))


def join_from(connection: Connection) -> float:
    """Return the score from which letters are joined."""
    statement = select(thresholds.c.join_from).order_by(thresholds.c.number.desc()).limit(1)
    found = connection.execute(statement).scalar_one_or_none()
    return JOIN_FROM if found is None else found


def newest_outcomes(connection: Connection, model: str, sight: Sight, limit: int) -> list[Row[Any]]:
    """Return of the newest `limit` letters in sight those that a model read and gave a category.

    That is received_at, review, code, confidence and reasons (JSON) of the automatic category, and `holds`, the code
    that holds.
    """
    corrected = letters.c.automatic.is_not(None)
    newest = (
        select(
            letters.c.received_at,
            letters.c.review,
            letters.c.category.label("holds"),
            type_coerce(case((corrected, letters.c.automatic), else_=letters.c.analysis), JSON).label("said"),
        )
        .where(sight.condition())
        .order_by(letters.c.received_at.desc(), letters.c.id.desc())
        .limit(limit)
        .subquery()
    )
    said = newest.c.said
    statement = select(
        newest.c.received_at,
        newest.c.review,
        newest.c.holds,
        said["category"]["code"].as_string().label("code"),
        said["category"]["confidence"].as_float().label("confidence"),
        said["category"]["review_reasons"].as_json().label("reasons"),
    ).where(said["model"]["version"].as_string() == model, said["category"]["code"].as_string().is_not(None))
    return list(connection.execute(statement))


def decided_pairs(connection: Connection, sight: Sight) -> list[Row[Any]]:
    """Return kind, at, a_id, b_id and score (None if never scored) of what people decided on pairs in sight, in order.

    Whatever was taken back is left out.
    """
    seen = select(letters.c.id).where(sight.condition())
    low = case((decisions.c.a_id < decisions.c.b_id, decisions.c.a_id), else_=decisions.c.b_id)
    high = case((decisions.c.a_id < decisions.c.b_id, decisions.c.b_id), else_=decisions.c.a_id)
    statement = (
        select(decisions.c.kind, decisions.c.at, decisions.c.a_id, decisions.c.b_id, links.c.score)
        .outerjoin(links, (links.c.a_id == low) & (links.c.b_id == high))
        .where(STANDING, decisions.c.kind.in_(KINDS), decisions.c.a_id.in_(seen), decisions.c.b_id.in_(seen))
    )
    return list(connection.execute(statement.order_by(decisions.c.number)))
