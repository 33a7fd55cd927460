"""Rows of the tables of the model card, from the measured quality."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

SHADES = 5
MOST_MISTAKES = 5
# Below this a share moves by several points with every letter.
FEW = 30


@dataclass(frozen=True)
class ClassRow:
    """The quality of one class; `few` where its letters are too few for steady numbers."""

    code: str
    precision: float
    recall: float
    f1: float
    letters: int
    few: bool


@dataclass(frozen=True)
class Cell:
    """A cell of the confusion matrix; its shade, 0 to 5, follows its share of the row."""

    guess: str
    letters: int
    shade: int
    right: bool


@dataclass(frozen=True)
class MatrixRow:
    """A true class with how many of its letters were given each class."""

    truth: str
    cells: tuple[Cell, ...]
    letters: int


@dataclass(frozen=True)
class Mistake:
    """A wrong pair of classes, with its letters and their share of the true class."""

    truth: str
    guess: str
    letters: int
    share: float


def class_rows(classes: Mapping[str, Mapping[str, float]]) -> list[ClassRow]:
    """Return the classes, those of most letters first."""
    rows = [
        ClassRow(code, entry["precision"], entry["recall"], entry["f1"], int(entry["support"]), entry["support"] < FEW)
        for code, entry in classes.items()
    ]
    return sorted(rows, key=lambda row: (-row.letters, row.code))


def matrix_rows(confusion: Mapping[str, Any]) -> list[MatrixRow]:
    """Return the confusion matrix row by row, classes of most letters first in both directions."""
    codes, counts = confusion["codes"], confusion["counts"]
    order = sorted(range(len(codes)), key=lambda i: (-sum(counts[i]), codes[i]))
    return [
        MatrixRow(
            codes[i],
            tuple(Cell(codes[j], counts[i][j], _shade(counts[i][j], sum(counts[i])), i == j) for j in order),
            sum(counts[i]),
        )
        for i in order
    ]


def common_mistakes(confusion: Mapping[str, Any]) -> list[Mistake]:
    """Return the wrong pairs of most letters."""
    mistakes = [
        Mistake(row.truth, cell.guess, cell.letters, cell.letters / row.letters)
        for row in matrix_rows(confusion)
        for cell in row.cells
        if cell.letters and not cell.right
    ]
    return sorted(mistakes, key=lambda mistake: -mistake.letters)[:MOST_MISTAKES]


def _shade(letters: int, total: int) -> int:
    return ceil(letters / total * SHADES) if total else 0
