"""What the blueprints of the API share."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel

from service.auth import guard_api
from service.requests import check_json, limit_body
from service.schemas.problems import ProblemOut

PROBLEM_CONTENT = {"application/problem+json": {"schema": ProblemOut.model_json_schema()}}
PROBLEMS: dict[Any, Any] = {
    status: {"content": PROBLEM_CONTENT} for status in (400, 401, 404, 408, 409, 413, 414, 415, 422, 429, 431, 500, 503)
}

NOT_MODIFIED: dict[str, Any] = {"description": "The caller has the present state already"}
MATCHED: dict[Any, Any] = {412: {"content": PROBLEM_CONTENT}}
CONDITIONS: dict[Any, Any] = {**MATCHED, 428: {"content": PROBLEM_CONTENT}}


def api_blueprint(name: str) -> APIBlueprint:
    """Return a blueprint of /api/v1 that lets in whom its views allow, and reads JSON."""
    blueprint = APIBlueprint(name, __name__, url_prefix="/api/v1", abp_security=[{"token": []}], abp_responses=PROBLEMS)
    blueprint.before_request(guard_api)
    blueprint.before_request(limit_body)
    blueprint.before_request(check_json)
    return blueprint


def answer(content: BaseModel, status: int = 200, tag: str | None = None) -> Response:
    """Return a view as JSON, with the tag of its state."""
    response = jsonify(content.model_dump(mode="json"))
    response.status_code = status
    if tag is not None:
        response.headers["ETag"] = tag
    return response


def unchanged(tag: str) -> Response:
    """Tell the caller that it has the present state."""
    return Response(status=304, headers={"ETag": tag})
