"""The categories of the office: classes added, renamed, and put in place of others."""

from flask import request
from werkzeug.wrappers import Response

from service.auth import allow, this_caller
from service.caller import ADMINS
from service.office import class_list, this_office
from service.own_classes import OWN
from service.schemas.office import ClassChangeIn, ClassIn
from service.web.blueprint import web
from service.web.sections import change, filled, show


@web.get("/administration/taxonomy")
@allow(ADMINS)
def taxonomy() -> str:
    """Show the categories with their classes, and which of them the model does not know yet."""
    present, trained = class_list(this_caller()).now(), this_office().watch.trained.category
    known = set(trained.taxonomy.classes_by_code) if trained else set()
    return show(
        "taxonomy",
        taxonomy=present,
        unknown=set(present.classes_by_code) - known,
        names={code: entry.name for code, entry in present.classes_by_code.items()},
        own=OWN,
    )


@web.post("/administration/taxonomy")
@allow(ADMINS)
def change_taxonomy() -> Response:
    """Add a class, rename one, or let another stand for it."""

    def make() -> None:
        classes = class_list(this_caller())
        if request.form.get("action") == "add":
            new = filled(ClassIn)
            classes.add(new.category, new.name, new.definition)
            return
        wanted = filled(ClassChangeIn)
        if wanted.name is not None:
            classes.rename(wanted.code, wanted.name)
        else:
            classes.replace(wanted.code, wanted.replaced_by or "")

    return change("taxonomy", "classes.changed", make)
