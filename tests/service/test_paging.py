import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.paging import cursor_of, position_of

STORABLE = st.text(st.characters(exclude_characters="\x00", codec="utf-8"))


@given(STORABLE, STORABLE)
def test_a_cursor_comes_back_as_the_position_it_was_made_of(moment: str, identifier: str) -> None:
    cursor = cursor_of(moment, identifier)
    assert position_of(cursor) == (moment, identifier)
    assert cursor.isascii()
    assert "=" not in cursor


def encoded(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "电",
        "====",
        "\x00",
        *map(encoded, [None, 5, [], ["a"], ["a", 5], ["a", "b", "c"], {"a": 1, "b": 2}, "ab", ["\ud800", "b"]]),
        base64.urlsafe_b64encode(b"[" * 10_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xff").decode(),
    ],
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        position_of(cursor)
    assert refused.value.errors[0][0] == "cursor"


@given(st.text(max_size=40) | st.recursive(st.none() | st.text(st.characters()), st.lists).map(encoded))
def test_any_text_is_a_cursor_or_refused(cursor: str) -> None:
    try:
        moment, identifier = position_of(cursor)
    except Invalid:
        return
    assert f"{moment}{identifier}".encode()
