"""The sections of the administration, as far as a caller may enter them, and how a change is made and told."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from pydantic import BaseModel, ValidationError
from werkzeug.wrappers import Response

from service.auth import allowed_roles, this_caller
from service.errors import Invalid, Problem
from service.schemas.letters import faults
from service.texts import text
from service.web.navigation import Entry

# Names of views, in the order of the sections; their texts are the keys of the group `section`.
SECTIONS = ("thresholds", "models", "taxonomy", "units", "users", "tokens", "audit_trail", "retention", "status")
Form = TypeVar("Form", bound=BaseModel)


def sections() -> list[Entry]:
    """Return the sections that the caller may enter."""
    role = this_caller().role
    entered = [name for name in SECTIONS if role in (allowed_roles(f"web.{name}") or ())]
    return [Entry(name, url_for(f"web.{name}"), request.endpoint == f"web.{name}") for name in entered]


def show(template: str, **given: Any) -> str:
    """Return a page of the administration."""
    return render_template(f"administration/{template}.html", sections=sections(), **given)


def filled(schema: type[Form], **more: Any) -> Form:
    """Read a form; a field that was left empty says nothing. Raises Invalid if it cannot be so."""
    given = {name: value.strip() for name, value in request.form.items() if value.strip()}
    try:
        return schema.model_validate(given | more)
    except ValidationError as error:
        raise Invalid("The form cannot be accepted.", faults(error)) from error


def change(endpoint: str, done: str, make: Callable[[], object]) -> Response:
    """Make a change and lead back to a section, which tells what became of it."""
    try:
        make()
    except Problem as problem:
        flash(told(problem), "fault")
    else:
        flash(text(done), "done")
    return redirect(url_for(f"web.{endpoint}"), 303)


def told(problem: Problem) -> str:
    """Return in plain words why a change was refused."""
    fields = [field for field, _ in problem.errors]
    for key in (*(f"refused.{problem.status}_{field}" for field in fields), f"refused.{problem.status}"):
        try:
            return text(key)
        except KeyError:
            continue
    return text("refused.other")
