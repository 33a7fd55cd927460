"""One letter, what was found in it, and the letters beside it."""

from flask import render_template

from service.audit import LETTER, record_look
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.office import this_office
from service.web.blueprint import web
from service.web.marks import MOST_WEIGHTS, beside, marked


@web.get("/letters/<letter_id>")
@allow(OFFICE)
def letter(letter_id: str) -> str:
    """Show a letter, what was found in it, and the letters of its matter beside it."""
    office = this_office()
    with office.database.read() as connection:
        reader = office.reader(connection, this_caller())
        view = reader.letter(letter_id)
        together, apart = beside(view, reader.similar(office.engine, letter_id))
    record_look(office.database, this_caller(), "view", LETTER, [view.id], {"similar": len(together) + len(apart)})
    evidence = enumerate(view.category.evidence if view.category else [])
    weights = sorted(evidence, key=lambda entry: -abs(entry[1].weight))[:MOST_WEIGHTS]
    return render_template(
        "letter.html", view=view, marked=marked(view), together=together, apart=apart, weights=weights
    )
