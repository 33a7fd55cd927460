"""The list of matters."""

from flask import render_template

from service.audit import record_list
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.office import this_office
from service.schemas.requests import MattersQuery
from service.web.asked import asked, names_of_codes
from service.web.blueprint import web

PAGE = 50
FILTERS = ("level", "due", "clock", "since", "until")


@web.get("/matters")
@allow(OFFICE)
def matters() -> str:
    """Show the matters, those with the newest letters first, or what is due first."""
    query = asked(MattersQuery, (*FILTERS, "cursor"))
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        narrow = query.filter(reader.now, int(office.settings.due_soon_days))
        page, count = reader.matters(PAGE, query.cursor, narrow), reader.count_matters(narrow)
    record_list(office.database, this_caller(), "matters", query, len(page.items), page.flagged)
    chosen = {name: getattr(query, name) for name in FILTERS if getattr(query, name)}
    return render_template(
        "matters.html", page=page, count=count, cursor=query.cursor, chosen=chosen, names=names_of_codes()
    )
