"""What is new and hot."""

from datetime import UTC, datetime

from flask import render_template

from service.audit import record_look
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.issue_board import read_issues
from service.office import this_office
from service.web.blueprint import web


@web.get("/hot-issues")
@allow(OFFICE)
def hot_issues() -> str:
    """Show what rises in the last fourteen days, the most surprising first."""
    database = this_office().database
    with database.read() as connection:
        board = read_issues(connection, this_caller().sight, datetime.now(UTC))
    record_look(database, this_caller(), "list", "hot_issues", [""], {"count": len(board.items)})
    return render_template("hot_issues.html", board=board)
