"""Whether a column holds one of many values, in words that do not grow with their number."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Dialect, Integer, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Values(TypeDecorator[Collection[Any]]):
    """Many values as one parameter: an array of PostgreSQL, or JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, numbers: bool) -> None:
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(Integer() if self.numbers else Text()))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class among(FunctionElement[bool]):  # noqa: N801 - reads as the condition that it is
    """The condition that a column holds one of many values.

    With `in_` each value is a parameter of its own: a statement of hundreds of them is written, read and planned anew
    for each number of values, which takes longer than to carry it out.
    """

    inherit_cache = True
    type = Boolean()
    # A database without booleans would be asked whether the condition is 1, and leave its indexes aside.
    _is_implicitly_boolean = True

    def __init__(self, column: ColumnElement[Any], values: Collection[Any] | BindParameter[Any]) -> None:
        if not isinstance(values, BindParameter):
            kind = _Values(isinstance(column.type, Integer))
            values = bindparam(None, list(values), type_=kind, unique=True)
        super().__init__(column, values)


def given(name: str) -> BindParameter[Any]:
    """Stand for texts that are given, under a name, when a statement is carried out.

    So a statement is written once for every letter: to write it takes longer than to carry it out.
    """
    return bindparam(name, type_=_Values(numbers=False))


@compiles(among, "postgresql")
def _in_array(element: among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(among)
def _in_json(element: among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter
