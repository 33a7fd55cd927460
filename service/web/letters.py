"""The list of letters."""

from flask import render_template, request

from service.audit import record_list
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.errors import Invalid
from service.office import this_office
from service.schemas.requests import LettersQuery
from service.schemas.views import LetterPage
from service.web.asked import asked, categories, names_of_codes
from service.web.blueprint import web

PAGE = 50
# Those with a field in the form, and those that figures of other pages lead here with.
FIELDS = ("text", "category", "level", "review", "channel", "region", "verdict", "since", "until")
OTHERS = ("level2", "needs_review", "lacking", "suggested", "restricted")
FILTERS = (*FIELDS, *OTHERS)


@web.get("/letters")
@allow(OFFICE)
def letters() -> str:
    """Show the letters, newest first."""
    query, fault = _asked()
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        page, count = LetterPage(items=[], next=None), 0
        if not fault:
            page, count = reader.letters(query.filter(), PAGE, query.cursor), reader.count_letters(query.filter())
    record_list(office.database, this_caller(), "letters", query, len(page.items))
    chosen = {name: getattr(query, name) for name in FILTERS if getattr(query, name) is not None}
    if fault:
        chosen["text"] = fault
    return render_template(
        "letters.html",
        page=page,
        count=count,
        chosen=chosen,
        others=[name for name in OTHERS if name in chosen],
        cursor=query.cursor,
        categories=categories(),
        names=names_of_codes(),
        fault=fault is not None,
    )


def _asked() -> tuple[LettersQuery, str | None]:
    """Return what the address asks for, and the words in it by which nothing can be looked for."""
    try:
        return asked(LettersQuery, (*FILTERS, "cursor")), None
    except Invalid as error:
        if {field for field, _ in error.errors} != {"text"}:
            raise
        return asked(LettersQuery, [name for name in FILTERS if name != "text"]), request.args["text"]
