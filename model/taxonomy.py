"""The categories of an office: level 1 and its level-2 classes, read from a YAML file."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast, get_args

import yaml

from model.errors import TaxonomyError
from model.records import Route


@dataclass(frozen=True)
class CategoryClass:
    """A level-2 class: where it stands in the national table, who handles it and by which route."""

    code: str
    name: str
    national: tuple[str, ...]
    topics: tuple[str, ...]
    route: Route
    unit: str
    definition: str
    neighbours: str


@dataclass(frozen=True)
class Category:
    """A level-1 category with its classes."""

    code: str
    name: str
    definition: str
    classes: tuple[CategoryClass, ...]


@dataclass(frozen=True)
class Taxonomy:
    """All categories; codes are unique over both levels. `replaced` are old codes of classes with the new ones."""

    categories: tuple[Category, ...]
    replaced: tuple[tuple[str, str], ...] = ()

    def current(self, code: str) -> str:
        """Return the code that stands for a code now."""
        return dict(self.replaced).get(code, code)

    @cached_property
    def by_code(self) -> dict[str, Category]:
        """Return the level-1 categories by code."""
        return {category.code: category for category in self.categories}

    @cached_property
    def classes_by_code(self) -> dict[str, CategoryClass]:
        """Return the level-2 classes by code."""
        return {entry.code: entry for category in self.categories for entry in category.classes}

    @cached_property
    def parents(self) -> dict[str, str]:
        """Return the level-1 code of each level-2 code."""
        return {entry.code: category.code for category in self.categories for entry in category.classes}

    def find(self, label: str) -> str | None:
        """Return the code that a label means: a code, a level-1 name, or a level-2 name that no other class has."""
        if label in self.by_code or label in self.classes_by_code:
            return label
        top = [category.code for category in self.categories if category.name == label]
        below = [entry.code for entry in self.classes_by_code.values() if entry.name == label]
        return top[0] if top else below[0] if len(below) == 1 else None


def load_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy file.

    Raises TaxonomyError, naming the entry and the remedy, if the file is not a taxonomy.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TaxonomyError(f"{path}: cannot be read as YAML in UTF-8: {error}") from error
    return taxonomy_of(content, str(path))


def taxonomy_of(content: Any, source: str) -> Taxonomy:
    """Build a taxonomy from the content of its file; `source` names it in errors."""
    if not isinstance(content, dict) or not isinstance(content.get("categories"), list):
        raise TaxonomyError(f"{source}: needs a list `categories`")
    taxonomy = Taxonomy(tuple(_category(entry, source) for entry in content["categories"]))
    codes = Counter(code for category in taxonomy.categories for code in _codes(category))
    twice = [code for code, times in codes.items() if times > 1]
    if twice:
        raise TaxonomyError(f"{source}: the code {twice[0]!r} is used twice; give every category and class its own")
    return taxonomy


def content_of(taxonomy: Taxonomy) -> dict[str, Any]:
    """Return the file content that `taxonomy_of` reads back."""
    return {
        "categories": [
            {
                "code": category.code,
                "name": category.name,
                "definition": category.definition,
                "classes": [
                    {**vars(entry), "national": list(entry.national), "topics": list(entry.topics)}
                    for entry in category.classes
                ],
            }
            for category in taxonomy.categories
        ]
    }


def _codes(category: Category) -> list[str]:
    return [category.code, *(entry.code for entry in category.classes)]


def _required(entry: Any, key: str, source: str) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, str) or not value:
        raise TaxonomyError(f"{source}: {entry!r} needs a text `{key}`")
    return value


def _category(entry: Any, source: str) -> Category:
    code = _required(entry, "code", source)
    children = entry.get("classes") or []
    if not isinstance(children, list):
        raise TaxonomyError(f"{source}: {code}: `classes` must be a list")
    classes = tuple(_class(child, source) for child in children)
    return Category(code, _required(entry, "name", source), entry.get("definition") or "", classes)


def _class(entry: Any, source: str) -> CategoryClass:
    code, route = _required(entry, "code", source), _required(entry, "route", source)
    if route not in get_args(Route):
        raise TaxonomyError(f"{source}: {code}: route {route!r} is none of {', '.join(get_args(Route))}")
    return CategoryClass(
        code=code,
        name=_required(entry, "name", source),
        national=tuple(entry.get("national") or ()),
        topics=tuple(entry.get("topics") or ()),
        route=cast(Route, route),
        unit=entry.get("unit") or "",
        definition=entry.get("definition") or "",
        neighbours=entry.get("neighbours") or "",
    )
