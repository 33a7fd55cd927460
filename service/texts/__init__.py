"""The texts of the interface, in Chinese, apart from the code."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _catalogue() -> dict[str, str]:
    content: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("zh_CN.yaml").read_text(encoding="utf-8"))
    return {
        f"{group}.{name}" if group != "plain" else name: entry
        for group in content
        for name, entry in content[group].items()
    }


def text(key: str, **values: object) -> str:
    """Return the text of a key, with its values filled in; raises KeyError if there is none."""
    return _catalogue()[key].format(**values) if values else _catalogue()[key]


@cache
def notice_texts() -> dict[str, Any]:
    """Return the texts of notices: of each kind its title and lines, and what all of them share."""
    content: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("notices.yaml").read_text(encoding="utf-8"))
    return content
