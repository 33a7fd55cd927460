"""The blueprint of the pages and its guard."""

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from service.auth import PUBLIC, allowed_roles, this_caller
from service.errors import NotFound
from service.requests import limit_body
from service.texts import text
from service.web import words

web = Blueprint("web", __name__)
words.teach(web)


@web.before_request
def guard() -> Response | None:
    """Let in whom the view allows; others go to the login, or see nothing. A view that states nothing is closed.

    Whoever is let in and changes something must have come from a form of ours.
    """
    roles = allowed_roles(request.endpoint)
    if roles is None:
        raise NotFound
    if roles != PUBLIC:
        if not current_user.is_authenticated:
            wanted = request.full_path.rstrip("?") if request.method == "GET" else None
            if wanted is None:
                # Whoever sends a form had a session when its page was made.
                flash(text("login.expired"), "fault")
            return redirect(url_for("web.login", next=wanted if wanted != "/" else None))
        if this_caller().role not in roles:
            raise NotFound
    limit_body()
    if current_app.config["WTF_CSRF_ENABLED"]:
        current_app.extensions["csrf"].protect()
    return None
