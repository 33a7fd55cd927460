"""Imports: files of letters, stored in the background."""

from flask import Response

from service import uploads
from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import READERS
from service.importer import ERROR_HEADING
from service.office import this_office
from service.queries.imports import errors_of
from service.requests import MEBIBYTE, accept_up_to, without_json
from service.schemas.headers import DeliveryHeader
from service.schemas.jobs import ImportForm, ImportOut, ImportPage, ImportPath
from service.schemas.requests import PageQuery
from service.tabular import csv_lines

imports_api = api_blueprint("imports")
CSV = {"content": {"text/csv": {"schema": {"type": "string"}}}}


@imports_api.post("/imports", responses={202: ImportOut})
@allow(READERS)
@accept_up_to(uploads.MOST_BYTES + MEBIBYTE)
@without_json
def send_import(header: DeliveryHeader, form: ImportForm) -> Response:
    """Take in a file of letters, which a job stores one by one; the answer tells where to follow it.

    Repeating it under the same Idempotency-Key answers with the same import.
    """
    office, caller = this_office(), this_caller()
    content = form.file.read(uploads.MOST_BYTES + 1)
    name = form.file.filename or ""
    key = header.idempotency_key
    import_id = uploads.accept(office.database, office.keys, caller, name, content, key, form.columns)
    response = _shown(import_id, 202)
    response.headers["Location"] = f"/api/v1/imports/{import_id}"
    return response


@imports_api.get("/imports", responses={200: ImportPage})
@allow(READERS)
def list_imports(query: PageQuery) -> Response:
    """List the imports that the caller may see, newest first: its own, or those of everybody."""
    with this_office().database.read() as connection:
        return answer(uploads.page(connection, this_caller(), query.limit, query.cursor))


@imports_api.get("/imports/<import_id>", responses={200: ImportOut})
@allow(READERS)
def read_import(path: ImportPath) -> Response:
    """Return how far an import is, and how many rows were stored, known before, or refused."""
    return _shown(path.import_id)


@imports_api.get("/imports/<import_id>/errors", responses={200: CSV})
@allow(READERS)
def read_errors(path: ImportPath) -> Response:
    """Return the rows that were refused so far as CSV: row number, field and reason, nothing of what they hold."""
    with this_office().database.read() as connection:
        uploads.find(connection, this_caller(), path.import_id)
        rows = ((error.row, error.field, error.reason) for error in errors_of(connection, path.import_id))
        content = "".join(csv_lines(ERROR_HEADING, rows))
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="errors.csv"'
    return response


@imports_api.post("/imports/<import_id>/cancel", responses={200: ImportOut})
@allow(READERS)
@without_json
def cancel_import(path: ImportPath) -> Response:
    """Cancel an import: at once if it waits, soon if it runs; the letters that it has stored stay."""
    with this_office().database.write() as connection:
        uploads.cancel(connection, this_caller(), path.import_id)
    return _shown(path.import_id)


def _shown(import_id: str, status: int = 200) -> Response:
    with this_office().database.read() as connection:
        return answer(uploads.find(connection, this_caller(), import_id), status)
