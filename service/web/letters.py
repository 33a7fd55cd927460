"""The list of letters."""

from flask import render_template

from service.audit import record_list
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.office import this_office
from service.schemas.requests import LettersQuery
from service.web.asked import asked, categories
from service.web.blueprint import web

PAGE = 50
FILTERS = ("category", "level", "review", "channel")


@web.get("/letters")
@allow(OFFICE)
def letters() -> str:
    """Show the letters, newest first."""
    query = asked(LettersQuery, (*FILTERS, "cursor"))
    office = this_office()
    with office.database.read() as connection:
        page = office.reader(connection, this_caller()).letters(query.filter(), PAGE, query.cursor)
    record_list(office.database, this_caller(), "letters", query, len(page.items))
    chosen = {name: getattr(query, name) for name in FILTERS if getattr(query, name)}
    return render_template("letters.html", page=page, chosen=chosen, cursor=query.cursor, categories=categories())
