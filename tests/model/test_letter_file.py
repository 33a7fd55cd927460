import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from model.errors import FileError
from model.letter_file import LONGEST_CELL, Row, known_fields, read_rows, rows_of, usual_fields
from model.words.tables import table

SHEET = "留言编号,留言主题,留言详情,留言时间\n1,路灯,路灯坏了,2026/3/5 9:07\n2,工资,拖欠工资，请处理,2026/3/6\n"
SHEET_ROWS = [
    {"id": "1", "title": "路灯", "body": "路灯坏了", "received_at": "2026/3/5 9:07"},
    {"id": "2", "title": "工资", "body": "拖欠工资，请处理", "received_at": "2026/3/6"},
]


def rows(folder: Path, name: str, content: bytes | str) -> list[Row]:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(file))


def book(folder: Path, *cells: list[Any]) -> list[Row]:
    file = folder / "letters.xlsx"
    written = openpyxl.Workbook()
    sheet = written.active
    assert sheet is not None
    for row in cells:
        sheet.append(row)
    written.save(file)
    written.close()
    return list(read_rows(file))


def fields(found: list[Row]) -> list[dict[str, Any]]:
    assert not any(row.error for row in found)
    return [row.fields for row in found]


def test_every_json_line_is_a_row(tmp_path: Path) -> None:
    letters = [{"id": "a", "body": "路灯坏了\n一个月"}, {"title": "工资", "petitioner": {"name": "李"}, "extra": [1]}]
    text = "\n".join(json.dumps(letter, ensure_ascii=False) for letter in letters)
    assert fields(rows(tmp_path, "letters.jsonl", text)) == letters


def test_blank_lines_count_but_give_no_row(tmp_path: Path) -> None:
    found = rows(tmp_path, "letters.jsonl", '{"body": "一"}\n\n  \r\n{"body": "二"}\n')
    assert [row.number for row in found] == [1, 4]


def test_a_line_separator_inside_a_letter_does_not_end_it(tmp_path: Path) -> None:
    text = json.dumps({"body": "一\u2028二\x85三"}, ensure_ascii=False)
    assert fields(rows(tmp_path, "letters.jsonl", text)) == [{"body": "一\u2028二\x85三"}]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    assert fields(rows(tmp_path, "letters.jsonl", b'\xef\xbb\xbf{"body": "x"}')) == [{"body": "x"}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{'body': 1}", "not JSON"),
        (b'{"body": "x"', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 5000, "not JSON"),
        (b'["x"]', "no object"),
        (b"null", "no object"),
        ('{"body": "工资"}'.encode("gb18030"), "not UTF-8"),
    ],
)
def test_a_bad_line_is_an_error_of_its_own_row(tmp_path: Path, line: bytes, reason: str) -> None:
    first, bad, last = rows(tmp_path, "letters.jsonl", b'{"body": "x"}\n' + line + b'\n{"body": "y"}')
    assert (first.error, last.error) == (None, None)
    assert bad.number == 2
    assert bad.fields == {}
    assert bad.error
    assert reason in bad.error


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_each_encoding_that_offices_use(tmp_path: Path, encoding: str) -> None:
    found = rows(tmp_path, "letters.csv", SHEET.encode(encoding))
    assert fields(found) == SHEET_ROWS
    assert [row.number for row in found] == [1, 2]


def test_the_ending_of_the_name_may_be_in_capitals(tmp_path: Path) -> None:
    assert fields(rows(tmp_path, "LETTERS.CSV", SHEET)) == SHEET_ROWS


def test_a_quoted_cell_keeps_its_lines_and_commas(tmp_path: Path) -> None:
    found = rows(tmp_path, "letters.csv", '内容\n"一,\n二 ""三"""\n')
    assert fields(found) == [{"body": '一,\n二 "三"'}]


def test_a_long_cell_is_read_and_the_rows_behind_it(tmp_path: Path) -> None:
    assert fields(rows(tmp_path, "letters.csv", f"内容\n{'x' * 2_000_000}\n路灯\n")) == [
        {"body": "x" * 2_000_000},
        {"body": "路灯"},
    ]


def test_empty_rows_give_no_row_but_count(tmp_path: Path) -> None:
    assert [row.number for row in rows(tmp_path, "letters.csv", "标题,内容\n,\n\n,路灯坏了\n")] == [3]


@pytest.mark.parametrize(
    ("heading", "field"), [(heading, field) for field, headings in table("headings").items() for heading in headings]
)
def test_usual_headings_are_recognised(tmp_path: Path, heading: str, field: str) -> None:
    (found,) = fields(
        rows(tmp_path, "letters.csv", f"正文,{heading}\n路灯,7\n" if field != "body" else f"{heading}\n7\n")
    )
    expected: dict[str, Any] = {"body": "路灯", field: "7"}
    if field == "writer":
        expected = {"body": "路灯", "petitioner": {"name": "7"}}
    if field in {"name", "id_number", "phone", "address"}:
        expected = {"body": "路灯", "petitioner": {field: "7"}}
    if field in {"co_signers", "accused"}:
        expected[field] = ["7"]
    assert found == expected


def test_headings_may_hold_spaces_and_capitals_and_unknown_ones_are_left_out(tmp_path: Path) -> None:
    assert fields(rows(tmp_path, "letters.csv", " 留言 主题 ,BODY,天气\n一,二,晴\n")) == [{"title": "一", "body": "二"}]


def test_a_person_and_names_take_the_shape_of_a_letter(tmp_path: Path) -> None:
    text = "内容,姓名,电话,联名人,被举报人\n路灯,李,010,王；张、赵 ,陈,孙\n".replace("陈,孙", '"陈, 孙"')
    assert fields(rows(tmp_path, "letters.csv", text)) == [
        {
            "body": "路灯",
            "petitioner": {"name": "李", "phone": "010"},
            "co_signers": ["王", "张", "赵"],
            "accused": ["陈", "孙"],
        }
    ]


@pytest.mark.parametrize(
    ("table_of_people", "petitioner"),
    [
        ("信访人\n李四", {"name": "李四"}),
        ("信访人,电话\n李四,010", {"name": "李四", "phone": "010"}),
        ("信访人,住址\n李四,翠竹路", {"name": "李四", "address": "翠竹路"}),
        ("身份证号,信访人\n110,李四", {"name": "李四", "id_number": "110"}),
        (
            "信访人,身份证号,电话,住址\n李四,110,010,路",
            {"name": "李四", "id_number": "110", "phone": "010", "address": "路"},
        ),
        ("信访人,姓名\n0017,李四", {"name": "李四"}),
        ("姓名,信访人,电话\n李四,0017,010", {"name": "李四", "phone": "010"}),
        ("姓名,信访人\n,李四", {"name": "李四"}),
        ("姓名,信访人,电话\n ,李四,", {"name": "李四"}),
        ("信访人,电话\n,010", {"phone": "010"}),
        ("信访人,电话\n李四,", {"name": "李四"}),
        ("信访人,留言用户\n李四,A0017", {"name": "李四"}),
        ("petitioner\nk-17", "k-17"),
        ("留言用户\nA0017", "A0017"),
        ("petitioner,phone\n李四,010", {"name": "李四", "phone": "010"}),
        ("petitioner,phone\n李四,", {"name": "李四"}),
        ("petitioner,name\nk-17,李四", {"name": "李四"}),
    ],
)
def test_who_wrote_is_a_person_unless_a_key_stands_alone(
    tmp_path: Path, table_of_people: str, petitioner: str | dict[str, str]
) -> None:
    heading, row = table_of_people.split("\n")
    expected = [{"body": "路灯", "petitioner": petitioner}]
    assert fields(rows(tmp_path, "letters.csv", f"内容,{heading}\n路灯,{row}\n")) == expected
    assert fields(book(tmp_path, ["内容", *heading.split(",")], ["路灯", *row.split(",")])) == expected


def test_a_column_of_writers_yields_to_names_under_a_heading_that_was_explained() -> None:
    content = io.BytesIO("内容,信访人,来人\n路灯,0017,李四\n".encode())
    assert fields(list(rows_of(content, "letters.csv", {"来人": "name"}))) == [
        {"body": "路灯", "petitioner": {"name": "李四"}}
    ]
    assert usual_fields(["信访人", "内容"]) == ["name", "body"]
    assert usual_fields(["信访人", "姓名"]) == ["petitioner", "name"]
    assert "writer" not in known_fields()


def test_a_spreadsheet_is_read_like_a_csv(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        ["编号", "内容", "留言时间", "来访人数", "电话"],
        [7, "路灯坏了", datetime(2026, 3, 5, 9, 7), 12, 13800000000],  # noqa: DTZ001 - a sheet holds no zone
        [None, None, None, None, None],
        ["八", "拖欠工资", date(2026, 3, 6), None, None],
    )
    assert [row.number for row in found] == [1, 3]
    first, last = fields(found)
    assert first == {
        "id": "7",
        "body": "路灯坏了",
        "received_at": "2026-03-05T09:07:00",
        "people_present": 12,
        "petitioner": {"phone": "13800000000"},
    }
    assert last["received_at"].startswith("2026-03-06")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("letters.txt", "内容\n路灯", r"\.jsonl, \.csv or \.xlsx"),
        ("letters.csv", "", "empty"),
        ("letters.csv", "标题,内容,正文\n1,2,3\n", "two columns mean `body`"),
        ("letters.csv", "天气,温度\n晴,20\n", "天气、温度"),
        ("letters.csv", '内容\n"没有结尾\n', "not proper CSV"),
        ("letters.csv", b"\xff\xff\xff", "UTF-8"),
        ("letters.xlsx", "内容\n路灯", r"save it anew as \.xlsx"),
        ("letters.xlsx", b"PK\x05\x06" + b"\0" * 18, r"save it anew as \.xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(
    tmp_path: Path, name: str, content: bytes | str, reason: str
) -> None:
    with pytest.raises(FileError, match=reason):
        rows(tmp_path, name, content)


def test_a_quote_that_nothing_closes_is_not_read_for_ever(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="line 2 is not proper CSV"):
        rows(tmp_path, "letters.csv", f'内容\n"{"x" * LONGEST_CELL}x')


def test_an_empty_spreadsheet_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="heading"):
        book(tmp_path)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "xlsx"])
def test_a_missing_file_is_named(tmp_path: Path, ending: str) -> None:
    with pytest.raises(FileError, match=rf"none\.{ending}"):
        list(read_rows(tmp_path / f"none.{ending}"))


def test_an_empty_file_of_json_lines_has_no_rows(tmp_path: Path) -> None:
    assert rows(tmp_path, "letters.jsonl", "") == []
