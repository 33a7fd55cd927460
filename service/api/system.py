"""Health: alive, ready, and numbers for Prometheus."""

from threading import Event
from typing import Any, cast

from flask import Response, current_app
from flask_openapi3.blueprint import APIBlueprint
from prometheus_client import CONTENT_TYPE_LATEST

from service.api.base import answer
from service.auth import PUBLIC, allow, is_called_by
from service.caller import ADMINS
from service.observing import these_metrics
from service.office import this_office
from service.readiness import HARMLESS, STOPPING, add_unseen, checks, gauges
from service.schemas.health import HealthOut, ReadyOut

NUMBERS: dict[Any, Any] = {200: {"description": "Numbers", "content": {"text/plain": {"schema": {"type": "string"}}}}}

system_api = APIBlueprint("system", __name__)


@system_api.get("/healthz", responses={200: HealthOut})
@allow(PUBLIC)
def healthz() -> Response:
    """Say that the process is alive."""
    return answer(HealthOut(status="ok"))


@system_api.get("/readyz", responses={200: ReadyOut, 503: ReadyOut})
@allow(PUBLIC)
def readyz() -> Response:
    """Say whether letters can be taken in, check by check.

    A process that cannot load the active model goes on with the one before, and says why. An admin is told whether
    accusations wait for somebody who may see them, and nobody else.
    """
    office = this_office()
    found = checks(office, cast(Event, current_app.extensions[STOPPING]))
    unseen = add_unseen(office, found) if found["database"] == "ok" and is_called_by(ADMINS) else None
    ready = set(found.values()) <= HARMLESS
    return answer(
        ReadyOut(status="ok" if ready else "unavailable", checks=found, unseen=unseen, model=office.watch.trouble),
        200 if ready else 503,
    )


@system_api.get("/metrics", responses=NUMBERS)
@allow(PUBLIC)
def metrics() -> Response:
    """Return numbers about requests, letters, jobs and the model, for Prometheus."""
    office = this_office()
    return Response(these_metrics().text(lambda: gauges(office)), content_type=CONTENT_TYPE_LATEST)
