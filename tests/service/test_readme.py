"""The READMEs name every call of the API and every command, and none that is not there."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from flask import Flask

from tests.commands import commands
from training.cli import main as training

ROOT = Path(__file__).parent.parent.parent
READMES = ("README.md", "README.zh-CN.md")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
APART = {"/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"}
# The description stands at two addresses, of which the READMEs name the shorter.
UNNAMED = {("GET", "/api/v1/openapi.json"), ("GET", "/api/v1/docs")}


def rows(readme: str) -> Iterator[list[str]]:
    """Yield what the first column of each row of a table names."""
    for line in (ROOT / readme).read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            yield re.findall("`([^`]+)`", re.split(r"(?<!\\)\|", line)[1])


def listed_calls(readme: str) -> set[tuple[str, str]]:
    """Return the calls of the tables; methods that stand alone share the path of the next call."""
    found = set()
    for names in rows(readme):
        alone: list[str] = []
        for method, _, path in (name.partition(" ") for name in names):
            if method in METHODS:
                alone.append(method)
            if path.startswith("/"):
                found |= {(one, re.sub(r"\{\w+\}", "{}", path.partition("?")[0])) for one in alone}
                alone = []
    return found


def listed_commands(readme: str) -> set[str]:
    """Return the commands of the tables; one without its program is of the same group as the one before."""
    found: set[str] = set()
    for names in rows(readme):
        before: list[str] = []
        for name in names if names[0].startswith("hongyan") else ():
            words = name.split() if name.startswith("hongyan") else [*before[:2], *name.split()]
            found |= {" ".join(some) for some in product(*(word.split(r"\|") for word in words))}
            before = words
    return found


@pytest.mark.parametrize("readme", READMES)
def test_every_call_is_listed(app: Flask, readme: str) -> None:
    calls = {
        (method, re.sub("<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") or rule.rule in APART
        for method in set(rule.methods or ()) & set(METHODS)
    }
    assert listed_calls(readme) == calls - UNNAMED


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_listed(readme: str) -> None:
    known = {f"hongyan {' '.join(words)}" for words in commands()}
    known |= {f"hongyan-train {name}" for name in training.commands}
    listed = listed_commands(readme)
    assert {name for name in known if not any(f"{one} ".startswith(f"{name} ") for one in listed)} == set()
    assert {one for one in listed if not any(f"{one} ".startswith(f"{name} ") for name in known)} == set()
