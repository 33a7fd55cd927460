"""What the address of a page asks for, and what pages know of the model to offer choices."""

from collections.abc import Sequence
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from model.taxonomy import Category
from service.errors import Invalid
from service.office import this_office
from service.schemas.letters import faults

Query = TypeVar("Query", bound=BaseModel)


def asked(schema: type[Query], names: Sequence[str]) -> Query:
    """Read the query of the address; a field of the form that was left empty asks for nothing.

    Raises Invalid if it asks for what does not exist.
    """
    given = {name: request.args[name] for name in names if request.args.get(name)}
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise Invalid("The address asks for something that does not exist.", faults(error)) from error


def names_of_codes() -> dict[str, str]:
    """Return the names of the categories of the model in use, and of their classes, by code."""
    taxonomy = this_office().engine.taxonomy
    if taxonomy is None:
        return {}
    classes = {code: entry.name for code, entry in taxonomy.classes_by_code.items()}
    return classes | {code: entry.name for code, entry in taxonomy.by_code.items()}


def categories() -> tuple[Category, ...]:
    """Return the categories of the model in use."""
    taxonomy = this_office().engine.taxonomy
    return taxonomy.categories if taxonomy else ()
