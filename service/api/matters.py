"""Matters: list and read."""

from flask import Response

from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.office import this_office
from service.schemas.requests import MatterPath, PageQuery
from service.schemas.views import MatterOut, MatterPage

matters_api = api_blueprint("matters")


@matters_api.get("/matters", responses={200: MatterPage})
@allow(OFFICE)
def list_matters(query: PageQuery) -> Response:
    """List matters, those with the newest letters first."""
    office = this_office()
    with office.database.read() as connection:
        return answer(office.reader(connection, this_caller()).matters(query.limit, query.cursor))


@matters_api.get("/matters/<matter_id>", responses={200: MatterOut})
@allow(OFFICE)
def read_matter(path: MatterPath) -> Response:
    """Return a matter with its letters."""
    office = this_office()
    with office.database.read() as connection:
        return answer(office.reader(connection, this_caller()).matter(path.matter_id))
