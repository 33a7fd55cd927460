"""Letters and steps that are written straight into a database, so that every figure is known beforehand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from model.when import parse_time
from service.office import Office
from service.queries.additions import Additions
from service.queries.letters import moment
from service.queries.matters import insert_event, insert_matter
from service.tables import matters

NAMES = {"labour": "劳动社保", "environment": "环境保护"}
CERTAIN: dict[str, Any] = {
    "confidence": 0.9,
    "needs_review": False,
    "review_reasons": [],
    "alternatives": [],
    "also": [],
    "evidence": [],
    "rest": 0.0,
}
PLAIN: dict[str, Any] = {
    "route": "ordinary",
    "purpose": "appeal",
    "group_visit": None,
    "warnings": [],
    "model": {"version": "v1"},
}


def put(
    office: Office,
    letter_id: str,
    at: str,
    *,
    matter: str | None = None,
    category: str | None = "labour",
    level2: str | None = None,
    suggested: str | None = None,
    signed: Sequence[str] = (),
    **columns: Any,
) -> str:
    """Store a letter received at a time of the office; returns its matter, one of its own unless told.

    `suggested` is the category of the model where people corrected it; `signed` are hashes of who wrote.
    """
    below = {"code": level2, "name": level2, "confidence": 0.9} if level2 else None
    held = {"code": category, "name": NAMES.get(category or "", category), "level2": below, **CERTAIN}
    analysis = {**PLAIN, "id": letter_id, "category": held if category else None}
    values: dict[str, Any] = {
        "id": letter_id,
        "owner": "clerk",
        "content_hash": "",
        "title": "",
        "body": "拖欠工资",
        "received_at": moment(parse_time(at)),
        "stored_at": moment(parse_time(at)),
        "channel": None,
        "addressee": "",
        "region": "",
        "named": True,
        "restricted": False,
        "analysis": analysis,
        "category": category,
        "class_code": level2,
        "needs_review": True,
        "review": "pending",
        "matter_id": matter or f"m-{letter_id}",
        "verdict": "first",
        **columns,
    }
    if suggested:
        values |= {"review": "corrected", "automatic": {**analysis, "category": {**held, "code": suggested}}}
    with office.database.write() as connection:
        if connection.execute(select(matters).where(matters.c.id == values["matter_id"])).one_or_none() is None:
            insert_matter(connection, values["matter_id"], parse_time(at), values["restricted"])
        additions = Additions(connection)
        additions.letter(values, signed, [])
        additions.write()
    return str(values["matter_id"])


def take_step(office: Office, matter: str, kind: str, at: str | datetime, **detail: Any) -> int:
    """Record a step of a matter; returns its number."""
    when = parse_time(at) if isinstance(at, str) else at
    with office.database.write() as connection:
        return insert_event(connection, matter, when, kind, {"actor": "li", "unit": None, "reason": None, **detail})
