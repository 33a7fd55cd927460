import pytest

from model.letter_file import read_rows
from model.package_data import data_folder
from tests.data.privacy import real_numbers

FILES = sorted(path for path in data_folder().rglob("*") if path.suffix in {".jsonl", ".yaml", ".md"})


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "11010519491231002x",
        "13912345678",
        "139 1234 5678",
        "１３９１２３４５６７８",
        "0731-88665544",
    ],
)
def test_a_number_of_a_person_is_found(number: str) -> None:
    assert real_numbers(f"我的号码是{number}，请回复") != []


@pytest.mark.parametrize(
    "text", ["110105194912310021", "13800001234", "139 0000 1234", "138****5678", "12345", "20230145"]
)
def test_made_up_and_masked_numbers_pass(text: str) -> None:
    assert real_numbers(f"我的号码是{text}，请回复") == []


@pytest.mark.parametrize("name", [str(path.relative_to(data_folder())) for path in FILES])
def test_a_file_holds_no_number_of_a_person(name: str) -> None:
    assert real_numbers((data_folder() / name).read_text(encoding="utf-8")) == []


def test_the_sample_holds_no_number_of_a_person() -> None:
    rows = read_rows(data_folder() / "sample" / "inbox.xlsx")
    assert [found for row in rows for found in real_numbers(str(row.fields))] == []
