"""Answers errors: problem documents for the API, a plain page for people; never a stack trace."""

import logging
from collections.abc import Sequence

from flask import Flask, Response, g, jsonify, render_template, request
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.exceptions import HTTPException

from service.errors import Busy, NotFound, PreconditionFailed, Problem, TooLarge
from service.schemas.letters import faults

logger = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Answer every error of an application in one shape."""
    app.register_error_handler(Problem, _answer_problem)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(OperationalError, _answer_database)
    # A table or column that is not there: the database is being migrated. SQLite calls that operational too.
    app.register_error_handler(ProgrammingError, _answer_database)
    app.register_error_handler(Exception, _answer_unexpected)


def validation_problem(error: ValidationError) -> Response:
    """Answer a request that does not fit its schema, naming each field."""
    return _document(422, "Unprocessable content", "The request does not fit its description.", faults(error))


def _answer_problem(problem: Problem) -> Response:
    response = _answer(problem.status, problem.title, problem.detail, problem.errors)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(problem, PreconditionFailed):
        response.headers["ETag"] = problem.etag
    return response


def _answer_http(error: HTTPException) -> Response:
    if error.code == 404:
        return _answer_problem(NotFound())
    if error.code == 405 and request.method == "GET" and wants_page():
        # The address of a deed, looked at again: what it was done to is one step above.
        return Response(status=302, headers={"Location": f"/{request.path.rpartition('/')[0].strip('/')}"})
    detail = error.description or error.name
    if error.code == 413:
        detail = f"The request is larger than the limit of {request.max_content_length:,} bytes."
    title = TooLarge.title if error.code == 413 else error.name
    response = _answer(error.code or 500, title, detail)
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _answer_database(error: OperationalError | ProgrammingError) -> Response:
    logger.error("database error", exc_info=error)
    return _answer_problem(Busy("The database does not answer; send the request again.", retry_after=5))


def _answer_unexpected(error: Exception) -> Response:
    logger.error("unexpected error", exc_info=error)
    return _answer(500, "Internal server error", "Something went wrong on our side; it has been logged.")


def _answer(status: int, title: str, detail: str, errors: Sequence[tuple[str, str]] = ()) -> Response:
    if wants_page():
        page = render_template("error.html", status=status, request_id=g.get("request_id"))
        return Response(page, status, content_type="text/html; charset=utf-8")
    return _document(status, title, detail, errors)


def wants_page() -> bool:
    """Say whether a person looks at the answer, not a program."""
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def _document(status: int, title: str, detail: str, errors: Sequence[tuple[str, str]] = ()) -> Response:
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": [{"field": field, "reason": reason} for field, reason in errors],
    }
    if status != 404:
        # Missing and forbidden must not differ in a byte; the header carries the request id there too.
        content["request_id"] = g.get("request_id")
    response = jsonify(content)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response
