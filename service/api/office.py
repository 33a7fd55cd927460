"""What the office keeps of itself: its directory of units, and its categories."""

from flask import Response

from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import ADMINS, EVERYBODY, OFFICE
from service.directory import put_unit, remove_unit
from service.office import class_list, this_office
from service.queries.directory import every_unit
from service.requests import without_json
from service.schemas.office import ClassChangeIn, ClassIn, TaxonomyOut, UnitIn, UnitList, UnitOut, UnitPath

office_api = api_blueprint("office")


@office_api.get("/units", responses={200: UnitList})
@allow(OFFICE)
def list_units() -> Response:
    """List the units that matters are routed to."""
    return _units()


@office_api.put("/units", responses={200: UnitList})
@allow(ADMINS)
def change_unit(body: UnitIn) -> Response:
    """Add a unit, or change what it handles."""
    put_unit(this_office().database, this_caller(), body.name, body.regions, body.categories)
    return _units()


@office_api.delete("/units/<name>", responses={200: UnitList})
@allow(ADMINS)
@without_json
def delete_unit(path: UnitPath) -> Response:
    """Take a unit off the list; matters that were routed to it stay with it."""
    remove_unit(this_office().database, this_caller(), path.name)
    return _units()


@office_api.get("/taxonomy", responses={200: TaxonomyOut})
@allow(EVERYBODY)
def show_taxonomy() -> Response:
    """Return the categories with their classes, as the office has them."""
    return _taxonomy()


@office_api.post("/taxonomy/classes", responses={201: TaxonomyOut})
@allow(ADMINS)
def add_class(body: ClassIn) -> Response:
    """Add a class below a category; people can choose it at once, the model once it was trained with such letters."""
    class_list(this_caller()).add(body.category, body.name, body.definition)
    return _taxonomy(201)


@office_api.patch("/taxonomy/classes", responses={200: TaxonomyOut})
@allow(ADMINS)
def change_class(body: ClassChangeIn) -> Response:
    """Rename a class or category, or let another class stand for one."""
    classes = class_list(this_caller())
    if body.name is not None:
        classes.rename(body.code, body.name.strip())
    else:
        classes.replace(body.code, body.replaced_by or "")
    return _taxonomy()


def _units() -> Response:
    with this_office().database.read() as connection:
        return answer(UnitList(items=[UnitOut.of(row) for row in every_unit(connection)]))


def _taxonomy(status: int = 200) -> Response:
    return answer(TaxonomyOut.of(class_list(this_caller()).now()), status)
