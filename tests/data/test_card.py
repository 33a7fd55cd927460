import pytest

from model.package_data import data_folder
from tests.data.card import CARD, written_card

TEXT = CARD.read_text(encoding="utf-8")
PATHS = (
    "taxonomy.yaml",
    "letters/",
    "pairs/pairs.jsonl",
    "pairs/matters.jsonl",
    "sample/inbox.xlsx",
    "personal/passages.jsonl",
)
FIELDS = ("id", "title", "body", "category", "purpose", "level", "people", "spans", "kind", "label", "matter", "group")


def test_the_counts_of_the_card_are_those_of_the_files() -> None:
    """If this fails after a change of data/, run `python -m tests.data.card` and read what it changed."""
    assert written_card() == TEXT


@pytest.mark.parametrize("path", PATHS)
def test_the_card_names_every_file(path: str) -> None:
    assert (data_folder() / path).exists()
    assert f"`{path}`" in TEXT


@pytest.mark.parametrize("field", FIELDS)
def test_the_card_explains_every_field(field: str) -> None:
    assert f"`{field}`" in TEXT


@pytest.mark.parametrize("said", ["Apache-2.0", "language model", "Known weaknesses", "Not for", "No letter is real"])
def test_the_card_says_what_a_reader_must_know(said: str) -> None:
    assert said in TEXT
