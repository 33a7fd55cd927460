"""Files of letters: send one, look at its first rows, say what its columns mean, and follow its import."""

from itertools import islice
from pathlib import PurePath

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from model.errors import FileError
from model.letter_file import is_known_kind, is_table, known_fields
from service import uploads
from service.audit import record_look
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.errors import Conflict, Invalid
from service.office import this_office
from service.previews import chosen, preview
from service.queries.imports import errors_of
from service.requests import MEBIBYTE, accept_up_to
from service.schemas.jobs import ImportOut
from service.schemas.requests import PageQuery
from service.tabular import csv_lines
from service.texts import text
from service.web.asked import asked
from service.web.blueprint import web
from service.web.faults import said
from service.web.words import word

MOST_ERRORS = 20
# What the training reads from files, and letters of the office do not hold.
UNUSED = frozenset({"label", "level"})


@web.get("/imports")
@allow(OFFICE)
def imports() -> str:
    """Show the imports that the caller may see, newest first, and the form to send a file."""
    query = asked(PageQuery, ("cursor",))
    with this_office().database.read() as connection:
        page = uploads.page(connection, this_caller(), query.limit, query.cursor)
    limit = uploads.MOST_BYTES // MEBIBYTE
    return render_template("imports.html", page=page, cursor=query.cursor, limit=limit, columns=_fields())


@web.post("/imports")
@allow(OFFICE)
@accept_up_to(uploads.MOST_BYTES + MEBIBYTE)
def send_import() -> ResponseReturnValue:
    """Take in a file, which waits until its sender has looked at its first rows."""
    office, file = this_office(), request.files.get("file")
    try:
        name, content = _read(file)
        preview(content, PurePath(name).suffix.lower())
        import_id = uploads.accept(office.database, office.keys, this_caller(), name, content, None, held=True)
    except FileError:
        flash(text("fault.file"), "fault")
        return redirect(url_for("web.imports"), 303)
    except Invalid as problem:
        flash(said(problem), "fault")
        return redirect(url_for("web.imports"), 303)
    return redirect(url_for("web.one_import", import_id=import_id), 303)


def _read(file: FileStorage | None) -> tuple[str, bytes]:
    """Return the name and the content of a file of a kind that can be read; raises Invalid otherwise."""
    name = file.filename if file is not None else None
    if file is None or not name or not is_known_kind(name):
        raise Invalid("There is no file of letters.", [("file", "send a .jsonl, .csv or .xlsx file")])
    return name, file.read(uploads.MOST_BYTES + 1)


@web.get("/imports/<import_id>")
@allow(OFFICE)
def one_import(import_id: str) -> str:
    """Show the first rows of a file that waits, or how far its import is and what became of its rows."""
    office = this_office()
    with office.database.read() as connection:
        view = uploads.find(connection, this_caller(), import_id)
        content = uploads.content_of(connection, office.keys, import_id) if view.held else b""
        errors = list(islice(errors_of(connection, import_id), MOST_ERRORS))
    if view.held:
        return _preview(view, content)
    return render_template("import.html", view=view, errors=errors)


def _preview(view: ImportOut, content: bytes) -> str:
    record_look(this_office().database, this_caller(), "preview", uploads.KIND, [view.id])
    columns = preview(content, view.kind)
    rows = [[column.cells[place] for column in columns] for place in range(len(columns[0].cells) if columns else 0)]
    fields = _fields() if is_table(f"letters{view.kind}") else ()
    return render_template("preview.html", view=view, columns=columns, rows=rows, fields=fields)


@web.post("/imports/<import_id>/start")
@allow(OFFICE)
def start_import(import_id: str) -> ResponseReturnValue:
    """Let the import of a file begin, with what its sender says that its columns mean."""
    office, caller = this_office(), this_caller()
    try:
        with office.database.write() as connection:
            view = uploads.find(connection, caller, import_id)
            columns = None
            if view.held and is_table(f"letters{view.kind}"):
                found = preview(uploads.content_of(connection, office.keys, import_id), view.kind)
                columns = chosen(found, [request.form.get(f"column-{place}", "") for place in range(len(found))])
                _require_text(columns)
            uploads.start(connection, caller, import_id, columns)
    except (Invalid, Conflict) as problem:
        flash(said(problem), "fault")
    return redirect(url_for("web.one_import", import_id=import_id), 303)


def _require_text(columns: dict[str, str | None]) -> None:
    if not {"title", "body", "text"} & set(columns.values()):
        raise Invalid("No column holds letters.", [("columns", "say which column is the title or the body")])


@web.post("/imports/<import_id>/cancel")
@allow(OFFICE)
def cancel_import(import_id: str) -> ResponseReturnValue:
    """Cancel an import; the letters that it has stored stay."""
    with this_office().database.write() as connection:
        uploads.cancel(connection, this_caller(), import_id)
    return redirect(url_for("web.one_import", import_id=import_id), 303)


@web.get("/imports/<import_id>/errors")
@allow(OFFICE)
def errors_of_import(import_id: str) -> Response:
    """Return the rows that were refused as CSV, in words of the office, and as the API says it."""
    with this_office().database.read() as connection:
        uploads.find(connection, this_caller(), import_id)
        heading = [text(f"import.error_{name}") for name in ("row", "column", "reason", "detail")]
        rows = [
            (one.row, word("import_field", one.field), word("import_fault", one.field), one.reason)
            for one in errors_of(connection, import_id)
        ]
    response = Response("".join(csv_lines(heading, rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="errors.csv"'
    return response


def _fields() -> list[str]:
    """Return the fields that a column can hold."""
    return [field for field in known_fields() if field not in UNUSED]
