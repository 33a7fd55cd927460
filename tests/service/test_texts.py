"""Texts and their keys: every key that is used has a text, and every text is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import gettext

from service.texts import LANGUAGE, text

SERVICE = Path(__file__).parents[2] / "service"
CATALOGUE = SERVICE / "texts" / LANGUAGE / "LC_MESSAGES" / "messages.po"
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]*[a-z0-9]")
QUOTED = re.compile(r'"([^"{}]*)"|\'([^\'{}]*)\'')
SUFFIXES = (".html", ".css", ".js", ".svg", ".yaml", ".po")


def catalogue() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def of_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def of_template(path: Path) -> Iterator[str]:
    for whole in re.findall(r"{[{%].*?[}%]}", path.read_text("utf-8"), re.DOTALL):
        yield from (one or other for one, other in QUOTED.findall(whole))


def words_in_use() -> dict[str, Path]:
    """Return every string of code and templates, with a place where it stands; names of columns look like keys."""
    code = [path for path in SERVICE.rglob("*.py") if not {"migrations", "tables", "queries"} & set(path.parts)]
    found = {word: path for path in code for word in of_code(path)}
    return found | {word: path for path in (SERVICE / "templates").rglob("*.html") for word in of_template(path)}


@pytest.fixture(scope="module")
def used() -> dict[str, Path]:
    return words_in_use()


def test_every_text_says_something() -> None:
    assert {key for key, value in catalogue().items() if not value.strip()} == set()


def test_every_key_that_is_used_has_a_text(used: dict[str, Path]) -> None:
    texts = catalogue()
    groups = {key.partition(".")[0] for key in texts if "." in key}
    keys = {word for word in used if KEY.fullmatch(word) and not word.endswith(SUFFIXES)}
    wanted = {key for key in keys if key.partition(".")[0] in groups}
    assert len(wanted) > 100
    assert {key: str(used[key]) for key in wanted - texts.keys()} == {}


def test_every_text_is_used(used: dict[str, Path]) -> None:
    beginnings = tuple(word for word in used if re.fullmatch(r"[a-z_]+\.([a-z0-9_]+_)?", word))
    assert {
        key
        for key in catalogue()
        if key not in used and key.partition(".")[0] not in used and not key.startswith(beginnings)
    } == set()


def test_a_text_takes_its_values() -> None:
    assert text("list.count", count=3) == "本页 3 件"


def test_a_key_without_a_text_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        text("page.nothing")


def test_requests_and_commands_speak_the_same_language(app: Flask) -> None:
    with app.test_request_context("/"):
        assert text("product") == gettext("product") == "鸿雁"
    assert text("product") == "鸿雁"
