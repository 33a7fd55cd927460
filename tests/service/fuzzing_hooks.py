"""What a tester knows of this office and the description cannot tell: ids that exist, and what may happen to them now.

Only what is sent as valid is led to what exists, and one in five is left as it is; what people need to go on with the
test is never taken away. Schemathesis reads this module; HONGYAN_TESTER holds the address and the token.
"""

import os
from collections.abc import Callable
from pathlib import PurePosixPath
from random import Random
from time import sleep
from typing import Any
from uuid import uuid4

import requests
import schemathesis
from schemathesis import HookContext
from schemathesis.core import NOT_SET

from service.caller import ROLES

LEFT_ALONE = 0.2
KEEPER = "keeper"
ENOUGH = 6
TRIES = 10
MANY = "?limit=100"
LETTER = {
    "body": "翠竹路的路灯坏了一个月，请尽快修理。",
    "petitioner": {"name": "赵铁柱", "phone": "13812340000", "address": "翠竹路十二号"},
}
BROKEN = {"file": ("broken.xlsx", b"no workbook")}

chance = Random(1)  # noqa: S311 - a choice that repeats
ADDRESS, _, TOKEN = os.environ["HONGYAN_TESTER"].partition(" ")


def ask(method: str, path: str, content: Any = None, **options: Any) -> Any:
    """Ask the server, and return the JSON of its answer."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.request(method, f"{ADDRESS}/api/v1{path}", headers=headers, json=content, timeout=60, **options)
    return answer.json()


def items(path: str) -> list[Any]:
    """Return the entries of a list."""
    found: list[Any] = ask("GET", path).get("items", [])
    return found


def any_of(path: str, name: str = "id") -> Any:
    """Return the id of an entry of a list, or one that does not exist if the list is empty."""
    found = items(path)
    return chance.choice(found)[name] if found else str(uuid4())


def letter(case: Any) -> None:
    case.path_parameters["letter_id"] = any_of(f"/letters{MANY}")


def matter(case: Any) -> None:
    case.path_parameters["matter_id"] = any_of(f"/matters{MANY}")


def job(case: Any) -> None:
    case.path_parameters["job_id"] = any_of(f"/jobs{MANY}")


def sent(case: Any) -> None:
    if not items("/imports?limit=1"):
        ask("POST", "/imports", files=BROKEN)
    case.path_parameters["import_id"] = any_of("/imports")


def ordered(case: Any) -> None:
    """Choose a report that was ordered; one of few letters is made at once."""
    if not items("/reports?limit=1"):
        ask("POST", "/reports", {"period": "2026-03"})
    case.path_parameters["report_id"] = any_of("/reports")


def failed(case: Any) -> None:
    """Choose a job that failed; files that are broken make such jobs."""
    found: list[str] = []
    while not found:
        ask("POST", "/imports", files=BROKEN)
        sleep(0.2)
        found = [one["id"] for one in items(f"/jobs{MANY}") if one["state"] == "failed"]
    case.path_parameters["job_id"] = chance.choice(found)


def deliver(case: Any) -> None:
    """Deliver what was not delivered before."""
    case.headers.pop("Idempotency-Key", None)
    if case.body.get("external_id"):
        case.body["external_id"] = str(uuid4())


def page(case: Any) -> None:
    """Begin at the beginning: a cursor is what a list before gave."""
    case.query.pop("cursor", None)
    if "due" not in case.query:
        case.query.pop("clock", None)


def two_matters() -> list[tuple[str, list[str]]]:
    """Return two matters and their letters; letters of different kinds are delivered as needed."""
    while len(there := items(f"/matters{MANY}")) < ENOUGH:
        ask("POST", "/letters", {"body": f"{uuid4()}"})
    found = [ask("GET", f"/matters/{one['id']}") for one in chance.sample(there, k=2)]
    return [(one["id"], [entry["id"] for entry in one["letters"]]) for one in found]


def links(case: Any) -> None:
    (case.path_parameters["matter_id"], _), (_, letters) = two_matters()
    case.body["letter_id"] = chance.choice(letters)


def merge(case: Any) -> None:
    (case.path_parameters["matter_id"], _), (case.body["matter_id"], _) = two_matters()


def joined() -> tuple[str, str]:
    """Confirm a letter in the matter of another; returns the matter and the letter. Not all matters can be joined."""
    for _ in range(TRIES):
        (matter_id, _), (_, letters) = two_matters()
        answer = ask("POST", f"/matters/{matter_id}/links", {"letter_id": letters[0], "decision": "confirm"})
        if "letters" in answer:
            break
    return matter_id, letters[0]


def split(case: Any) -> None:
    """Take a letter out of a matter that it has just come to."""
    case.path_parameters["matter_id"], letter_id = joined()
    case.body["letter_ids"] = [letter_id]


def undo(case: Any) -> None:
    """Undo what was just decided."""
    matter_id, letter_id = joined()
    case.path_parameters.update(matter_id=matter_id, letter_id=letter_id)


def step(case: Any) -> None:
    """Take a step that is possible in a matter, now."""
    matter_id = any_of(f"/matters{MANY}")
    possible = ask("GET", f"/matters/{matter_id}").get("possible", ["accepted"])
    case.path_parameters["matter_id"] = matter_id
    for name in ("at", "value", "event"):
        case.body.pop(name, None)
    case.body["type"] = chance.choice(possible)


def notice(case: Any) -> None:
    """Ask for a notice on a letter with name and address, in a matter that was routed and accepted."""
    brought = ask("POST", "/letters", {**LETTER, "title": str(uuid4())})
    matter_id = brought["matter"]["id"]
    for kind in ("routed", "accepted"):
        ask("POST", f"/matters/{matter_id}/events", {"type": kind, "unit": "城管局"})
    case.path_parameters["matter_id"] = matter_id
    case.body |= {"letter_id": brought["id"], "kind": "accepted"}
    case.body.pop("reason", None)


def version(case: Any) -> None:
    case.path_parameters["version"] = any_of("/models", "version")


def disagreements(case: Any) -> None:
    """Choose a version that letters name: not everybody may list the models."""
    page(case)
    named = [one["model"]["version"] for one in items(f"/letters{MANY}") if one["model"]]
    case.path_parameters["version"] = chance.choice(named) if named else any_of("/models", "version")


def idle_version(case: Any) -> None:
    """Choose a version that does not read letters."""
    found = [one["version"] for one in items("/models") if one["state"] != "active"]
    case.path_parameters["version"] = chance.choice(found or ["0"])


def shadow(case: Any) -> None:
    """Choose the version that has just begun to read in the shadow."""
    idle_version(case)
    ask("POST", f"/models/{case.path_parameters['version']}/shadow")


def retired(_case: Any) -> None:
    """Let there be a version that was active before."""
    idle = [one["version"] for one in items("/models") if one["state"] != "active"]
    ask("POST", f"/models/{idle[0]}/activate")


def new_user(case: Any) -> None:
    case.body["name"] = f"user-{uuid4()}"


def user(case: Any) -> None:
    case.path_parameters["name"] = chance.choice([one["name"] for one in items("/users") if one["name"] != KEEPER])


def token(case: Any) -> None:
    ask("POST", "/tokens", {"name": f"{uuid4()}", "role": "clerk"})
    case.path_parameters["token_id"] = items("/tokens")[-1]["id"]


def new_token(case: Any) -> None:
    case.body["name"] = f"token-{uuid4()}"


def seen(case: Any) -> None:
    """Name the choice of thresholds that was seen last."""
    case.body["seen"] = ask("GET", "/thresholds")["number"]


def chosen(case: Any) -> None:
    """Take back thresholds that were just chosen."""
    seen(case)
    ask("PUT", "/thresholds", {"precision": 0.9, "join_from": 0.6, "seen": case.body["seen"]})
    seen(case)


def new_class(case: Any) -> None:
    case.body["name"] = f"class-{uuid4()}"


def known_class(case: Any) -> None:
    """Rename a class that was just added, or let another stand for it."""
    category = chance.choice(ask("GET", "/taxonomy")["categories"])["code"]
    for _ in range(2):
        added = ask("POST", "/taxonomy/classes", {"category": category, "name": f"{uuid4()}"})
    classes = next(one["classes"] for one in added["categories"] if one["code"] == category)
    case.body["code"] = classes[-1]["code"]
    if case.body.get("replaced_by"):
        case.body["replaced_by"] = classes[-2]["code"]
    else:
        case.body["name"] = f"class-{uuid4()}"


def unit(case: Any) -> None:
    ask("PUT", "/units", {"name": f"unit-{uuid4()}"})
    case.path_parameters["name"] = any_of("/units", "name")


KNOWN: dict[str, Callable[[Any], None]] = {
    "GET /letters": page, "GET /matters": page, "GET /audit": page, "GET /jobs": page, "GET /imports": page,
    "POST /letters": deliver,
    "GET /letters/{letter_id}": letter, "PATCH /letters/{letter_id}": letter,
    "GET /letters/{letter_id}/similar": letter, "GET /letters/{letter_id}/decisions": letter,
    "POST /letters/{letter_id}/unmask": letter, "POST /letters/{letter_id}/release": letter,
    "POST /letters/{letter_id}/restrict": letter,
    "GET /matters/{matter_id}": matter, "GET /matters/{matter_id}/links": matter,
    "POST /matters/{matter_id}/links": links,
    "DELETE /matters/{matter_id}/links/{letter_id}": undo, "POST /matters/{matter_id}/merge": merge,
    "POST /matters/{matter_id}/split": split, "POST /matters/{matter_id}/events": step,
    "POST /matters/{matter_id}/notices": notice,
    "GET /imports/{import_id}": sent, "GET /imports/{import_id}/errors": sent, "POST /imports/{import_id}/cancel": sent,
    "GET /reports": page, "GET /reports/{report_id}": ordered, "GET /reports/{report_id}/file": ordered,
    "POST /reports/{report_id}/cancel": ordered,
    "GET /jobs/{job_id}": job, "POST /jobs/{job_id}/cancel": job, "POST /jobs/{job_id}/retry": failed,
    "GET /models/{version}": version,
    "GET /models/{version}/disagreements": disagreements, "POST /models/{version}/activate": version,
    "POST /models/{version}/shadow": idle_version, "DELETE /models/{version}/shadow": shadow,
    "POST /models/rollback": retired,
    "POST /users": new_user, "PATCH /users/{name}": user, "POST /tokens": new_token, "DELETE /tokens/{token_id}": token,
    "PUT /thresholds": seen, "POST /thresholds/undo": chosen, "DELETE /units/{name}": unit,
    "POST /taxonomy/classes": new_class, "PATCH /taxonomy/classes": known_class,
}  # fmt: skip


@schemathesis.hook
def before_call(_context: HookContext, case: Any, _kwargs: dict[str, Any]) -> None:
    """Lead a request that is meant to be valid to what exists."""
    called = f"{case.method} /{PurePosixPath(case.path).relative_to('/api/v1')}" if "/api/v1" in case.path else ""
    valid = case.meta is None or case.meta.generation.mode.is_positive
    if valid and case.body is not NOT_SET and not isinstance(case.body, dict):
        valid = False
    if valid and chance.random() >= LEFT_ALONE:
        if called in KNOWN:
            KNOWN[called](case)
        if (case.headers and case.headers.get("If-Match")) or called == "PATCH /letters/{letter_id}":
            case.headers["If-Match"] = "*"
    _protect(called, case)


def _protect(called: str, case: Any) -> None:
    """Leave alone the tokens of the test, and who keeps accusations attended to."""
    given = case.path_parameters
    if called == "DELETE /tokens/{token_id}":
        ours = [one["id"] for one in items("/tokens") if one["name"] in ROLES]
        if given.get("token_id") in ours:
            given["token_id"] = "0"
    if called == "PATCH /users/{name}" and given.get("name") == KEEPER:
        given["name"] = "0"
    if called in ("POST /users", "POST /tokens") and isinstance(case.body, dict) and case.body.get("name") in ROLES:
        case.body["name"] = f"user-{uuid4()}"
