"""The description of the API: the OpenAPI document and a page that shows it, without any asset from outside."""

import re
from pathlib import Path
from typing import cast

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, jsonify, render_template, send_from_directory
from flask_openapi3.openapi import OpenAPI

from service.auth import PUBLIC, allow, allowed_roles
from service.office import this_office
from service.web.examples import document_of

SWAGGER = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"

description = Blueprint("description", __name__)


@description.get("/openapi.json")
@description.get("/api/v1/openapi.json")
@allow(PUBLIC)
def openapi() -> Response:
    """Return the OpenAPI document."""
    classifier = this_office().engine.analyser.category
    taxonomy = classifier.taxonomy if classifier else None
    return jsonify(document_of(cast(OpenAPI, current_app).api_doc, _roles(), taxonomy))


def _roles() -> dict[tuple[str, str], list[str]]:
    """Return who may call what, by method and path."""
    return {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)): sorted(allowed_roles(rule.endpoint) or ())
        for rule in current_app.url_map.iter_rules()
        for method in rule.methods or ()
    }


@description.get("/docs")
@description.get("/api/v1/docs")
@allow(PUBLIC)
def docs() -> str:
    """Show the OpenAPI document as a page."""
    return render_template("docs.html")


@description.get("/docs/assets/<path:name>")
@allow(PUBLIC)
def docs_asset(name: str) -> Response:
    """Return a script or style of the page that shows the API."""
    return send_from_directory(SWAGGER, name)
