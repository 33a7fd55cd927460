from hypothesis import given
from hypothesis import strategies as st

from service.web.segments import Mark, segments

TEXTS = st.text(max_size=40)
MARKS = st.lists(
    st.builds(
        Mark,
        start=st.integers(-3, 45),
        end=st.integers(-3, 45),
        style=st.sampled_from(["word", "together", "danger"]),
        label=st.sampled_from(["", "a", "b"]),
        anchor=st.sampled_from(["", "w0", "g0"]),
    ),
    max_size=8,
)
PLACES = st.integers(0, 45)


def mark(start: int, end: int, style: str = "word", label: str = "", anchor: str = "") -> Mark:
    return Mark(start, end, style, label, anchor)


@given(TEXTS, MARKS)
def test_the_pieces_joined_are_the_text(text: str, marks: list[Mark]) -> None:
    assert "".join(piece.text for piece in segments(text, marks)) == text


@given(TEXTS, MARKS, PLACES, PLACES)
def test_the_pieces_of_a_window_joined_are_the_window(text: str, marks: list[Mark], start: int, end: int) -> None:
    assert "".join(piece.text for piece in segments(text, marks, start, end)) == text[start:end]


@given(TEXTS, MARKS)
def test_every_character_carries_exactly_the_marks_that_cover_it(text: str, marks: list[Mark]) -> None:
    for piece in segments(text, marks):
        for place in range(piece.start, piece.start + len(piece.text)):
            assert piece.marks == tuple(mark for mark in marks if mark.start <= place < mark.end)


@given(TEXTS, MARKS)
def test_no_piece_is_empty_and_each_begins_where_the_last_one_ended(text: str, marks: list[Mark]) -> None:
    place = 0
    for piece in segments(text, marks):
        assert piece.text
        assert piece.start == place
        place += len(piece.text)


@given(TEXTS, MARKS, PLACES)
def test_two_windows_side_by_side_show_the_same_marks_as_the_whole(text: str, marks: list[Mark], cut: int) -> None:
    parts = [*segments(text, marks, 0, cut), *segments(text, marks, cut)]
    whole = segments(text, marks)
    assert [piece.marks for piece in parts for _ in piece.text] == [piece.marks for piece in whole for _ in piece.text]


@given(TEXTS, MARKS)
def test_every_mark_inside_the_text_gives_its_anchor_once(text: str, marks: list[Mark]) -> None:
    inside = [mark.anchor for mark in marks if mark.anchor and 0 <= mark.start < min(mark.end, len(text))]
    assert sorted(anchor for piece in segments(text, marks) for anchor in piece.anchors) == sorted(inside)


def test_a_text_without_marks_is_one_piece() -> None:
    assert [piece.text for piece in segments("一封信", [])] == ["一封信"]


def test_an_empty_text_has_no_pieces() -> None:
    assert segments("", [mark(0, 3)]) == ()


def test_overlapping_marks_share_the_piece_in_which_they_overlap() -> None:
    pieces = segments("甲乙丙丁戊", [mark(0, 3, "word"), mark(2, 5, "together")])
    assert [(piece.text, piece.styles) for piece in pieces] == [
        ("甲乙", "word"),
        ("丙", "word together"),
        ("丁戊", "together"),
    ]


def test_spans_count_code_points_also_beyond_the_basic_plane() -> None:
    pieces = segments("𠮷野家欠薪", [mark(3, 5)])
    assert [piece.text for piece in pieces if piece.marks] == ["欠薪"]


def test_a_mark_over_the_end_of_the_title_stands_in_title_and_body() -> None:
    text, found = "题目\n正文", [mark(1, 4, anchor="w0")]
    title, body = segments(text, found, 0, 2), segments(text, found, 3, 5)
    assert [(piece.text, bool(piece.marks)) for piece in title] == [("题", False), ("目", True)]
    assert [(piece.text, bool(piece.marks)) for piece in body] == [("正", True), ("文", False)]
    assert [anchor for piece in (*title, *body) for anchor in piece.anchors] == ["w0"]


def test_a_mark_that_is_empty_or_beyond_the_text_covers_nothing() -> None:
    assert [piece.marks for piece in segments("信", [mark(0, 0), mark(1, 1), mark(5, 9)])] == [()]


def test_styles_and_labels_stand_once_each() -> None:
    piece = segments("信", [mark(0, 1, "word", "甲"), mark(0, 1, "word", "乙"), mark(0, 1, "danger", "甲")])[0]
    assert piece.styles == "word danger"
    assert piece.label == "甲\n乙"
