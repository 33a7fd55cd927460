"""Small builders of real objects for tests."""

from typing import Any

from model.records import Letter
from model.taxonomy import Taxonomy, taxonomy_of


def letter(body: str = "小区门口的路灯坏了一个月没有人修。", letter_id: str = "1", **facts: Any) -> Letter:
    return Letter(id=letter_id, body=body, **facts)


def taxonomy(*codes: str, route: str = "ordinary") -> Taxonomy:
    """Build a taxonomy from codes such as `labour.wages`; a code without a dot is a category without classes."""
    classes: dict[str, list[str]] = {}
    for code in codes:
        inside = classes.setdefault(code.split(".")[0], [])
        if "." in code:
            inside.append(code)
    categories = [
        {
            "code": category,
            "name": category,
            "classes": [{"code": code, "name": code, "route": route} for code in inside],
        }
        for category, inside in classes.items()
    ]
    return taxonomy_of({"categories": categories}, "test")
