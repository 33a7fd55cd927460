"""The pages: letters, matters and hot issues, as the API shows them too."""

from datetime import UTC, datetime
from typing import TypeVar

from flask import render_template, request
from pydantic import BaseModel, ValidationError

from model.taxonomy import Category
from service.audit import LETTER, MATTER, record_list, record_look
from service.auth import allow, this_caller
from service.caller import OFFICE
from service.errors import Invalid
from service.issue_board import read_issues
from service.office import this_office
from service.schemas.letters import faults
from service.schemas.requests import LettersQuery, MattersQuery
from service.web import login
from service.web.blueprint import web
from service.web.marks import MOST_WEIGHTS, beside, marked

__all__ = ["login", "web"]

PAGE = 50
Query = TypeVar("Query", bound=BaseModel)
FILTERS = ("category", "level", "review", "channel")


@web.get("/")
@allow(OFFICE)
def letters() -> str:
    """Show the letters, newest first."""
    query = _query(LettersQuery, (*FILTERS, "cursor"))
    office = this_office()
    with office.database.read() as connection:
        page = office.reader(connection, this_caller()).letters(query.filter(), PAGE, query.cursor)
    record_list(office.database, this_caller(), "letters", query, len(page.items))
    chosen = {name: getattr(query, name) for name in FILTERS if getattr(query, name)}
    return render_template("letters.html", page=page, chosen=chosen, cursor=query.cursor, categories=_categories())


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


@web.get("/matters")
@allow(OFFICE)
def matters() -> str:
    """Show the matters, those with the newest letters first."""
    query = _query(MattersQuery, ("level", "cursor"))
    office = this_office()
    with office.database.read() as connection:
        page = office.reader(connection, this_caller()).matters(PAGE, query.cursor, query.level)
    record_list(office.database, this_caller(), "matters", query, len(page.items), page.flagged)
    names = {category.code: category.name for category in _categories()}
    return render_template("matters.html", page=page, cursor=query.cursor, level=query.level, names=names)


@web.get("/matters/<matter_id>")
@allow(OFFICE)
def matter(matter_id: str) -> str:
    """Show a matter with its letters in the order in which they came."""
    office = this_office()
    with office.database.read() as connection:
        view = office.reader(connection, this_caller()).matter(matter_id)
    record_look(office.database, this_caller(), "view", MATTER, [view.id])
    return render_template("matter.html", view=view)


@web.get("/hot-issues")
@allow(OFFICE)
def hot_issues() -> str:
    """Show what rises in the last fourteen days, the most surprising first."""
    database = this_office().database
    with database.read() as connection:
        board = read_issues(connection, this_caller().sight, datetime.now(UTC))
    record_look(database, this_caller(), "list", "hot_issues", [""], {"count": len(board.items)})
    return render_template("hot_issues.html", board=board)


def _query(schema: type[Query], names: tuple[str, ...]) -> Query:
    """Read the query of the address; a field of the form that was left empty asks for nothing."""
    given = {name: request.args[name] for name in names if request.args.get(name)}
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise Invalid("The address asks for something that does not exist.", faults(error)) from error


def _categories() -> tuple[Category, ...]:
    classifier = this_office().engine.analyser.category
    return classifier.taxonomy.categories if classifier else ()
