"""How values read on a page: percentages, days, and the words for codes."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, g

from model.taxonomy import Category
from model.when import OFFICE_ZONE
from service.quotes import masked_quote
from service.schemas.views import LetterOut
from service.texts import text
from service.working_days import working_days_until

LINE = 60
SHORT_ID = 6


def word(group: str, code: str | None) -> str:
    """Return the word for a code; a code that the catalogue does not know stands for itself."""
    if not code:
        return ""
    try:
        return text(f"{group}.{code}")
    except KeyError:
        return code


def words(group: str, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return codes with their words, to choose from."""
    return [(code, word(group, code)) for code in codes]


def named(entries: Sequence[Category]) -> list[tuple[str, str]]:
    """Return codes of categories with their names, to choose from."""
    return [(entry.code, entry.name) for entry in entries]


def percent(share: float) -> str:
    """Return a probability as a percentage; never 0 % or 100 %, for no model is that sure."""
    if share > 0.99:
        return ">99%"
    return "<1%" if share < 0.01 else f"{share:.0%}"


def day(moment: datetime) -> str:
    """Return the day in the office's time zone."""
    return f"{moment.astimezone(OFFICE_ZONE):%Y-%m-%d}"


def clock_time(moment: datetime) -> str:
    """Return day and time in the office's time zone."""
    return f"{moment.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"


def days_left(due: datetime) -> int:
    """Return in how many calendar days a deadline falls; negative if it has passed."""
    return (due.astimezone(OFFICE_ZONE).date() - datetime.now(OFFICE_ZONE).date()).days


def working_days_left(due: datetime) -> int:
    """Return how many working days are left until a deadline; negative if it has passed."""
    return working_days_until(due, datetime.now(OFFICE_ZONE))


def heading(letter: LetterOut) -> str:
    """Return the title of a letter, or how its text begins."""
    return beginning(letter.title or letter.body or "", LINE)


def beginning(passage: str, length: int = 2 * LINE) -> str:
    """Return how a text begins, on one line."""
    # Three times the length is enough to find that many characters that are not space, and spares long letters.
    plain = " ".join(passage[: 3 * length].split())
    return plain if len(plain) <= length else plain[:length] + "…"


def masked(passage: str) -> str:
    """Return a quote that hides who, when and where; a page shows the same ones again and again."""
    known: dict[str, str] = g.setdefault("masked", {})
    if passage not in known:
        known[passage] = masked_quote(passage)
    return known[passage]


def short(identifier: str) -> str:
    """Return the end of an id, enough to tell letters of one page apart."""
    return identifier[-SHORT_ID:]


def teach(blueprint: Blueprint) -> None:
    """Let every template of the application use the texts and these forms."""
    for say in (text, word, words, named):
        blueprint.add_app_template_global(say, say.__name__)
    for form in (percent, day, clock_time, days_left, working_days_left, heading, beginning, short, masked):
        blueprint.add_app_template_filter(form, form.__name__)
