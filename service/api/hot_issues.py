"""Hot issues: alike matters of one kind in one region that rise together."""

from datetime import UTC, datetime

from flask import Response

from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.issue_board import read_issues
from service.office import this_office
from service.schemas.views import HotIssueList

hot_issues_api = api_blueprint("hot_issues")


@hot_issues_api.get("/hot-issues", responses={200: HotIssueList})
@allow(OFFICE)
def list_hot_issues() -> Response:
    """List what rises in the last 14 days beyond what is usual for its region and class, most surprising first."""
    with this_office().database.read() as connection:
        return answer(read_issues(connection, this_caller().sight, datetime.now(UTC)))
