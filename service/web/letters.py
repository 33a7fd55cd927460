"""The list of letters."""

from flask import render_template, request

from service.audit import record_list
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.errors import Invalid
from service.office import this_office
from service.schemas.requests import LettersQuery
from service.schemas.views import LetterPage
from service.web.asked import asked, categories
from service.web.blueprint import web

PAGE = 50
FILTERS = ("text", "category", "level", "review", "channel", "verdict", "region", "since", "until")
# What only figures that lead here ask for: kept in the address, told in words.
QUIET = ("level2", "restricted")


@web.get("/letters")
@allow(OFFICE)
def letters() -> str:
    """Show the letters, newest first."""
    query, fault = _asked()
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        page = LetterPage(items=[], next=None) if fault else reader.letters(query.filter(), PAGE, query.cursor)
    record_list(office.database, this_caller(), "letters", query, len(page.items))
    chosen = {name: getattr(query, name) for name in (*FILTERS, *QUIET) if getattr(query, name) not in (None, "")}
    if fault:
        chosen["text"] = fault
    return render_template(
        "letters.html", page=page, chosen=chosen, cursor=query.cursor, categories=categories(), fault=fault is not None
    )


def _asked() -> tuple[LettersQuery, str | None]:
    """Return what the address asks for, and the words in it by which nothing can be looked for."""
    try:
        return asked(LettersQuery, (*FILTERS, *QUIET, "cursor")), None
    except Invalid as error:
        if {field for field, _ in error.errors} != {"text"}:
            raise
        return asked(LettersQuery, [name for name in (*FILTERS, *QUIET) if name != "text"]), request.args["text"]
