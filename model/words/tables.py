"""Reads the word tables that lie beside this file."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import yaml


@cache
def table(name: str) -> dict[str, Any]:
    """Return the YAML table `name` of this folder."""
    content = yaml.safe_load(files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise TypeError(f"{name}.yaml must hold a mapping")
    return content


@cache
def lines(name: str) -> tuple[str, ...]:
    """Return the lines of the word list `name`, without comments and blanks."""
    text = files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def fingerprint() -> str:
    """Return a hash of all word tables and lists: what a text is read by besides a model."""
    whole = sha256()
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.endswith((".yaml", ".txt")):
            content = file.read_bytes()
            whole.update(f"{file.name} {len(content)} ".encode() + content)
    return whole.hexdigest()
