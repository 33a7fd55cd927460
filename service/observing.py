"""Counts every request and writes a line about it: route, status, time and role, nothing of what was asked."""

import logging
from time import perf_counter

from flask import Flask, Response, current_app, g, request
from flask_login import current_user

from service.metrics import Metrics

logger = logging.getLogger("hongyan.requests")
OTHER = "other"
# These calls are about accusations alone.
UNTOLD = frozenset({"accusations"})


def init_app(app: Flask) -> None:
    """Observe every request of an application."""
    app.extensions["metrics"] = Metrics()
    app.before_request(_begin)
    app.after_request(_end)


def these_metrics() -> Metrics:
    """Return the metrics of the current application."""
    metrics = current_app.extensions["metrics"]
    if not isinstance(metrics, Metrics):
        raise TypeError("observing.init_app has not put metrics into the application")
    return metrics


def leave_out() -> None:
    """Leave the current request out of the public numbers, because it touches an accusation."""
    g.left_out = True


def _begin() -> None:
    g.began = perf_counter()


def _end(response: Response) -> Response:
    seconds = perf_counter() - g.get("began", perf_counter())
    route = request.url_rule.rule if request.url_rule else OTHER
    method = request.method if request.url_rule else OTHER
    if not g.get("left_out") and request.blueprint not in UNTOLD:
        these_metrics().answered(method, route, response.status_code, seconds)
    caller = g.get("caller") or getattr(current_user, "caller", None)
    logger.info(
        "request",
        extra={
            "request_id": g.get("request_id"),
            "method": method,
            "route": route,
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 1),
            "role": caller.role if caller else None,
        },
    )
    return response
