"""Says in words of the office why what a form asked for was not done."""

from service.errors import PreconditionFailed, Problem
from service.texts import text


def said(problem: Problem) -> str:
    """Return a sentence for a problem, by the field at fault."""
    if isinstance(problem, PreconditionFailed):
        return text("fault.stale")
    field, _ = problem.blamed
    try:
        return text(f"fault.{field.partition('.')[0].lower().replace('-', '_')}")
    except KeyError:
        return text("fault.other")
