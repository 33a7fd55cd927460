"""The directory of units that matters are routed to."""

from flask import request
from werkzeug.wrappers import Response

from service.auth import allow, this_caller
from service.caller import ADMINS
from service.directory import put_unit, remove_unit
from service.office import this_office
from service.queries.directory import every_unit
from service.schemas.office import UnitIn, UnitOut
from service.web.asked import categories
from service.web.blueprint import web
from service.web.sections import change, filled, show


@web.get("/administration/units")
@allow(ADMINS)
def units() -> str:
    """Show the units and what each handles."""
    with this_office().database.read() as connection:
        rows = [UnitOut.of(row) for row in every_unit(connection)]
    return show("units", units=rows, categories=categories(), names={one.code: one.name for one in categories()})


@web.post("/administration/units")
@allow(ADMINS)
def change_units() -> Response:
    """Add a unit, change what it handles, or take it off."""
    database, caller = this_office().database, this_caller()

    def make() -> None:
        if request.form.get("action") == "remove":
            remove_unit(database, caller, request.form.get("name", ""))
            return
        regions, codes = request.form.get("regions", "").split(), request.form.getlist("categories")
        wanted = filled(UnitIn, regions=regions, categories=codes)
        put_unit(database, caller, wanted.name, wanted.regions, wanted.categories)

    return change("units", "directory.changed", make)
