"""Rows of the first sheet of an .xlsx file, which may come from anybody: its size is counted while it is unpacked."""

import re
import struct
import zipfile
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

import openpyxl

from model.errors import FileError

MEBIBYTE = 1024 * 1024
MOST_UNPACKED = 512 * MEBIBYTE
# All strings of a book are held in memory at once.
MOST_STRINGS = 2_000_000
MOST_LISTING = MEBIBYTE
MOST_ROWS = 1_048_576
MOST_COLUMNS = 1000

_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 65_535
_STRING = re.compile(rb"<(?:\w+:)?si\b")


def sheet_rows(stream: BinaryIO, name: str) -> Generator[list[Any]]:
    """Yield the cells of each row, a row that is missing as an empty one.

    Raises FileError if it is no spreadsheet or larger than a limit, which is named.
    """
    try:
        _check_listing(stream, name)
        _check_unpacked(stream, name)
        yield from _rows(stream, name)
    except (FileError, MemoryError):
        raise
    except Exception as error:  # a broken or hostile file makes zipfile, the XML parser and openpyxl raise anything
        raise FileError(f"{name}: not a spreadsheet of the .xlsx kind; save it anew as .xlsx") from error


def _rows(stream: BinaryIO, name: str) -> Iterator[list[Any]]:
    book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        # What a file says of its own dimensions would fill every row up to there.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MOST_ROWS:
                raise FileError(f"{name}: has more than {MOST_ROWS:,} rows; divide it")
            if len(row) > MOST_COLUMNS:
                raise FileError(f"{name}: row {number} has more than {MOST_COLUMNS:,} columns; remove those not needed")
            yield list(row)
    finally:
        book.close()


def _check_listing(stream: BinaryIO, name: str) -> None:
    """Refuse an archive that lists very many files, before the list is read."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
    tail = stream.read()
    stream.seek(0)
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise FileError(f"{name}: not a spreadsheet of the .xlsx kind; save it anew as .xlsx")
    (listing,) = struct.unpack_from("<I", tail, place + 12)
    if listing > MOST_LISTING:
        raise FileError(f"{name}: holds too many files inside; save it anew as .xlsx")


def _check_unpacked(stream: BinaryIO, name: str) -> None:
    """Unpack everything once and throw it away: what an archive says of sizes may be a lie."""
    unpacked = strings = 0
    with zipfile.ZipFile(stream) as package:
        for entry in package.infolist():
            shared = entry.filename.lower().endswith("sharedstrings.xml")
            with package.open(entry) as member:
                while piece := member.read(MEBIBYTE):
                    unpacked += len(piece)
                    strings += len(_STRING.findall(piece)) if shared else 0
                    if unpacked > MOST_UNPACKED:
                        raise FileError(f"{name}: unpacks to more than {MOST_UNPACKED // MEBIBYTE} MiB; divide it")
                    if strings > MOST_STRINGS:
                        raise FileError(f"{name}: holds more than {MOST_STRINGS:,} texts; divide it")
    stream.seek(0)
