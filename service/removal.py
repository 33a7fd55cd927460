"""Takes letters over to the other compartment; what they leave behind is gathered anew."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from service.engine import Engine
from service.errors import NotFound
from service.linking import Arrival, find_links, join_matter
from service.queries import letters as letter_queries
from service.queries import links as link_queries
from service.queries import matters as matter_queries
from service.queries import vectors as vector_queries
from service.queries.thresholds import join_from
from service.regrouping import EVERYTHING, Place, Why, settle
from service.standing import forget
from service.stored import letter_of_row

TRANSFERRED = "a letter went to another compartment"


def transfer_letter(connection: Connection, engine: Engine, letter_id: str, restricted: bool) -> int | None:
    """Keep a letter among accusations from now on, or release it to all others, and link it there.

    Its transaction must not have written yet. Returns the event of its going, None if it was there already. Raises
    NotFound if there is no such letter.
    """
    row = _row(connection, letter_id)
    if row.restricted == restricted:
        return None
    letter = letter_of_row(row, letter_queries.identities_of(connection, [letter_id])[letter_id])
    engine.catch_up(connection)
    arrival = Arrival(letter, engine.vector(letter), restricted)
    found = find_links(connection, engine, [arrival])[0]
    place = join_matter(connection, arrival, found)
    event = _take_out(connection, row, place)
    vector_queries.move_to_compartment(connection, letter_id, restricted)
    matter_queries.insert_links(connection, found)
    return event


def _row(connection: Connection, letter_id: str) -> Row[Any]:
    rows = letter_queries.letters_by_id(connection, [letter_id])
    if letter_id not in rows:
        raise NotFound
    return rows[letter_id]


def _take_out(connection: Connection, row: Row[Any], place: Place) -> int:
    """Move a letter, without its links and decisions, and gather what it leaves behind; returns the event of it."""
    at_least = join_from(connection)
    behind = link_queries.linked_from(connection, [row.id], at_least)
    behind |= {other.id for other in letter_queries.letters_of_matters(connection, [row.matter_id], EVERYTHING)}
    # Only the matter that it leaves is told: what comes out of one compartment has no past in the other.
    detail = {"letter": row.id, "reason": TRANSFERRED}
    event = matter_queries.insert_event(connection, row.matter_id, datetime.now(UTC), "removed", detail)
    forget(connection, row.id, event)
    matter_queries.delete_links_of(connection, row.id)
    letter_queries.move_letter(connection, row.id, place.matter, place.verdict)
    settle(connection, behind - {row.id}, at_least, Why(TRANSFERRED, event))
    return event
