"""The office changes its categories: adds classes, renames, and puts one class in place of another."""

from collections.abc import Mapping
from typing import Any

from model.taxonomy import Taxonomy
from service import audit
from service.caller import Caller
from service.db import Database
from service.errors import Conflict, Invalid, NotFound
from service.own_classes import edited, next_code
from service.queries import classes as queries

CLASS = "class"


class ClassList:
    """Change the categories of the model in use for one caller; every change is recorded."""

    def __init__(self, database: Database, trained: Taxonomy, caller: Caller) -> None:
        self.database = database
        self.trained = trained
        self.caller = caller

    def now(self) -> Taxonomy:
        """Return the categories as they are now."""
        with self.database.read() as connection:
            return edited(self.trained, queries.every_class(connection))

    def add(self, category: str, name: str, definition: str = "") -> str:
        """Add a class below a category, and return its code; letters get it from people until a model is trained.

        Raises Invalid if there is no such category, and Conflict if it has a class of that name.
        """
        with self.database.write() as connection:
            present = edited(self.trained, queries.every_class(connection))
            if category not in present.by_code:
                raise Invalid("There is no such category.", [("category", "give the code of a category")])
            _require_free(present, category, name)
            code = next_code(present, category)
            values = {"code": code, "category": category, "name": name, "definition": definition}
            queries.put_class(connection, values)
            audit.record(connection, self.caller, "add", CLASS, [""], {"code": code})
        return code

    def rename(self, code: str, name: str) -> None:
        """Give a class or category another name; raises NotFound if there is none, Conflict if the name is taken."""
        with self.database.write() as connection:
            present = edited(self.trained, queries.every_class(connection))
            if code not in present.by_code and code not in present.parents:
                raise NotFound
            category = present.parents.get(code, code)
            _require_free(present, category, name)
            known = present.classes_by_code.get(code)
            definition = known.definition[:1000] if known else ""
            values = {"code": code, "category": category, "name": name, "definition": definition}
            self._put(values, connection, "change")

    def replace(self, code: str, by: str) -> None:
        """Let another class of the same category stand for one from now on.

        Raises NotFound if there is no such class, and Invalid if the other one is none of the same category.
        """
        with self.database.write() as connection:
            present = edited(self.trained, queries.every_class(connection))
            if code not in present.parents:
                raise NotFound
            if by == code or present.parents.get(by) != present.parents[code]:
                raise Invalid("It must be another class of the category.", [("replaced_by", "give such a class")])
            old = present.classes_by_code[code]
            values = {"code": code, "category": present.parents[code], "name": old.name, "replaced_by": by}
            self._put({**values, "definition": old.definition[:1000]}, connection, "replace")

    def _put(self, values: Mapping[str, Any], connection: Any, action: str) -> None:
        queries.put_class(connection, values)
        audit.record(connection, self.caller, action, CLASS, [""], {"code": values["code"]})


def _require_free(taxonomy: Taxonomy, category: str, name: str) -> None:
    """Raise Conflict if a class of the category, or a category, has a name."""
    taken = {one.name for one in taxonomy.by_code[category].classes} | {one.name for one in taxonomy.categories}
    if name in taken:
        raise Conflict("The name is taken.", [("name", "choose another name")])
