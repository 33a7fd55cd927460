"""Letters stored with links of given scores, as the intake stores them."""

from typing import Any

from sqlalchemy import Connection

from model.gathering import Link
from model.records import Letter
from service.linking import Arrival, join_matter
from service.queries.additions import Additions
from service.queries.letters import moment

MOMENT = "2026-03-05T01:07:00.000000+00:00"


def scored(a: str, b: str, score: float = 0.9) -> Link:
    """Return a link whose relation follows from its score."""
    return Link(min(a, b), max(a, b), score, "same_matter" if score >= 0.5 else "related")


def put(connection: Connection, letter: Letter, *links: Link, restricted: bool = False) -> tuple[str, str]:
    """Store a letter with given links; returns its matter and verdict."""
    place = join_matter(connection, Arrival(letter, None, restricted), links)
    values: dict[str, Any] = {
        "id": letter.id,
        "owner": "clerk",
        "content_hash": "",
        "title": letter.title,
        "body": letter.body,
        "received_at": moment(letter.received_at) if letter.received_at else MOMENT,
        "stored_at": MOMENT,
        "category": None,
        "channel": letter.channel,
        "addressee": letter.addressee,
        "region": letter.region,
        "named": False,
        "restricted": restricted,
        "analysis": {},
        "needs_review": True,
        "review": "pending",
        "matter_id": place.matter,
        "verdict": place.verdict,
    }
    additions = Additions(connection)
    additions.letter(values, letter.petitioners, links)
    additions.write()
    return place.matter, place.verdict
