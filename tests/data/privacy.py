"""Finds numbers in texts that could belong to a real person."""

import re
import unicodedata

_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[ -]?\d{7,8}(?!\d)")
_FICTITIOUS = ("1380000", "1390000")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def real_numbers(text: str) -> list[str]:
    """Return identity numbers with a valid checksum and telephone numbers that are neither masked nor fictitious."""
    plain = unicodedata.normalize("NFKC", text)
    identities = [number for number in _IDENTITY.findall(plain) if _is_valid(number)]
    mobiles = [number for number in _MOBILE.findall(plain) if not re.sub(r"[ -]", "", number).startswith(_FICTITIOUS)]
    return [*identities, *mobiles, *_LANDLINE.findall(plain)]


def _is_valid(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()
