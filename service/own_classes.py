"""The categories as the office has them: those of the model with the office's changes over them; pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from model.taxonomy import Category, CategoryClass, Taxonomy

# What the office adds is coded below its category, apart from the codes of the national table.
OWN = "own"


def edited(taxonomy: Taxonomy, changes: Sequence[Row[Any]]) -> Taxonomy:
    """Return a taxonomy with changes over it; those of categories that it does not have change nothing."""
    by_code = {change.code: change for change in changes}
    known = {code for entry in taxonomy.categories for code in _codes_of(entry, by_code)}
    gone = {code: one.replaced_by for code, one in by_code.items() if one.replaced_by in known and code in known}
    return Taxonomy(
        tuple(_category(entry, by_code, gone) for entry in taxonomy.categories),
        tuple((old, _end(old, gone)) for old in gone),
    )


def next_code(taxonomy: Taxonomy, category: str) -> str:
    """Return a code that no class below a category has."""
    taken = {*taxonomy.classes_by_code, *(old for old, _ in taxonomy.replaced)}
    number = 1
    while f"{category}.{OWN}-{number}" in taken:
        number += 1
    return f"{category}.{OWN}-{number}"


def _codes_of(entry: Category, changes: Mapping[str, Row[Any]]) -> set[str]:
    """Return the codes of the classes of a category, with those that were added."""
    added = {code for code, change in changes.items() if change.category == entry.code and code != entry.code}
    return {one.code for one in entry.classes} | added


def _end(code: str, gone: Mapping[str, str]) -> str:
    """Follow replacements to the class that stands at their end; a circle ends where it began."""
    seen = {code}
    while (code := gone[code]) in gone and code not in seen:
        seen.add(code)
    return code


def _category(entry: Category, changes: Mapping[str, Row[Any]], gone: Mapping[str, str]) -> Category:
    own = changes.get(entry.code)
    known = {one.code for one in entry.classes}
    kept = [_renamed(one, changes.get(one.code)) for one in entry.classes if one.code not in gone]
    added = [
        CategoryClass(change.code, change.name, (), (), "ordinary", "", change.definition, "")
        for code, change in sorted(changes.items())
        if change.category == entry.code and code not in known and code != entry.code and code not in gone
    ]
    return replace(entry, name=own.name if own else entry.name, classes=(*kept, *added))


def _renamed(one: CategoryClass, change: Row[Any] | None) -> CategoryClass:
    return replace(one, name=change.name, definition=change.definition or one.definition) if change else one
