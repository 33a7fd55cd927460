"""Hot issues: alike matters of one kind in one region that rise together."""

from datetime import UTC, datetime

from flask import Response

from service.api.base import answer, api_blueprint
from service.audit import record_look
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.issue_board import read_issues
from service.office import this_office
from service.schemas.hot_issues import HotIssueList

hot_issues_api = api_blueprint("hot_issues")


@hot_issues_api.get("/hot-issues", responses={200: HotIssueList})
@allow(OFFICE)
def list_hot_issues() -> Response:
    """List what rises in the last 14 days beyond what is usual for its region and class, most surprising first."""
    database = this_office().database
    with database.read() as connection:
        board = read_issues(connection, this_caller().sight, datetime.now(UTC))
    record_look(database, this_caller(), "list", "hot_issues", [""], {"count": len(board.items)})
    return answer(board)
