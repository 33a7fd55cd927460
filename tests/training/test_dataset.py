from pathlib import Path
from typing import Any

import pytest

from model.errors import FileError, TaxonomyError
from model.records import People
from model.taxonomy import Taxonomy, taxonomy_of
from tests.training.corpora import written
from training.dataset import Dataset, read_dataset, read_levels, read_texts

TAXONOMY = taxonomy_of(
    {
        "categories": [
            {
                "code": "labour",
                "name": "劳动社保",
                "classes": [{"code": "labour.wages", "name": "工资福利", "route": "arbitration"}],
            },
            {"code": "transport", "name": "交通运输"},
            {"code": "other", "name": "其他"},
        ]
    },
    "test",
)


def dataset(folder: Path, *rows: Any, required: Taxonomy | None = None) -> Dataset:
    return read_dataset(written(folder / "letters.jsonl", *rows), TAXONOMY, required)


def rows_of(*labels: Any) -> list[dict[str, Any]]:
    return [{"body": f"第{i}封信", "label": label} for i, label in enumerate(labels)]


def codes(found: Dataset) -> list[str]:
    return [example.code for example in found.examples]


def test_labels_may_be_codes_of_both_levels_and_names(tmp_path: Path) -> None:
    found = dataset(tmp_path, *rows_of("labour", "劳动社保", "labour.wages", "交通运输"))
    assert codes(found) == ["labour", "labour", "labour.wages", "transport"]
    assert found.taxonomy is TAXONOMY


def test_one_unknown_label_makes_all_labels_literal_and_of_one_level(tmp_path: Path) -> None:
    found = dataset(tmp_path, *rows_of("labour", "劳动社保", "labour.wages", "天气"))
    assert codes(found) == ["labour", "劳动社保", "labour.wages", "天气"]
    assert {(entry.code, entry.name) for entry in found.taxonomy.categories} == {
        (label, label) for label in ("labour", "劳动社保", "labour.wages", "天气")
    }
    assert found.taxonomy.classes_by_code == {}


def test_a_label_may_be_a_number(tmp_path: Path) -> None:
    found = dataset(tmp_path, *rows_of(0, 1, 2, 0))
    assert codes(found) == ["0", "1", "2", "0"]


def test_white_space_around_a_label_means_nothing(tmp_path: Path) -> None:
    assert codes(dataset(tmp_path, *rows_of(" labour ", "transport\n"))) == ["labour", "transport"]


def test_with_a_taxonomy_an_unknown_label_is_an_error_that_names_its_rows(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"2 labels.*row 2: '天气'; row 4: '路灯'"):
        dataset(tmp_path, *rows_of("labour", "天气", "other", "路灯"), required=TAXONOMY)


def test_an_unknown_label_is_named_by_its_row_in_the_file(tmp_path: Path) -> None:
    """Rows that were left out before it count too, or nobody finds it."""
    with pytest.raises(TaxonomyError, match="row 4: '天气'"):
        dataset(tmp_path, {"label": "labour"}, "", *rows_of("labour", "天气"), required=TAXONOMY)


def test_only_the_first_unknown_labels_are_named(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="40 labels") as caught:
        dataset(tmp_path, *rows_of("labour", *(f"无{i}" for i in range(40))), required=TAXONOMY)
    assert str(caught.value).count("row ") == 5


def test_the_shipped_taxonomy_gives_way_to_the_required_one(tmp_path: Path) -> None:
    own = taxonomy_of({"categories": [{"code": "a", "name": "甲"}, {"code": "b", "name": "乙"}]}, "own")
    found = dataset(tmp_path, *rows_of("甲", "b"), required=own)
    assert codes(found) == ["a", "b"]
    assert found.taxonomy is own


@pytest.mark.parametrize("empty", [{}, {"body": ""}, {"title": "  ", "body": "\n"}, {"text": None}])
def test_a_row_without_text_is_left_out_and_named(tmp_path: Path, empty: dict[str, Any]) -> None:
    found = dataset(tmp_path, {"label": "other", **empty}, *rows_of("labour", "transport"))
    assert codes(found) == ["labour", "transport"]
    assert any("row 1: has no text" in warning for warning in found.warnings)


@pytest.mark.parametrize("lacking", [{}, {"label": None}, {"label": " "}])
def test_a_row_without_label_is_left_out_and_named(tmp_path: Path, lacking: dict[str, Any]) -> None:
    found = dataset(tmp_path, *rows_of("labour", "transport"), {"body": "路灯坏了", **lacking})
    assert codes(found) == ["labour", "transport"]
    assert any("row 3: has no label" in warning for warning in found.warnings)


def test_a_bad_row_in_the_middle_costs_only_itself(tmp_path: Path) -> None:
    first, second = rows_of("labour", "transport")
    found = dataset(tmp_path, first, '{"body": "半行', second)
    assert codes(found) == ["labour", "transport"]
    assert any("row 2: the line is not JSON" in warning for warning in found.warnings)


def test_a_letter_knows_its_row_in_the_file(tmp_path: Path) -> None:
    """Rows that were left out before it count too: the office looks for it there."""
    found = dataset(tmp_path, {"label": "labour"}, *rows_of("labour"), "", *rows_of("transport"))
    assert [example.row for example in found.examples] == [2, 4]


def test_the_number_of_rows_left_out_does_not_count_sparse_classes(tmp_path: Path) -> None:
    found = dataset(tmp_path, {"label": "labour"}, *rows_of("labour", "transport"))
    assert (found.refused, len(found.warnings)) == (1, 3)


def test_texts_without_labels_are_read_and_rows_without_text_passed_over(tmp_path: Path) -> None:
    rows = [{"title": "路灯", "body": "坏了"}, {"body": " "}, "{半行", {"text": "工资", "label": "labour"}]
    assert read_texts(written(tmp_path / "others.jsonl", *rows)) == ["路灯\n坏了", "工资"]


def test_a_file_without_any_text_holds_no_letters(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"others.jsonl: holds no letters"):
        read_texts(written(tmp_path / "others.jsonl", {"body": ""}, {"label": "labour"}))


def test_a_title_alone_and_text_in_one_piece_are_letters(tmp_path: Path) -> None:
    found = dataset(
        tmp_path,
        {"title": "路灯", "label": "other"},
        {"text": "工资", "label": "labour"},
        {"id": "x", **rows_of("other")[0]},
    )
    assert [(example.letter.id, example.letter.text) for example in found.examples] == [
        ("1", "路灯"),
        ("2", "工资"),
        ("x", "第0封信"),
    ]


def test_classes_below_five_letters_are_warned_of(tmp_path: Path) -> None:
    found = dataset(tmp_path, *rows_of(*["labour"] * 5, *["transport"] * 4))
    (warning,) = found.warnings
    assert "'transport' has 4 letters only" in warning


def test_a_file_of_one_label_teaches_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="two labels"):
        dataset(tmp_path, *rows_of("labour", "labour"))


def test_a_file_in_the_wrong_encoding_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "letters.jsonl"
    file.write_bytes('{"body": "工资", "label": "劳动社保"}\n{"body": "公交", "label": "交通运输"}\n'.encode("gb18030"))
    with pytest.raises(FileError, match="not UTF-8"):
        read_dataset(file, TAXONOMY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_of_an_office_is_read_under_its_headings(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "letters.csv"
    file.write_bytes(
        "留言编号,留言主题,留言详情,一级标签\n7,欠薪,没有发工资,劳动社保\n8,公交,太少,交通运输\n".encode(encoding)
    )
    found = read_dataset(file, TAXONOMY)
    assert codes(found) == ["labour", "transport"]
    assert [example.letter.text for example in found.examples] == ["欠薪\n没有发工资", "公交\n太少"]


@pytest.mark.parametrize("heading", ["label,label", "label,标签", "一级标签,类别"])
def test_two_columns_that_mean_the_label_are_refused(tmp_path: Path, heading: str) -> None:
    file = tmp_path / "letters.csv"
    file.write_text(f"内容,{heading}\n工资,labour,other\n公交,transport,other\n", encoding="utf-8")
    with pytest.raises(FileError, match="two columns mean `label`"):
        read_dataset(file, TAXONOMY)


def test_levels_are_read_by_name_and_by_number(tmp_path: Path) -> None:
    named = ["none", "watch", "warning", 0, 1, 2, "2"]
    file = written(tmp_path / "risk.jsonl", *({"body": "信", "level": level} for level in named))
    levels = [example.level for example in read_levels(file)]
    assert levels == ["none", "watch", "warning", "none", "watch", "warning", "warning"]


def test_stated_people_are_read_as_size_or_as_people(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"size": 60}, {"people": {"count": 30, "unit": "household"}}, {}, {"size": None}]
    file = written(tmp_path / "risk.jsonl", *({"body": "信", "level": 1, **row} for row in rows))
    found = [example.people for example in read_levels(file)]
    assert found[0] == People(60, "person")
    assert found[1]
    assert found[1].count == 30
    assert found[2:] == [None, None]


@pytest.mark.parametrize(
    "bad", [{"level": 3}, {"level": "高"}, {}, {"level": 1, "size": "十多"}, {"level": 1, "people": 3}]
)
def test_a_level_or_size_that_cannot_be_read_names_its_row(tmp_path: Path, bad: dict[str, Any]) -> None:
    file = written(tmp_path / "risk.jsonl", {"body": "信", "level": 0}, {"body": "信", **bad})
    with pytest.raises(FileError, match="row 2"):
        read_levels(file)
