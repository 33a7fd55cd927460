from collections import Counter, defaultdict
from typing import Any

import openpyxl
import pytest

from model.letter_file import read_rows
from model.package_data import data_folder
from model.reading import read
from model.when import parse_time
from model.words.tables import table
from training.corpus import shipped_examples
from training.duplicates import duplicate_groups

FILE = data_folder() / "sample" / "inbox.xlsx"
ROWS = list(read_rows(FILE))
LETTERS: list[dict[str, Any]] = [row.fields for row in ROWS]
CHANNELS = {"来信", "来访", "网信", "来电"}


def text_of(letter: dict[str, Any]) -> str:
    return "\n".join(filter(None, (letter.get("title"), letter["body"])))


@pytest.fixture(scope="module")
def copies() -> list[list[dict[str, Any]]]:
    """Return the letters of which others are near-duplicates, together."""
    together: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for letter, group in zip(LETTERS, duplicate_groups([read(text_of(letter)) for letter in LETTERS]), strict=True):
        together[int(group)].append(letter)
    return [letters for letters in together.values() if len(letters) > 1]


def test_the_inbox_has_two_hundred_letters_with_ids_of_their_own() -> None:
    assert len(LETTERS) == 200
    assert len({letter["id"] for letter in LETTERS}) == 200
    assert [row.number for row in ROWS if row.error or not row.fields["body"].strip()] == []


def test_every_column_is_recognised() -> None:
    book = openpyxl.load_workbook(FILE, read_only=True)
    try:
        headings = [str(cell) for cell in next(book.worksheets[0].iter_rows(values_only=True))]
    finally:
        book.close()
    known = {heading for headings_of in table("headings").values() for heading in headings_of}
    assert [heading for heading in headings if heading not in known] == []


def test_the_letters_came_in_one_month_in_order() -> None:
    times = [parse_time(letter["received_at"]) for letter in LETTERS]
    assert len({(time.year, time.month) for time in times}) == 1
    assert times == sorted(times)


def test_the_channels_are_known_and_all_used() -> None:
    assert {letter["channel"] for letter in LETTERS} == CHANNELS


def test_some_letters_are_copies_to_other_addressees(copies: list[list[dict[str, Any]]]) -> None:
    assert len(copies) >= 8
    for letters in copies:
        assert len({letter["addressee"] for letter in letters}) > 1


def test_some_petitioners_write_again_in_other_words(copies: list[list[dict[str, Any]]]) -> None:
    copied = {letter["id"] for letters in copies for letter in letters}
    phones = Counter(
        letter["petitioner"]["phone"]
        for letter in LETTERS
        if letter["id"] not in copied and letter.get("petitioner", {}).get("phone")
    )
    assert sum(times > 1 for times in phones.values()) >= 20


def test_some_letters_are_signed_by_several_or_brought_in_person() -> None:
    assert sum(bool(letter.get("co_signers")) for letter in LETTERS) >= 5
    present = [letter for letter in LETTERS if letter.get("people_present")]
    assert len(present) >= 5
    assert {letter["channel"] for letter in present} == {"来访"}


def test_no_letter_of_the_sample_was_trained_on() -> None:
    trained = [example.letter.text for example in shipped_examples()]
    groups = duplicate_groups([read(text) for text in [*trained, *map(text_of, LETTERS)]])
    assert set(groups[: len(trained)].tolist()) & set(groups[len(trained) :].tolist()) == set()
