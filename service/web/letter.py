"""One letter, what was found in it, the letters beside it, and what can be done with it."""

from typing import Any

from flask import render_template, request, session

from model.taxonomy import Category
from service.audit import LETTER, record_look
from service.auth import allow, this_caller
from service.caller import DISCIPLINE, OFFICE, RESTRICTERS, UNMASKERS
from service.directory import likely_units
from service.office import this_office
from service.queries.units import units_in_use, units_of_category
from service.schemas.originals import OriginalOut
from service.schemas.queues import QueueQuery
from service.schemas.views import LetterOut
from service.waiting import Waiting
from service.web.asked import asked, categories
from service.web.blueprint import web
from service.web.marks import MOST_WEIGHTS, beside, fresh_in, marked

FIELDS = ("queue", "category", "region", "channel", "level", "order")
# Pages that a browser fetches before somebody wants them.
PRELOAD = "X-Preload"
# What somebody did last, and where, stands in the session so that it can be taken back.
LAST, PLACE = "last", "place"
# Digits are the keys of the first suggestions.
MOST_UNITS = 9
CATEGORY_KEYS = "123456789abdefghilmopqrstuvwxyz"


@web.get("/letters/<letter_id>")
@allow(OFFICE)
def letter(letter_id: str) -> str:
    """Show a letter, what was found in it, and the letters of its matter beside it."""
    return page(letter_id)


def page(letter_id: str, original: OriginalOut | None = None) -> str:
    """Return the page of a letter; with its original, where somebody may see that and said why."""
    query = asked(QueueQuery, FIELDS)
    office, caller = this_office(), this_caller()
    with office.database.read() as connection:
        reader = office.reader(connection, caller)
        row = reader.require_letter(letter_id)
        view, tag = reader.view(row), reader.tag(row)
        together, apart = beside(view, reader.similar(office.engine, letter_id))
        following = Waiting(reader, int(office.settings.due_soon_days)).following(query, row)
        known = likely_units(connection, view.category.code if view.category else None, view.region)
        likely = units_of_category(connection, view.category.code, MOST_UNITS) if view.category else []
        units = units_in_use(connection)
    told = {"similar": len(together) + len(apart)} | ({"preloaded": True} if PRELOAD in request.headers else {})
    record_look(office.database, caller, "view", LETTER, [view.id], told)
    fresh, last = fresh_in(view, together)
    return render_template(
        "letter.html",
        view=view,
        tag=tag,
        marked=marked(view, fresh),
        fresh_beside=last if fresh else None,
        together=together,
        apart=apart,
        weights=_weights(view),
        original=original,
        queue=query.address(),
        following=following,
        likely=list(dict.fromkeys([*([view.addressee] if view.addressee else []), *known, *likely]))[:MOST_UNITS],
        units=list(dict.fromkeys([*known, *units])),
        choices=list(zip(categories(), CATEGORY_KEYS, strict=False)),
        below=_classes(view),
        can_undo=LAST in session,
        may_unmask=caller.role in UNMASKERS,
        restricted=row.restricted,
        may_move=caller.role in (DISCIPLINE if row.restricted else RESTRICTERS),
    )


def _weights(view: LetterOut) -> list[Any]:
    evidence = enumerate(view.category.evidence if view.category else [])
    return sorted(evidence, key=lambda entry: -abs(entry[1].weight))[:MOST_WEIGHTS]


def _classes(view: LetterOut) -> Category | None:
    """Return the category of a letter with its classes."""
    return next((one for one in categories() if view.category and one.code == view.category.code), None)
