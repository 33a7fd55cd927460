"""Counties, districts and towns that a letter names, spelt out or anonymised (A3区, K县)."""

import re
from functools import cache

from model.reading import REGION_CODE
from model.words.tables import table

# A city holds many districts: two letters that name it may still speak of different ones.
_WIDE = ("省", "市", "州")


@cache
def _spelt_out() -> re.Pattern[str]:
    """Return a pattern of the last two characters of a region's name with its ending.

    No dictionary knows where such a name begins, and two characters tell regions apart.
    """
    content = table("names")
    general = "|".join(sorted(content["general_regions"]))
    return re.compile(rf"(?!{general})[^{content['stops']}\W\da-z_]{{2}}(?:{'|'.join(content['fine_regions'])})")


def fine_regions(text: str) -> frozenset[str]:
    """Return the districts, counties and towns of a clean text, without cities and provinces."""
    codes = {match.group() for match in REGION_CODE.finditer(text) if not match.group().endswith(_WIDE)}
    return frozenset(codes | {match.group() for match in _spelt_out().finditer(text)})
