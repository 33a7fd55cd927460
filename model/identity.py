"""Who wrote, in a form that is equal for the same person however it was typed."""

import re
import unicodedata
from collections.abc import Mapping

_NOISE = re.compile(r"[\s\-()+·.]")


def identity_of(petitioner: str | Mapping[str, str | None] | None) -> str | None:
    """Return the normalised identity: the identity number, else the phone, else the name with the address.

    A plain string is a key that the caller keeps. None means anonymous, which is the same person as nobody; a name
    alone is not enough, because many people share one.
    """
    if petitioner is None:
        return None
    if isinstance(petitioner, str):
        return f"key:{petitioner.strip()}" if petitioner.strip() else None
    number, phone, name, address = (_plain(petitioner.get(key)) for key in ("id_number", "phone", "name", "address"))
    if number:
        return f"id:{number.upper()}"
    if phone:
        return f"phone:{phone.removeprefix('86') if len(phone) == 13 else phone}"
    return f"person:{name}|{address}" if name and address else None


def _plain(value: str | None) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", value)) if value else ""
