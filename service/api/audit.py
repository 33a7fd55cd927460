"""The audit: who did what."""

from flask import Response

from service.api.base import answer, api_blueprint
from service.audit import record_list
from service.audit_page import audit_page
from service.auth import allow, this_caller
from service.caller import AUDITORS
from service.office import this_office
from service.schemas.records import EntryPage
from service.schemas.requests import AuditQuery

audit_api = api_blueprint("audit")


@audit_api.get("/audit", responses={200: EntryPage})
@allow(AUDITORS)
def list_audit(query: AuditQuery) -> Response:
    """List who did what, newest first; entries about accusations only for discipline."""
    office = this_office()
    with office.database.read() as connection:
        page = audit_page(connection, office.keys, this_caller(), query.narrowing(), query.limit, query.cursor)
    record_list(office.database, this_caller(), "audit", query, len(page.items))
    return answer(page)
