"""Callers in front of the API, letters that they bring, and what every problem looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse as Answer

from model.records import Letter
from service.caller import Caller, Role
from service.db import Database
from service.errors import Problem
from service.intake import Stored
from service.office import Office
from service.repeats import Delivery
from service.schemas.letters import letter_in
from service.tables import metadata
from tests.model.letters import MATTERS

LIFT, LIFT_AGAIN = MATTERS[0]
ROAD = MATTERS[1][0]
WAGES, WAGES_AGAIN = MATTERS[2]
RIVER, RIVER_AGAIN = MATTERS[4]
BRIBE = "我举报环保局干部收受化工厂好处，包庇企业偷排污水，请纪委严肃查处。"
BRIBE_AGAIN = "环保局干部收了化工厂的好处，包庇化工厂偷排污水，我再次向纪委举报，请严肃查处。"
GATHERING = "业主们准备集体到市政府上访静坐。"

CLERK = Caller("clerk", "clerk")
ZHAO: Mapping[str, Any] = {"name": "赵铁柱", "id_number": "110101199003071234", "phone": "13812340000"}
QIAN: Mapping[str, Any] = {"name": "钱多多", "id_number": "110101198001015678", "phone": "13998760000"}


class LetIn(Protocol):
    """Give somebody a token and a place at the desk."""

    def __call__(self, role: Role, name: str | None = None) -> "Desk": ...


@dataclass(frozen=True)
class Desk:
    """A caller with a token in front of /api/v1."""

    client: FlaskClient
    token: str

    def call(self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        own = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=own, **options)

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, query_string=query)

    def post(self, path: str, content: Any, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("POST", path, headers=named, json=content)

    def patch(self, path: str, content: Any, if_match: str | None = None) -> Answer:
        return self.call("PATCH", path, headers={"If-Match": if_match} if if_match else None, json=content)

    def correct(self, letter_id: str, **content: Any) -> Any:
        """Correct a letter as it is now."""
        answer = self.patch(f"/letters/{letter_id}", content, self.get(f"/letters/{letter_id}").headers["ETag"])
        assert answer.status_code == 200, answer.text
        return answer.json

    def read(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json

    def deliver(self, body: str, **facts: Any) -> Any:
        answer = self.post("/letters", {"body": body, **facts})
        assert answer.status_code == 201, answer.text
        return answer.json


def take(office: Office, body: str, caller: Caller = CLERK, key: str | None = None, **facts: Any) -> Stored:
    """Store a letter without HTTP."""
    (outcome,) = office.intake.take_all([Delivery(letter_in({"body": body, **facts}), caller, key)])
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


def count(database: Database, table: str) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one())


def contents(database: Database) -> dict[str, int]:
    """Return how many rows each table of letters and matters holds."""
    of_work = {"jobs", "imports", "import_pieces", "import_errors", "reports", "models", "audit"}
    aside = of_work | {"tokens", "login_links", "users", "sessions", "failed_logins"}
    aside |= {"thresholds", "units", "classes", "shadow_counts", "disagreements", "daily_counts"}
    return {name: count(database, name) for name in metadata.tables if name not in aside}


def stored_letter(letter_id: str, body: str = LIFT, **facts: Any) -> Letter:
    return Letter(id=letter_id, body=body, **facts)


def assert_problem(answer: Answer, status: int, field: str | None = None) -> Any:
    """Check that an answer is a problem document of a status, and that it blames a field; return the document."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    content = answer.json
    assert content is not None
    assert content.keys() - {"request_id"} == {"type", "title", "status", "detail", "errors"}
    assert content["status"] == status
    assert content["title"]
    assert content["detail"]
    assert all(fault.keys() == {"field", "reason"} and all(fault.values()) for fault in content["errors"])
    assert ("request_id" in content) == (status != 404)
    assert answer.headers["X-Request-ID"]
    assert "Traceback" not in answer.text
    if field is not None:
        assert field in [fault["field"] for fault in content["errors"]]
    return content


def ids(items: Sequence[Mapping[str, Any]]) -> list[str]:
    return [item["id"] for item in items]
