"""Matters: list, read, what people decide on them, and what the office did in them."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Response

from service import audit
from service.acting import deciding, take_step
from service.api.base import MATCHED, NOT_MODIFIED, answer, api_blueprint, unchanged
from service.auth import allow, this_caller
from service.caller import OFFICE, Caller
from service.decisions import Decider
from service.matter_links import links_of_matter
from service.notices import notice_of
from service.office import this_office
from service.paper import WORD, document_of
from service.preconditions import is_known
from service.schemas.headers import ConditionHeader, KnownHeader
from service.schemas.links import MatterLinksOut
from service.schemas.requests import (
    LinkIn,
    LinkPath,
    MatterPath,
    MattersQuery,
    MergeIn,
    NoticeIn,
    SplitIn,
    StepIn,
)
from service.schemas.views import MatterOut, MatterPage

matters_api = api_blueprint("matters")
WORD_FILE: dict[str, Any] = {"content": {WORD: {"schema": {"type": "string", "format": "binary"}}}}


@matters_api.get("/matters", responses={200: MatterPage})
@allow(OFFICE)
def list_matters(query: MattersQuery) -> Response:
    """List matters, those with the newest letters first; with `due`, those whose deadline is first."""
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        narrow = query.filter(reader.now, int(office.settings.due_soon_days))
        page = reader.matters(query.limit, query.cursor, narrow)
    audit.record_list(office.database, this_caller(), "matters", query, len(page.items), page.flagged)
    return answer(page)


@matters_api.get("/matters/<matter_id>", responses={200: MatterOut, 304: NOT_MODIFIED})
@allow(OFFICE)
def read_matter(path: MatterPath, header: KnownHeader) -> Response:
    """Return a matter with its letters, and the tag of its state."""
    return _shown(path.matter_id, known=header.if_none_match)


@matters_api.get("/matters/<matter_id>/links", responses={200: MatterLinksOut})
@allow(OFFICE)
def read_links(path: MatterPath) -> Response:
    """Return how the letters of a matter hold together, and letters of other matters that may belong to it."""
    office, caller = this_office(), this_caller()
    with office.database.read() as connection:
        rows = office.reader(connection, caller).require_matter(path.matter_id)
        found = links_of_matter(connection, office.engine, caller, rows)
    audit.record_look(office.database, caller, "similar", audit.MATTER, [path.matter_id])
    return answer(found)


@matters_api.post("/matters/<matter_id>/links", responses={200: MatterOut, **MATCHED})
@allow(OFFICE)
def decide_link(path: MatterPath, header: ConditionHeader, body: LinkIn) -> Response:
    """Confirm that a letter belongs to a matter, moving it there if need be, or reject that it does."""
    with _deciding(path.matter_id, header) as decider:
        decide = decider.confirm if body.decision == "confirm" else decider.reject
        decide(path.matter_id, body.letter, body.note)
    return _shown(path.matter_id)


@matters_api.delete("/matters/<matter_id>/links/<letter_id>", responses={200: MatterOut, **MATCHED})
@allow(OFFICE)
def undo_decision(path: LinkPath, header: ConditionHeader) -> Response:
    """Undo the last standing decision on a letter in a matter, a merge or split as a whole.

    Answers 404 if no decision stands, and with the letter's own matter if no letter is left in the one asked for.
    """
    with _deciding(path.matter_id, header) as decider:
        left = decider.undo(path.matter_id, path.letter_id)
    return _shown(left)


@matters_api.post("/matters/<matter_id>/merge", responses={200: MatterOut, **MATCHED})
@allow(OFFICE)
def merge_matters(path: MatterPath, header: ConditionHeader, body: MergeIn) -> Response:
    """Put all letters of another matter into a matter."""
    with _deciding(path.matter_id, header) as decider:
        decider.merge(path.matter_id, body.matter, body.note)
    return _shown(path.matter_id)


@matters_api.post("/matters/<matter_id>/split", responses={200: MatterOut, **MATCHED})
@allow(OFFICE)
def split_matter(path: MatterPath, header: ConditionHeader, body: SplitIn) -> Response:
    """Put some letters of a matter into a matter of their own, which the event `split` names."""
    with _deciding(path.matter_id, header) as decider:
        decider.split(path.matter_id, body.letters, body.note)
    return _shown(path.matter_id)


@matters_api.post("/matters/<matter_id>/events", responses={201: MatterOut, 200: MatterOut, **MATCHED})
@allow(OFFICE)
def record_step(path: MatterPath, header: ConditionHeader, body: StepIn) -> Response:
    """Record what the office did in a matter; after an answer or closing only new letters count for its flag.

    The first step registers the matter. Repeating a step with the same time answers 200 and records nothing new. What
    makes no sense in the order of the times is refused, saying what is possible.
    """
    new, had_it = take_step(this_office(), this_caller(), path.matter_id, body, header.if_match)
    # Who had the matter has just seen all of it, even if it went to another unit now.
    viewer = replace(this_caller(), beside=path.matter_id) if had_it else this_caller()
    return _shown(path.matter_id, status=201 if new else 200, viewer=viewer)


@matters_api.post("/matters/<matter_id>/notices", responses={200: WORD_FILE})
@allow(OFFICE)
def make_notice(path: MatterPath, body: NoticeIn) -> Response:
    """Return a notice of acceptance, of non-acceptance or of routing to who wrote a letter, as a Word document."""
    office = this_office()
    with office.database.write() as connection:
        letters = office.reader(connection, this_caller()).require_matter(path.matter_id)
        sheet = notice_of(connection, office.keys, this_caller(), letters, body, datetime.now(UTC))
    headers = {"Content-Disposition": f'attachment; filename="{body.kind}.docx"', "Cache-Control": "no-store"}
    return Response(document_of(sheet), content_type=WORD, headers=headers)


def _deciding(matter_id: str, header: ConditionHeader) -> AbstractContextManager[Decider]:
    return deciding(this_office(), this_caller(), matter_id, header.if_match)


def _shown(matter_id: str, status: int = 200, known: str | None = None, viewer: Caller | None = None) -> Response:
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, viewer or this_caller())
        view = reader.matter(matter_id)
        tag = reader.matter_tag(view)
    audit.record_look(office.database, this_caller(), "view", audit.MATTER, [view.id])
    return unchanged(tag) if is_known(known, tag) else answer(view, status, tag)
