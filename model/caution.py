"""Finds letters in which a life may be in danger, so that help comes first."""

import re
from collections.abc import Iterator
from functools import cache

from model.records import Caution
from model.text import CleanText, without_traps
from model.words.tables import table


@cache
def _rules() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    content = table("danger")
    return (
        tuple(re.compile(expression) for expression in content["traps"]),
        tuple(re.compile(expression) for expression in content["dangers"]),
    )


def find_dangers(clean: CleanText) -> Iterator[Caution]:
    """Yield `danger_to_life` for every place where somebody announces suicide or a life is in immediate danger."""
    traps, dangers = _rules()
    text = without_traps(clean.text, traps)
    for danger in dangers:
        for match in danger.finditer(text):
            start, end = clean.original(match.start(), match.end())
            yield Caution("danger_to_life", start, end)
