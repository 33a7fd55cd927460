"""Matters: list, read, what people decide on them, and what the office did in them."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response
from sqlalchemy import Connection

from service import audit
from service.api.base import MATCHED, NOT_MODIFIED, answer, api_blueprint, unchanged
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.decisions import Decider
from service.flagging import flags_follow
from service.office import this_office
from service.preconditions import is_known, require_unchanged
from service.queries.matters import revision_of
from service.schemas.requests import (
    ConditionHeader,
    KnownHeader,
    LinkIn,
    LinkPath,
    MatterPath,
    MattersQuery,
    MergeIn,
    SplitIn,
    StepIn,
)
from service.schemas.views import MatterOut, MatterPage
from service.steps import record

matters_api = api_blueprint("matters")


@matters_api.get("/matters", responses={200: MatterPage})
@allow(OFFICE)
def list_matters(query: MattersQuery) -> Response:
    """List matters, those with the newest letters first."""
    office = this_office()
    with office.database.read() as connection:
        page = office.reader(connection, this_caller()).matters(query.limit, query.cursor, query.level)
    audit.record_list(office.database, this_caller(), "matters", query, len(page.items), page.flagged)
    return answer(page)


@matters_api.get("/matters/<matter_id>", responses={200: MatterOut, 304: NOT_MODIFIED})
@allow(OFFICE)
def read_matter(path: MatterPath, header: KnownHeader) -> Response:
    """Return a matter with its letters, and the tag of its state."""
    return _shown(path.matter_id, known=header.if_none_match)


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


@matters_api.post("/matters/<matter_id>/events", responses={201: MatterOut, **MATCHED})
@allow(OFFICE)
def record_step(path: MatterPath, header: ConditionHeader, body: StepIn) -> Response:
    """Record what the office did in a matter; after an answer or closing only new letters count for its flag."""
    office = this_office()
    with office.database.write() as connection, flags_follow(connection, office.flagger) as touched:
        _require_state(connection, path.matter_id, header)
        record(connection, this_caller(), path.matter_id, body)
        audit.record(connection, this_caller(), body.type, audit.MATTER, [path.matter_id])
        touched.add(path.matter_id)
    return _shown(path.matter_id, status=201)


@contextmanager
def _deciding(matter_id: str, header: ConditionHeader) -> Iterator[Decider]:
    office = this_office()
    with office.database.write() as connection, flags_follow(connection, office.flagger):
        _require_state(connection, matter_id, header)
        yield Decider(connection, this_caller())


def _require_state(connection: Connection, matter_id: str, header: ConditionHeader) -> None:
    """Check that the caller may see the matter, and that it is as it was if the caller names a state."""
    reader = this_office().reader(connection, this_caller())
    reader.require_matter(matter_id)
    if header.if_match is not None:
        revision = revision_of(connection, matter_id)
        tag = reader.matter_tag(reader.matter(matter_id))
        require_unchanged(header.if_match, revision, tag)


def _shown(matter_id: str, status: int = 200, known: str | None = None) -> Response:
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        view = reader.matter(matter_id)
        tag = reader.matter_tag(view)
    audit.record_look(office.database, this_caller(), "view", audit.MATTER, [view.id])
    return unchanged(tag) if is_known(known, tag) else answer(view, status, tag)
