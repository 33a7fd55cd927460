"""Where a caller may go: entries whose page exists and is open to the role, and where each role begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from service.auth import allow, allowed_roles, this_caller
from service.caller import STAFF, Caller, Role
from service.web.blueprint import web

# Names of views, in the order of the navigation; their texts are the keys of the group `navigation`.
ENTRIES = ("queue", "letters", "matters", "hot_issues", "dashboard", "reports", "imports", "administration")
HOMES: Mapping[Role, str] = {
    "clerk": "queue",
    "supervisor": "dashboard",
    "discipline": "queue",
    "admin": "queue",
    "analyst": "administration",
}
OTHERWISE = "letters"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation; `current` if the page belongs to it."""

    name: str
    address: str
    current: bool


def entries_for(caller: Caller) -> list[Entry]:
    """Return the entries that a caller may use."""
    found = []
    # A letter that is opened from a queue belongs to the workbench.
    here = url_for("web.queue") if "queue" in request.args else request.path
    for name in ENTRIES:
        if caller.role in (allowed_roles(f"web.{name}") or ()):
            address = url_for(f"web.{name}")
            found.append(Entry(name, address, f"{here}/".startswith(f"{address}/")))
    return found


def home_of(caller: Caller) -> str:
    """Return the address where the work of a caller begins."""
    wanted = f"web.{HOMES.get(caller.role, OTHERWISE)}"
    return url_for(wanted if wanted in current_app.view_functions else f"web.{OTHERWISE}")


@web.get("/")
@allow(STAFF)
def home() -> Response:
    """Lead a caller to where the work begins."""
    return redirect(home_of(this_caller()))


@web.app_context_processor
def _offer() -> dict[str, Any]:
    """Give every template the navigation of who is logged in."""
    return {"navigation": entries_for(this_caller()) if current_user.is_authenticated else []}
