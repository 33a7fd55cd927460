"""Spreadsheets from anybody: bombs are refused while they are counted, never loaded."""

import io
import struct
import zipfile
from typing import Any

import openpyxl
import pytest

from model import spreadsheet
from model.errors import FileError
from model.spreadsheet import sheet_rows

ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def book(*rows: list[Any]) -> bytes:
    written = openpyxl.Workbook()
    for row in rows:
        written.worksheets[0].append(row)
    stream = io.BytesIO()
    written.save(stream)
    written.close()
    return stream.getvalue()


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    """Return a book with a text of one of its parts replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            text = before.read(entry)
            if entry.filename == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(entry.filename, text)
    return stream.getvalue()


def read(content: bytes) -> list[list[Any]]:
    return list(sheet_rows(io.BytesIO(content), "letters.xlsx"))


GOOD = book(["标题", "内容"], ["电梯", "坏了"])


def test_a_book_gives_its_rows() -> None:
    assert read(GOOD) == [["标题", "内容"], ["电梯", "坏了"]]


def test_more_than_it_may_unpack_to_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_UNPACKED", spreadsheet.MEBIBYTE)
    bomb = changed(GOOD, SHEET, "<sheetData>", f"<sheetData>{' ' * 2 * spreadsheet.MEBIBYTE}")
    assert len(bomb) < 20_000
    with pytest.raises(FileError, match="more than 1 MiB"):
        read(bomb)


def test_a_size_that_the_archive_lies_about_is_refused() -> None:
    bomb = bytearray(changed(GOOD, SHEET, "<sheetData>", f"<sheetData>{' ' * 100_000}"))
    place = bomb.rfind(b"PK\x01\x02", 0, bomb.rfind(SHEET.encode()))
    bomb[place + 24 : place + 28] = struct.pack("<I", 10)
    with pytest.raises(FileError, match="save it anew"):
        read(bytes(bomb))


def with_strings(content: str) -> bytes:
    """Return a book whose first cell is the first of its shared strings."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
    stream = io.BytesIO(changed(GOOD, "[Content_Types].xml", "</Types>", override))
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr(STRINGS, content)
    cell = '<c r="A1" t="inlineStr"><is><t>&#26631;&#39064;</t></is></c>'
    return changed(stream.getvalue(), SHEET, cell, '<c r="A1" t="s"><v>0</v></c>')


def shared(*texts: str) -> str:
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'


def test_shared_texts_are_read() -> None:
    assert read(with_strings(shared("主题"))) == [["主题", "内容"], ["电梯", "坏了"]]


def test_more_texts_than_memory_should_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_STRINGS", 100)
    with pytest.raises(FileError, match="more than 100 texts"):
        read(with_strings(shared(*"x" * 101)))


def test_more_files_than_a_book_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_LISTING", 100)
    with pytest.raises(FileError, match="too many files"):
        read(GOOD)


def test_a_row_far_below_is_refused_without_filling_what_is_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 1000)
    with pytest.raises(FileError, match="more than 1,000 rows"):
        read(changed(GOOD, SHEET, '<row r="2"', '<row r="99999999999"'))


def test_a_column_far_to_the_right_is_refused() -> None:
    with pytest.raises(FileError, match="row 2 has more than 1,000 columns"):
        read(changed(GOOD, SHEET, 'r="B2"', 'r="XFD2"'))


def test_what_a_sheet_says_of_its_own_size_counts_for_nothing() -> None:
    assert read(changed(GOOD, SHEET, 'ref="A1:B2"', 'ref="A1:XFD1048576"')) == read(GOOD)


def test_entities_are_refused() -> None:
    for bomb in (
        with_strings(f"{ENTITIES}{shared('&b;')}"),
        changed(GOOD, SHEET, "<worksheet", f"{ENTITIES}<worksheet"),
    ):
        with pytest.raises(FileError, match="save it anew"):
            read(bomb)


def test_entities_in_other_parts_are_not_expanded() -> None:
    bomb = changed(GOOD, "xl/workbook.xml", "<workbook ", f"{ENTITIES}<workbook ")
    assert read(changed(bomb, "xl/workbook.xml", "</workbook>", "&b;</workbook>")) == read(GOOD)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, GOOD[:-30], GOOD[: len(GOOD) // 2], b"x" * 99]
)
def test_what_is_no_book_is_refused(content: bytes) -> None:
    with pytest.raises(FileError, match="save it anew"):
        read(content)


def test_broken_insides_are_refused() -> None:
    for old, new in (("<sheetData>", "<sheetData"), ("</row>", "</now>")):
        with pytest.raises(FileError, match="save it anew"):
            read(changed(GOOD, SHEET, old, new))
