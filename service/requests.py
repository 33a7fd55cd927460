"""What happens around every request: its id, its limits, and the headers that protect pages."""

import io
import re
import secrets
from collections.abc import Callable
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, Response, current_app, g, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.errors import NotFound, Problem, UnsupportedMedia

View = TypeVar("View", bound=Callable[..., Any])
MEBIBYTE = 1024 * 1024
# The argument of an address that names the content of a static file.
VERSION = "v"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class InMemoryRequest(Request):
    """A request whose uploaded files stay in memory: they hold personal data, which no temporary file may show."""

    def _get_file_stream(self, *_sizes: Any, **_facts: Any) -> IO[bytes]:
        return io.BytesIO()


def init_app(app: Flask) -> None:
    """Prepare every request and finish every answer of an application."""
    app.request_class = InMemoryRequest
    app.before_request(_name_request)
    app.after_request(_protect)


def _name_request() -> None:
    """Take over the caller's request id if it is harmless, or make one."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    if "\0" in request.path:
        # Nothing is stored under such a name, and PostgreSQL refuses to look.
        raise NotFound


def _protect(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = _POLICY
    if request.endpoint == "static" and request.args.get(VERSION):
        # Another content has another address.
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif not request.path.startswith("/static/") and request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def accept_up_to(size: int) -> Callable[[View], View]:
    """Let a view take bodies of up to so many bytes, instead of the limit of all others."""

    def mark(view: View) -> View:
        cast(Any, view).largest_body = size
        return view

    return mark


def without_json(view: View) -> View:
    """State that a view reads no JSON: it takes a form with a file, or nothing."""
    cast(Any, view).reads_json = False
    return view


def limit_body() -> None:
    """Set the limit of the body that the view of this request states."""
    view = current_app.view_functions.get(request.endpoint or "")
    size = getattr(view, "largest_body", None)
    if size is not None:
        request.max_content_length = size


def check_json() -> None:
    """Refuse a body that is no JSON in UTF-8, with a sentence that says so."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method not in ("POST", "PATCH", "PUT") or not getattr(view, "reads_json", True):
        return
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        # What is small on the way may be huge when unpacked.
        raise UnsupportedMedia("Send the body as it is, without Content-Encoding.")
    try:
        request.get_json(cache=True)
    except UnsupportedMediaType as error:
        raise Problem("Send JSON with the header Content-Type: application/json.") from error
    except BadRequest as error:
        raise Problem("The body is not JSON in UTF-8.", [("body", _fault(request.get_data(cache=True)))]) from error
    except RecursionError as error:
        raise Problem("The body is nested too deeply.", [("body", "send a plain letter")]) from error


def _fault(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8; convert it from its encoding (GB18030?) first"
    return (
        "is not JSON; check quotes, commas, brackets, numbers and names that stand twice"
        if content
        else "is empty; send a letter as JSON"
    )
