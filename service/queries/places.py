"""Where the letters of matters belong, kept apart for what is looked for by those who see but a part of the office."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Table, exists, tuple_

from service.queries.letters import Sight
from service.tables import letters

PLACE = ("restricted", "region", "addressee_key", "unit_key")


def places_of(rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Return the different places that letters belong to."""
    found = {tuple(getattr(row, name) for name in PLACE) for row in rows}
    return [dict(zip(PLACE, place, strict=True)) for place in sorted(found)]


def in_sight(sight: Sight, kept: FromClause) -> ColumnElement[bool]:
    """Return the condition that a caller may see a letter of the matter of a row: by its place, if it has one."""
    # Who delivered the letters of a matter stands with these alone.
    if "region" in kept.c and sight.owner is None:
        here: ColumnElement[bool] = sight.condition(kept)
        return here
    return exists().where(letters.c.matter_id == kept.c.matter_id, sight.condition())


def first_in_sight(sight: Sight, kept: Table) -> list[ColumnElement[bool]]:
    """Return the conditions that a place lies in a caller's sight, and is the first of its matter that does.

    A selection of distinct matters says the same, but would be made as a whole before a page is read out of it.
    """
    other = kept.alias()
    place, before = (tuple_(*(of.c[name] for name in PLACE)) for of in (kept, other))
    earlier = exists().where(other.c.matter_id == kept.c.matter_id, in_sight(sight, other), before < place)
    return [in_sight(sight, kept), ~earlier]
