"""Matters: list, read, what people decide on them, and what the office did in them."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response

from service import audit
from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.decisions import Decider
from service.flagging import flags_follow
from service.office import this_office
from service.schemas.requests import LinkIn, LinkPath, MatterPath, MattersQuery, MergeIn, SplitIn, StepIn
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


@matters_api.get("/matters/<matter_id>", responses={200: MatterOut})
@allow(OFFICE)
def read_matter(path: MatterPath) -> Response:
    """Return a matter with its letters."""
    return _shown(path.matter_id)


@matters_api.post("/matters/<matter_id>/links", responses={200: MatterOut})
@allow(OFFICE)
def decide_link(path: MatterPath, body: LinkIn) -> Response:
    """Confirm that a letter belongs to a matter, moving it there if need be, or reject that it does."""
    with _deciding() as decider:
        decide = decider.confirm if body.decision == "confirm" else decider.reject
        decide(path.matter_id, body.letter, body.note)
    return _shown(path.matter_id)


@matters_api.delete("/matters/<matter_id>/links/<letter_id>", responses={200: MatterOut})
@allow(OFFICE)
def undo_decision(path: LinkPath) -> Response:
    """Undo the last standing decision on a letter in a matter, a merge or split as a whole.

    Answers 404 if no decision stands, and with the letter's own matter if no letter is left in the one asked for.
    """
    with _deciding() as decider:
        left = decider.undo(path.matter_id, path.letter_id)
    return _shown(left)


@matters_api.post("/matters/<matter_id>/merge", responses={200: MatterOut})
@allow(OFFICE)
def merge_matters(path: MatterPath, body: MergeIn) -> Response:
    """Put all letters of another matter into a matter."""
    with _deciding() as decider:
        decider.merge(path.matter_id, body.matter, body.note)
    return _shown(path.matter_id)


@matters_api.post("/matters/<matter_id>/split", responses={200: MatterOut})
@allow(OFFICE)
def split_matter(path: MatterPath, body: SplitIn) -> Response:
    """Put some letters of a matter into a matter of their own, which the event `split` names."""
    with _deciding() as decider:
        decider.split(path.matter_id, body.letters, body.note)
    return _shown(path.matter_id)


@matters_api.post("/matters/<matter_id>/events", responses={201: MatterOut})
@allow(OFFICE)
def record_step(path: MatterPath, body: StepIn) -> Response:
    """Record what the office did in a matter; after an answer or closing only new letters count for its flag."""
    office = this_office()
    with office.database.write() as connection, flags_follow(connection, office.flagger) as touched:
        office.reader(connection, this_caller()).require_matter(path.matter_id)
        record(connection, this_caller(), path.matter_id, body)
        audit.record(connection, this_caller(), body.type, audit.MATTER, [path.matter_id])
        touched.add(path.matter_id)
    return _shown(path.matter_id, status=201)


@contextmanager
def _deciding() -> Iterator[Decider]:
    office = this_office()
    with office.database.write() as connection, flags_follow(connection, office.flagger):
        yield Decider(connection, this_caller())


def _shown(matter_id: str, status: int = 200) -> Response:
    office = this_office()
    with office.database.read() as connection:
        view = office.reader(connection, this_caller()).matter(matter_id)
    audit.record_look(office.database, this_caller(), "view", audit.MATTER, [view.id])
    return answer(view, status)
