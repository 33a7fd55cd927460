"""The audit: who did what, newest first, and whether the chain of it is whole."""

from typing import get_args

from flask import request
from werkzeug.wrappers import Response

from service.audit import record_list
from service.audit_page import audit_page
from service.auth import allow, this_caller
from service.caller import ADMINS, AUDITORS
from service.course import Step
from service.office import this_office
from service.orders import order
from service.queries.jobs import newest_of_kind
from service.schemas.jobs import JobOut, Startable
from service.schemas.requests import AuditQuery
from service.web.asked import asked
from service.web.blueprint import web
from service.web.sections import change, show
from service.web.trail import lines_of

PAGE = 50
FILTERS = ("action", "kind", "since", "until")
VERIFY: Startable = "audit.verify"
# What may be asked for: the words of the record, of which each has a word for people.
ACTIONS = (
    *("view", "list", "similar", "decisions", "unmask", "export", "notice", "simulate", "log_in"),
    *("receive", "import", "correct", "add", "change", "undo", "revoke", "replace", "start", "cancel", "retry"),
    *("activate", "rollback", "shadow", "end_shadow", "remove", "restrict", "release"),
    *("anonymise", "mask", "make", "retire", "backup", "restore"),
    *("report", "preview", "confirm", "reject", "merge", "split", "registered", *get_args(Step), "taken_back"),
)
KINDS = (
    *("letter", "letters", "matter", "matters", "hot_issues", "user", "login_link", "token", "model", "thresholds"),
    *("unit", "class"),
    *("job", "key", "database", "feedback", "audit", "import", "dashboard", "statistics"),
)


@web.get("/administration/audit")
@allow(AUDITORS)
def audit_trail() -> str:
    """Show who did what; nobody is searched for."""
    query, office = asked(AuditQuery, (*FILTERS, "cursor")), this_office()
    with office.database.read() as connection:
        page = audit_page(connection, office.keys, this_caller(), query.narrowing(), PAGE, query.cursor)
        job = newest_of_kind(connection, VERIFY)
    record_list(office.database, this_caller(), "audit", query, len(page.items))
    chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    verified = JobOut.of(job) if job else None
    return show(
        "audit",
        lines=lines_of(page.items),
        next=page.next,
        chosen=chosen,
        cursor=query.cursor,
        verified=verified,
        actions=ACTIONS,
        kinds=KINDS,
    )


@web.post("/administration/audit")
@allow(ADMINS)
def verify_audit() -> Response:
    """Let the chain be verified in the background."""
    return change("audit_trail", "trail.ordered", lambda: order(this_office().database, this_caller(), VERIFY))
