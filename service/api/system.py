"""Health: alive, and ready."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.api.base import answer
from service.auth import PUBLIC, allow
from service.errors import Busy, DatabaseError
from service.migrate import require_current
from service.office import this_office
from service.schemas.requests import HealthOut, TroubledOut

system_api = APIBlueprint("system", __name__)


@system_api.get("/healthz", responses={200: HealthOut})
@allow(PUBLIC)
def healthz() -> Response:
    """Say that the process is alive."""
    return answer(HealthOut(status="ok"))


@system_api.get("/readyz", responses={200: TroubledOut, 503: HealthOut})
@allow(PUBLIC)
def readyz() -> Response:
    """Say whether letters can be taken in: database reachable and migrated, model loaded.

    A process that cannot load the active model goes on with the one before, and says so.
    """
    database, watch = this_office().database, this_office().watch
    try:
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
        require_current(database)
    except (DatabaseError, Busy, SQLAlchemyError):
        return answer(HealthOut(status="unavailable"), 503)
    if watch.trouble:
        return answer(TroubledOut(status="ok", model=watch.trouble))
    return answer(HealthOut(status="ok"))
