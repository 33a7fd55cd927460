"""Letters: deliver, list, read, compare with earlier ones."""

from typing import Any

from flask import Response, request

from model.errors import LetterError
from service.acting import correct
from service.api.base import CONDITIONS, NOT_MODIFIED, answer, api_blueprint, unchanged
from service.audit import LETTER, filter_of, record_list, record_look
from service.auth import allow, this_caller
from service.caller import OFFICE, READERS, UNMASKERS, Role
from service.errors import Problem
from service.export import export_file, pieces
from service.observing import leave_out, these_metrics
from service.office import this_office
from service.preconditions import is_known
from service.queries.letters import letters_by_id
from service.reception import Received
from service.repeats import Delivery, line_keys
from service.requests import MEBIBYTE, accept_up_to
from service.schemas.corrections import CorrectionIn
from service.schemas.headers import ConditionHeader, DeliveryHeader, KnownHeader
from service.schemas.letters import LetterIn, letter_in
from service.schemas.originals import OriginalOut, UnmaskIn
from service.schemas.records import DecisionList
from service.schemas.requests import (
    BatchIn,
    BatchLineOut,
    BatchOut,
    ExportQuery,
    LetterPath,
    LettersQuery,
    RefusedOut,
)
from service.schemas.views import LetterOut, LetterPage, SimilarList
from service.unmasking import unmask

EXPORTERS: frozenset[Role] = frozenset({"supervisor", "discipline"})
MIMETYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
FILES: dict[Any, Any] = {
    200: {
        "description": "The file",
        "content": {
            MIMETYPES["csv"]: {"schema": {"type": "string"}},
            MIMETYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

letters_api = api_blueprint("letters")


@letters_api.post("/letters", responses={201: LetterOut, 200: LetterOut})
@allow(READERS)
def deliver(header: DeliveryHeader, body: LetterIn) -> Response:
    """Store a letter, analyse it and link it to earlier ones.

    Repeating an external_id or an Idempotency-Key with the same content answers 200 and stores nothing new.
    """
    received = this_office().reception.receive(Delivery(body, this_caller(), header.idempotency_key))
    _count(received)
    if received.restricted:
        leave_out()
    return answer(received.view, 201 if received.new else 200, received.tag)


def _count(received: Received) -> None:
    if received.new and not received.restricted:
        these_metrics().letters.inc()


@letters_api.post("/letters/batch", responses={200: BatchOut})
@allow(READERS)
@accept_up_to(16 * MEBIBYTE)
def deliver_batch(header: DeliveryHeader, body: BatchIn) -> Response:
    """Store up to 1,000 letters; one that is refused disturbs no other.

    With an Idempotency-Key each letter is stored once, however often the batch is sent: as is best if a line says 503.
    """
    keys = line_keys(header.idempotency_key, len(body.letters))
    lines = [_checked(record, key) for record, key in zip(body.letters, keys, strict=True)]
    outcomes = iter(this_office().reception.receive_all([line for line in lines if isinstance(line, Delivery)]))
    return answer(BatchOut(items=[_line(next(outcomes) if isinstance(line, Delivery) else line) for line in lines]))


def _checked(record: object, key: str | None) -> Delivery | LetterError:
    try:
        return Delivery(letter_in(record), this_caller(), key)
    except LetterError as error:
        return error


def _line(outcome: Received | Problem | LetterError) -> BatchLineOut:
    if isinstance(outcome, LetterError):
        return BatchLineOut(status=422, error=RefusedOut(field=outcome.field, reason=outcome.reason))
    if isinstance(outcome, Problem):
        field, reason = outcome.blamed
        return BatchLineOut(status=outcome.status, error=RefusedOut(field=field, reason=reason))
    _count(outcome)
    return BatchLineOut(status=201 if outcome.new else 200, letter=outcome.view)


@letters_api.get("/letters", responses={200: LetterPage})
@allow(READERS)
def list_letters(query: LettersQuery) -> Response:
    """List the letters that the caller may see, newest first; with `due`, those whose deadline is first."""
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        narrow = query.narrowed(reader.now, int(office.settings.due_soon_days))
        page = reader.letters(narrow, query.limit, query.cursor)
    record_list(office.database, this_caller(), "letters", query, len(page.items))
    return answer(page)


@letters_api.get("/letters/export", responses=FILES)
@allow(EXPORTERS)
def export_letters(query: ExportQuery) -> Response:
    """Return the letters that the caller may see as a file for spreadsheets, newest first, without who wrote."""
    office = this_office()
    file, count = export_file(office, this_caller(), query.filter(), query.format)
    told = {"filter": filter_of(query), "count": count}
    record_look(office.database, this_caller(), "export", "letters", [""], told)
    response = Response(pieces(file), content_type=MIMETYPES[query.format])
    response.headers["Content-Disposition"] = f"attachment; filename=letters.{query.format}"
    response.call_on_close(file.close)
    if request.method == "HEAD":
        # Nobody reads or closes what such an answer holds.
        file.close()
    return response


@letters_api.get("/letters/<letter_id>", responses={200: LetterOut, 304: NOT_MODIFIED})
@allow(READERS)
def read_letter(path: LetterPath, header: KnownHeader) -> Response:
    """Return one letter, with the tag of its state."""
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        row = reader.require_letter(path.letter_id)
        tag = reader.tag(row)
        known = is_known(header.if_none_match, tag)
        response = unchanged(tag) if known else answer(reader.view(row), tag=tag)
    record_look(office.database, this_caller(), "view", LETTER, [row.id])
    return response


@letters_api.patch("/letters/<letter_id>", responses={200: LetterOut, **CONDITIONS})
@allow(OFFICE)
def correct_letter(path: LetterPath, header: ConditionHeader, body: CorrectionIn) -> Response:
    """Correct or accept what the model said of a letter; what it said stays beside it, and null takes a step back.

    The first to send If-Match with the present ETag wins; others answer 412 with today's.
    """
    office = this_office()
    correct(office, this_caller(), path.letter_id, body, header.if_match)
    with office.database.read() as connection:
        # The caller has just read and changed it, even if it is out of sight from now on.
        row = letters_by_id(connection, [path.letter_id])[path.letter_id]
        if row.restricted:
            leave_out()
        else:
            these_metrics().corrections.inc()
        reader = office.reader(connection, this_caller())
        return answer(reader.view(row), tag=reader.tag(row))


@letters_api.post("/letters/<letter_id>/unmask", responses={200: OriginalOut})
@allow(UNMASKERS)
def unmask_letter(path: LetterPath, body: UnmaskIn) -> Response:
    """Return the original of a letter for a reason, which is written to the audit with who asked."""
    office = this_office()
    with office.database.write() as connection:
        return answer(unmask(connection, office.keys, this_caller(), path.letter_id, body.reason))


@letters_api.get("/letters/<letter_id>/similar", responses={200: SimilarList})
@allow(OFFICE)
def similar_letters(path: LetterPath) -> Response:
    """Return the earlier letters that may be of the same matter, with evidence."""
    office = this_office()
    with office.database.read() as connection:
        found = office.reader(connection, this_caller()).similar(office.engine, path.letter_id)
    record_look(office.database, this_caller(), "similar", LETTER, [path.letter_id], {"count": len(found)})
    return answer(SimilarList(items=found))


@letters_api.get("/letters/<letter_id>/decisions", responses={200: DecisionList})
@allow(OFFICE)
def automatic_decisions(path: LetterPath) -> Response:
    """Return what was decided automatically on a letter, what it rested on, and what persons made of it."""
    office = this_office()
    with office.database.read() as connection:
        found = office.reader(connection, this_caller()).decisions(path.letter_id)
    record_look(office.database, this_caller(), "decisions", LETTER, [path.letter_id])
    return answer(DecisionList(items=found))
