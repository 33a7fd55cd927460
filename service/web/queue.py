"""The workbench: what waits for a clerk, and what can be done with several letters at once."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from service import acting
from service.audit import record_list
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.errors import Problem
from service.office import this_office
from service.queries.units import units_in_use
from service.schemas.queues import USUAL, QueueQuery
from service.texts import text
from service.undoing import Deed, DeedName
from service.waiting import Waiting
from service.web.asked import asked, categories
from service.web.blueprint import web
from service.web.deeds import remember, unit_asked
from service.web.letter import FIELDS, LAST

PAGE = 50


@web.get("/queue")
@allow(OFFICE)
def queue() -> str:
    """Show what waits, by one of the queues."""
    query = _query()
    office, caller = this_office(), this_caller()
    with office.database.read() as connection:
        waiting = Waiting(office.reader(connection, caller), int(office.settings.due_soon_days))
        if query.queue not in waiting.names:
            query = query.model_copy(update={"queue": "new"})
        page, counts = waiting.page(query, PAGE), waiting.counts(query)
        units = units_in_use(connection)
    record_list(office.database, caller, "letters", query, len(page.entries))
    return render_template(
        "queue.html",
        query=query,
        usual=USUAL,
        page=page,
        counts=counts,
        units=units,
        categories=categories(),
        can_undo=LAST in session,
        chosen={name: value for name, value in query.address().items() if name != "queue"},
    )


@web.post("/queue/accept")
@allow(OFFICE)
def accept_several() -> ResponseReturnValue:
    """Accept what the model said of the chosen letters."""

    def do(letter_id: str) -> bool:
        acting.accept_pending(this_office(), this_caller(), letter_id)
        return True

    return _do_all("accept", do)


@web.post("/queue/route")
@allow(OFFICE)
def route_several() -> ResponseReturnValue:
    """Route the matters of the chosen letters to one unit, and accept the letters along."""
    unit = unit_asked()
    if unit is None:
        flash(text("deed.no_unit"), "fault")
        return redirect(url_for("web.queue", **_query().address()), 303)
    return _do_all("route", lambda letter_id: acting.route(this_office(), this_caller(), letter_id, unit, "*"))


def _do_all(name: DeedName, do: Callable[[str], bool]) -> ResponseReturnValue:
    """Do something with each chosen letter, in a transaction of its own; those that cannot be done are counted."""
    chosen = list(dict.fromkeys(request.form.getlist("letter")))[:PAGE]
    done: list[str] = []
    judged: list[int] = []
    for letter_id in chosen:
        try:
            accepted = do(letter_id)
        except Problem as problem:
            if problem.status >= 500:
                raise
            continue
        judged += [len(done)] if accepted and name == "route" else []
        done.append(letter_id)
    here = url_for("web.queue", **_query().address())
    if done:
        remember(Deed(name, tuple(done), tuple(judged)), here)
        flash(text("deed.several", count=len(done)), "done")
    if len(done) < len(chosen):
        flash(text("deed.left_out", count=len(chosen) - len(done)), "fault")
    if not chosen:
        flash(text("deed.none_chosen"), "fault")
    return redirect(here, 303)


def _query() -> QueueQuery:
    query = asked(QueueQuery, (*FIELDS, "cursor"))
    return query if query.queue else query.model_copy(update={"queue": "new"})
