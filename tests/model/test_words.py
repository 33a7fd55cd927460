import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.words.tables import lines, table

EXPRESSION_TABLES = ("danger", "group_visit", "names")


def texts(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a table with the path of keys that leads to it."""
    if isinstance(content, str):
        yield path, content
    elif isinstance(content, list):
        for entry in content:
            yield from texts(entry, path)
    else:
        for key, entry in content.items():
            yield from texts(entry, f"{path}/{key}")


@pytest.mark.parametrize("name", EXPRESSION_TABLES)
def test_every_expression_of_a_table_compiles_and_asks_for_a_character(name: str) -> None:
    for path, expression in texts(table(name)):
        assert not re.compile(expression).fullmatch(""), f"{path}: {expression}"


@pytest.mark.parametrize("line", lines("page_remains"))
@given(data=st.data())
@settings(max_examples=20)
def test_an_expression_of_page_remains_matches_only_with_its_sign(line: str, data: st.DataObject) -> None:
    """Where the sign is missing, the expression is not tried."""
    sign, expression = line.split(" ", 1)
    match = re.search(expression, data.draw(st.from_regex(expression)))
    assert match
    assert sign in match.group()


@pytest.mark.parametrize("name", [*EXPRESSION_TABLES, "headings"])
def test_no_entry_stands_twice_under_one_key(name: str) -> None:
    listed = list(texts(table(name)))
    assert len(listed) == len(set(listed))


def test_no_character_ends_a_name_twice() -> None:
    stops = table("names")["stops"]
    assert len(stops) == len(set(stops))


def test_no_heading_means_two_fields() -> None:
    headings = [heading for _, heading in texts(table("headings"))]
    assert len(headings) == len(set(headings))


def test_headings_are_written_as_they_are_compared() -> None:
    assert all(heading == "".join(heading.split()).lower() for _, heading in texts(table("headings")))


@pytest.mark.parametrize(
    "name", sorted(file.name[:-4] for file in files("model.words").iterdir() if file.name.endswith(".txt"))
)
def test_no_line_of_a_word_list_stands_twice(name: str) -> None:
    assert len(lines(name)) == len(set(lines(name)))
