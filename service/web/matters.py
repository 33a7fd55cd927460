"""The list of matters."""

from flask import render_template

from service.audit import record_list
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.office import this_office
from service.schemas.requests import MattersQuery
from service.web.asked import asked, categories
from service.web.blueprint import web

PAGE = 50


@web.get("/matters")
@allow(OFFICE)
def matters() -> str:
    """Show the matters, those with the newest letters first."""
    query = asked(MattersQuery, ("level", "cursor"))
    office = this_office()
    with office.database.read() as connection:
        page = office.reader(connection, this_caller()).matters(PAGE, query.cursor, query.level)
    record_list(office.database, this_caller(), "matters", query, len(page.items), page.flagged)
    names = {category.code: category.name for category in categories()}
    return render_template("matters.html", page=page, cursor=query.cursor, level=query.level, names=names)
