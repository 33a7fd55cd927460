"""What operators are told exists, and what they need is told, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from service.handlers import HANDLERS
from service.schedule import DAILY
from service.schemas.health import Check
from service.settings import PREFIX, Settings
from tests.commands import commands

DOCS = Path(__file__).parent.parent.parent / "docs"
TEXTS = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("operations.md", "operations.zh-CN.md")}
# What is for people who read letters or train, and for trying out.
NOT_FOR_OPERATORS = {"analyze", "compare", "link", "demo"}
LANGUAGES = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
COMMANDS = {" ".join(words): command for words, command in commands().items()}


@LANGUAGES
def test_every_setting_that_is_named_exists(text: str) -> None:
    known = {f"{PREFIX}CONFIG", *(PREFIX + entry.name.upper() for entry in fields(Settings))}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", text)) <= known


def called(text: str) -> Iterator[list[str]]:
    """Yield the words after each call of the command, up to the end of the code that it stands in."""
    for found in re.finditer(r"(?:^|[ `/])hongyan ((?!hongyan|LOGIN|OWNER)(?:[^\s`|]+ ?)+)", text, re.MULTILINE):
        yield found[1].split()


@LANGUAGES
def test_every_command_that_is_named_exists_with_its_options(text: str) -> None:
    for words in called(text):
        known = COMMANDS.get(" ".join(words[:2])) or COMMANDS.get(words[0])
        assert known, words
        options = {name for parameter in known.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


@LANGUAGES
def test_every_command_that_operators_need_is_named(text: str) -> None:
    named = {" ".join(words[:count]) for words in called(text) for count in (1, 2)}
    assert COMMANDS.keys() - named == NOT_FOR_OPERATORS


@LANGUAGES
def test_every_check_and_every_job_of_the_day_is_named(text: str) -> None:
    assert [name for name in (*get_args(Check), *DAILY) if f"`{name}`" not in text] == []
    assert set(re.findall(r"jobs start ([a-z.]+)", text)) <= HANDLERS.keys()


def test_both_languages_say_the_same_in_the_same_order() -> None:
    english, chinese = TEXTS.values()
    assert len(re.findall(r"^##+ ", english, re.MULTILINE)) == len(re.findall(r"^##+ ", chinese, re.MULTILINE))
    blocks = [re.findall(r"^```\w+\n.*?^```", text, re.MULTILINE | re.DOTALL) for text in (english, chinese)]
    assert blocks[0] == blocks[1]


@LANGUAGES
def test_every_number_that_is_watched_is_measured(text: str) -> None:
    sources = "".join(
        (DOCS.parent / "service" / name).read_text(encoding="utf-8") for name in ("metrics.py", "readiness.py")
    )
    watched = {name.removesuffix("_total") for name in re.findall(r"hongyan_[a-z_]+", text)}
    assert watched
    assert {name for name in watched if f'"{name}"' not in sources} == set()
