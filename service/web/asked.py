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


def categories() -> tuple[Category, ...]:
    """Return the categories of the model in use."""
    classifier = this_office().engine.analyser.category
    return classifier.taxonomy.categories if classifier else ()
