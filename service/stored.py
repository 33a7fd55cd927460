"""Stored letters as the model reads them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from model.records import Letter


def letter_of_row(row: Row[Any], petitioners: frozenset[str] = frozenset()) -> Letter:
    """Return the record of a stored letter."""
    return Letter(
        id=row.id,
        title=row.title,
        body=row.body,
        received_at=datetime.fromisoformat(row.received_at),
        channel=row.channel,
        addressee=row.addressee,
        region=row.region,
        petitioners=petitioners,
    )
