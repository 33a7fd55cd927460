"""Where the letters of matters belong, kept apart for what is looked for by those who see but a part of the office."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

PLACE = ("restricted", "region", "addressee_key", "unit_key")


def places_of(letters: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Return the different places that letters belong to."""
    found = {tuple(getattr(row, name) for name in PLACE) for row in letters}
    return [dict(zip(PLACE, place, strict=True)) for place in sorted(found)]
