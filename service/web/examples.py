"""What makes the description of the API exact for this office: its categories, and which call leads to which."""

import json
from collections.abc import Mapping
from typing import Any

from model.taxonomy import Taxonomy

LETTERS, LETTER = "/api/v1/letters", "/api/v1/letters/{letter_id}"
MATTERS, MATTER = "/api/v1/matters", "/api/v1/matters/{matter_id}"
JOB, IMPORT, MODEL = "/api/v1/jobs/{job_id}", "/api/v1/imports/{import_id}", "/api/v1/models/{version}"
IMPORTS = "/api/v1/imports"
TAG = "$response.header.ETag"

# What kind a file is of, its name alone tells.
_FILE = {
    "contentType": "text/csv",
    "headers": {
        "Content-Disposition": {
            "schema": {"type": "string"},
            "example": 'form-data; name="file"; filename="letters.csv"',
        }
    },
}

# From a call and the status of its answer: name, call, parameters and body of what may be called next.
_Link = tuple[str, tuple[str, str], Mapping[str, str], Mapping[str, Any] | None]


# Which fields of a matter or of its letters an answer holds, if it is a matter.
_MATTER_ID, _FIRST_LETTER = "$response.body#/id", "$response.body#/letters/0/id"


def _of_letter(letter: str, matter: str) -> list[_Link]:
    """Return what may be called for a letter and its matter, given where an answer names both."""
    named, within = {"letter_id": letter}, {"matter_id": matter}
    return [
        ("letter", ("get", LETTER), named, None),
        ("similar", ("get", f"{LETTER}/similar"), named, None),
        ("matter", ("get", MATTER), within, None),
        ("register", ("post", f"{MATTER}/events"), within, {"type": "registered"}),
        ("accept", ("post", f"{MATTER}/events"), within, {"type": "accepted"}),
    ]


_CORRECTED: list[_Link] = [
    ("correct", ("patch", LETTER), {"letter_id": "$response.body#/id", "If-Match": TAG}, None),
]
_PAIR: list[_Link] = [
    (
        "confirm",
        ("post", f"{MATTER}/links"),
        {"matter_id": "$response.body#/items/0/matter/id"},
        {"letter_id": "$response.body#/items/1/id", "decision": "confirm"},
    ),
]
_JOB: list[_Link] = [
    (name, (method, path), {"job_id": "$response.body#/id"}, None)
    for name, method, path in (("job", "get", JOB), ("cancel", "post", f"{JOB}/cancel"))
]
_IMPORT: list[_Link] = [
    (name, (method, path), {"import_id": "$response.body#/id"}, None)
    for name, method, path in (
        ("import", "get", IMPORT),
        ("errors", "get", f"{IMPORT}/errors"),
        ("cancel", "post", f"{IMPORT}/cancel"),
    )
]
_VERSION: list[_Link] = [
    (name, (method, path), {"version": "$response.body#/items/0/version"}, None)
    for name, method, path in (
        ("model", "get", MODEL),
        ("activate", "post", f"{MODEL}/activate"),
        ("shadow", "post", f"{MODEL}/shadow"),
    )
]
_SHADOW: list[_Link] = [("end", ("delete", f"{MODEL}/shadow"), {"version": "$response.body#/version"}, None)]
_TOKEN: list[_Link] = [
    ("revoke", ("delete", "/api/v1/tokens/{token_id}"), {"token_id": "$response.body#/items/0/id"}, None)
]
_USER: list[_Link] = [("change", ("patch", "/api/v1/users/{name}"), {"name": "$response.body#/name"}, None)]
_MERGE: list[_Link] = [
    (
        "merge",
        ("post", f"{MATTER}/merge"),
        {"matter_id": "$response.body#/items/0/id"},
        {"matter_id": "$response.body#/items/1/id"},
    ),
]
_STEP: list[_Link] = [
    (
        "possible",
        ("post", f"{MATTER}/events"),
        {"matter_id": _MATTER_ID, "If-Match": TAG},
        {"type": "$response.body#/possible/0"},
    ),
]
_NOTICE: list[_Link] = [
    (
        "notice",
        ("post", f"{MATTER}/notices"),
        {"matter_id": _MATTER_ID},
        {"kind": "$request.body#/type", "letter_id": _FIRST_LETTER},
    ),
]
_DECIDED: list[_Link] = [
    (
        "split",
        ("post", f"{MATTER}/split"),
        {"matter_id": _MATTER_ID, "If-Match": TAG},
        {"letter_ids": [_FIRST_LETTER]},
    ),
    (
        "undo",
        ("delete", f"{MATTER}/links/{{letter_id}}"),
        {"matter_id": _MATTER_ID, "letter_id": _FIRST_LETTER, "If-Match": TAG},
        None,
    ),
]
LINKS: Mapping[tuple[str, str, str], list[_Link]] = {
    ("post", LETTERS, "201"): [*_of_letter("$response.body#/id", "$response.body#/matter/id"), *_CORRECTED],
    ("get", LETTER, "200"): _CORRECTED,
    ("patch", LETTER, "200"): _CORRECTED,
    ("get", LETTERS, "200"): [*_of_letter("$response.body#/items/0/id", "$response.body#/items/0/matter/id"), *_PAIR],
    ("get", MATTERS, "200"): _MERGE,
    ("get", MATTER, "200"): [*_STEP, *_DECIDED],
    ("post", f"{MATTER}/events", "201"): [*_STEP, *_NOTICE],
    ("post", "/api/v1/jobs", "202"): _JOB,
    ("post", IMPORTS, "202"): _IMPORT,
    ("get", "/api/v1/models", "200"): _VERSION,
    ("post", f"{MODEL}/shadow", "200"): _SHADOW,
    ("get", "/api/v1/tokens", "200"): _TOKEN,
    ("post", "/api/v1/users", "201"): _USER,
    ("post", f"{MATTER}/links", "200"): _DECIDED,
    ("post", f"{MATTER}/merge", "200"): _DECIDED,
    ("post", f"{MATTER}/split", "200"): _DECIDED,
}
# What lists and answers show of a thing is called as the thing: testers learn from the names whose id leads where.
_NAMES = {"MatterLineOut": "MatterOutput", "RegisteredOut": "ModelOutput"}


def document_of(
    described: Mapping[str, Any], roles: Mapping[tuple[str, str], list[str]], taxonomy: Taxonomy | None
) -> dict[str, Any]:
    """Return the description with links between calls, who may call what, and the codes of the categories in use."""
    whole = json.dumps(described)
    for name, shown in _NAMES.items():
        whole = whole.replace(name, shown)
    document: dict[str, Any] = json.loads(whole)
    for (method, path, status), links in LINKS.items():
        responses = document["paths"][path][method]["responses"]
        responses[status]["links"] = {
            name: _link(document, target, parameters, body) for name, target, parameters, body in links
        }
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            if roles[method, path]:
                call["x-roles"] = roles[method, path]
    sent = document["paths"][IMPORTS]["post"]["requestBody"]["content"]["multipart/form-data"]
    sent["encoding"] = {"file": _FILE}
    if taxonomy:
        choice = document["components"]["schemas"]["CategoryChoice"]["properties"]
        choice["code"]["enum"] = list(taxonomy.by_code)
        document["components"]["schemas"]["ClassIn"]["properties"]["category"]["enum"] = list(taxonomy.by_code)
        given = document["components"]["schemas"]["CorrectionIn"]["properties"]["category"]
        given["anyOf"].insert(0, {"type": "string", "enum": [*taxonomy.by_code, *taxonomy.classes_by_code]})
    return document


def _link(
    document: Mapping[str, Any], target: tuple[str, str], parameters: Mapping[str, str], body: Mapping[str, Any] | None
) -> dict[str, Any]:
    method, path = target
    link = {"operationId": document["paths"][path][method]["operationId"], "parameters": dict(parameters)}
    return link | ({"requestBody": dict(body)} if body else {})
