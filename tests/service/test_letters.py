import json
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.errors import LetterError
from service.repeats import content_hash_of
from service.schemas.letters import MOST_CHARACTERS, LetterIn, letter_in

T = TypeVar("T")
FIELDS = sorted(LetterIn.model_fields)
# Every code point, halves of surrogate pairs and NUL too.
any_text = st.text(st.characters(), max_size=5) | st.sampled_from(["\x00", "\ud800", "x\udfff", "2026-03-05", "来信"])
scalars = st.none() | st.booleans() | st.integers() | st.integers(10**30, 10**40) | st.floats() | any_text
any_json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3), max_leaves=8
)
persons = st.dictionaries(st.sampled_from(["name", "id_number", "phone", "address"]), scalars)
near_letters = st.dictionaries(st.sampled_from(FIELDS), any_json | any_text | persons).map(
    lambda fields: {"body": "路灯坏了", **fields}
)


def outcome(step: Callable[[], T]) -> T | LetterError:
    try:
        return step()
    except LetterError as error:
        return error


def refusal(record: Any) -> LetterError:
    with pytest.raises(LetterError) as refused:
        letter_in(record)
    return refused.value


@given(any_json | near_letters)
@example({"body": "路灯坏了", "received_at": "\ud800"})
def test_any_json_is_a_letter_or_refused_with_field_and_reason(record: Any) -> None:
    accepted = outcome(lambda: letter_in(record))
    if isinstance(accepted, LetterError):
        assert accepted.field.split(".")[0] in FIELDS
        assert accepted.reason
        return
    assert len(content_hash_of(accepted)) == 64
    letter = accepted.letter("1", strict=False)
    assert letter.text.strip()
    json.dumps(accepted.people(), ensure_ascii=False).encode()
    for identity in letter.petitioners:
        assert identity.encode()
    strict = outcome(lambda: accepted.letter("1"))
    if isinstance(strict, LetterError):
        assert strict.field == "received_at"
        assert letter.received_at is None
    else:
        assert strict == letter


@pytest.mark.parametrize("fields", [{"title": "电梯"}, {"body": "电梯"}, {"text": "电梯"}])
def test_a_title_or_a_text_is_enough(fields: dict[str, str]) -> None:
    assert letter_in(fields).letter("1").text == "电梯"


@pytest.mark.parametrize("record", [{}, {"body": ""}, {"title": " \n\t\u3000"}, {"body": None, "region": "东湖"}])
def test_a_letter_without_text_is_refused(record: dict[str, Any]) -> None:
    assert refusal(record).field == "body"


def test_the_limit_of_characters_is_exact() -> None:
    title = "题" * 10
    assert len(letter_in({"title": title, "body": "电" * (MOST_CHARACTERS - 10)}).body or "") == MOST_CHARACTERS - 10
    error = refusal({"title": title, "body": "电" * (MOST_CHARACTERS - 9)})
    assert error.field == "body"
    assert "100,001" in error.reason
    assert "100,000" in error.reason


def test_a_body_wins_over_a_text() -> None:
    assert letter_in({"title": "一", "body": "二", "text": "三"}).letter("1").text == "一\n二"


@pytest.mark.parametrize("bad", ["a\x00", "\ud800", "\udc00a"])
@pytest.mark.parametrize("field", ["id", "external_id", "title", "body", "text", "region", "addressee"])
def test_what_no_database_can_store_is_refused(field: str, bad: str) -> None:
    assert refusal({"body": "电梯", field: bad}).field == field


@pytest.mark.parametrize("bad", ["\ud800", "a\udc00"])
@pytest.mark.parametrize(
    ("field", "wrap"),
    [
        ("petitioner", lambda bad: bad),
        ("petitioner", lambda bad: {"name": bad}),
        ("co_signers", lambda bad: [bad]),
        ("accused", lambda bad: [bad]),
    ],
)
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(field: str, wrap: Any, bad: str) -> None:
    assert refusal({"body": "电梯", field: wrap(bad)}).field.split(".")[0] == field


@pytest.mark.parametrize("bad", ["\ud800", "0001-01-01", "9999-12-31T23:59:59-10:00", "soon"])
def test_a_time_that_cannot_be_read_is_refused_only_where_letters_are_stored(bad: str) -> None:
    given = letter_in({"body": "电梯", "received_at": bad})
    with pytest.raises(LetterError, match="received_at"):
        given.letter("1")
    assert given.letter("1", strict=False).received_at is None


@pytest.mark.parametrize(
    ("petitioner", "identities"),
    [
        (None, set()),
        ("", set()),
        (" k1 ", {"key:k1"}),
        (12, {"key:12"}),
        ({"name": "赵铁柱"}, set()),
        ({"name": "赵铁柱", "address": "翠竹花园 3"}, {"person:赵铁柱|翠竹花园3"}),
        ({"phone": 13812340000}, {"phone:13812340000"}),
        ({"phone": "+86 138-1234-0000", "name": "赵"}, {"phone:13812340000"}),
        ({"id_number": "11010119900307123x", "phone": "1"}, {"id:11010119900307123X"}),
    ],
)
def test_a_petitioner_has_many_forms(petitioner: Any, identities: set[str]) -> None:
    assert letter_in({"body": "电梯", "petitioner": petitioner}).identities() == identities


def test_co_signers_count_as_petitioners() -> None:
    record = {"body": "电梯", "petitioner": "a", "co_signers": ["b", {"phone": "13812340000"}, {"name": "孙某"}]}
    assert letter_in(record).identities() == {"key:a", "key:b", "phone:13812340000"}
    assert letter_in({"body": "电梯", "co_signers": "b"}).identities() == {"key:b"}


@pytest.mark.parametrize("petitioner", [True, 1.5, [], ["a"], {"name": 5}, {"phone": ["1"]}])
def test_another_form_of_petitioner_is_refused_by_name(petitioner: Any) -> None:
    parts = refusal({"body": "电梯", "petitioner": petitioner}).field.split(".")
    assert parts[0] == "petitioner"
    assert set(parts[1:]) <= {"name", "phone"}


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-03-05T09:07:30Z", "2026-03-05T09:07:30+00:00"),
        ("2026-03-05T09:07", "2026-03-05T09:07:00+08:00"),
        ("2026-03-05 09:07:30", "2026-03-05T09:07:30+08:00"),
        ("2026/3/5 9:07", "2026-03-05T09:07:00+08:00"),
        ("2026/3/5 9:07:30", "2026-03-05T09:07:30+08:00"),
        (" 2026-03-05 ", "2026-03-05T00:00:00+08:00"),
    ],
)
def test_times_are_read_as_offices_write_them(given: str, moment: str) -> None:
    received_at = letter_in({"body": "电梯", "received_at": given}).letter("1").received_at
    assert received_at
    assert received_at.isoformat() == moment


@pytest.mark.parametrize("given", ["上周三", "2026-02-30", "2026/3/5 25:00", "5.3.2026", "0"])
def test_an_unreadable_time_is_an_error_only_if_strict(given: str) -> None:
    letter = letter_in({"body": "电梯", "received_at": given})
    assert letter.letter("1", strict=False).received_at is None
    with pytest.raises(LetterError, match="received_at"):
        letter.letter("1")


@pytest.mark.parametrize(
    ("given", "channel"),
    [("来信", "letter"), ("来访", "visit"), ("网上", "web"), ("电话", "phone"), ("web", "web"), ("网上信访 ", "web")],
)
def test_channels_have_chinese_names(given: str, channel: str) -> None:
    assert letter_in({"body": "电梯", "channel": given}).channel == channel


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "fax"),
        ("channel", ""),
        ("people_present", -1),
        ("people_present", "many"),
        ("external_id", "x" * 201),
        ("external_id", 1.5),
        ("id", True),
        ("region", "x" * 501),
        ("petitioner", "x" * 501),
        ("accused", ["x"] * 101),
        ("co_signers", ["x"] * 10_001),
        ("co_signers", [None]),
    ],
)
def test_limits_are_told_by_field(field: str, value: Any) -> None:
    assert refusal({"body": "电梯", field: value}).field.split(".")[0] == field


def test_whole_numbers_are_keys() -> None:
    letter = letter_in({"body": "电梯", "id": 7, "external_id": 12345678901234567890})
    assert (letter.id, letter.external_id) == ("7", "12345678901234567890")
