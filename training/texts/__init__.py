"""The texts of the model card, in Chinese, apart from the code."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _catalogue() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("zh_CN.yaml").read_text(encoding="utf-8"))
    return {f"{group}.{name}": entry for group, entries in content.items() for name, entry in entries.items()}


def text(key: str, **values: object) -> str:
    """Return the text of a key, group.name, with its values filled in; raises KeyError if there is none."""
    entry: str = _catalogue()[key]
    return entry.format(**values) if values else entry


def texts(key: str) -> list[str]:
    """Return the sentences of a list; raises KeyError if there is none."""
    entries: list[str] = _catalogue()[key]
    return entries
