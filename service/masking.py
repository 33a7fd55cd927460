"""How people appear on screens: enough to tell letters apart, not enough to know them."""

from collections.abc import Mapping, Sequence
from typing import Any


def masked_name(name: str) -> str:
    """Return a name with everything but its first character hidden: 张*."""
    return name[0] + "*" * max(1, len(name) - 1) if name else ""


def masked_phone(phone: str) -> str:
    """Return a phone number with its middle hidden: 138****0000."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def masked_petitioner(people: Sequence[str | Mapping[str, Any]]) -> str | None:
    """Return the first petitioner, masked, with the number of co-signers; None if nobody is named.

    An opaque key says nothing of a person and is not shown.
    """
    named = [person for person in people if not isinstance(person, str) and (person.get("name") or person.get("phone"))]
    if not named:
        return None
    first = named[0]
    parts = [masked_name(str(first.get("name") or "")), masked_phone(str(first.get("phone") or ""))]
    others = len(people) - 1
    return " ".join(part for part in parts if part) + (f" +{others}" if others else "")
