import pytest

from training.card_tables import class_rows, common_mistakes, matrix_rows

CONFUSION = {"codes": ["a", "b", "c"], "counts": [[1, 0, 1], [3, 40, 7], [0, 0, 0]]}


def test_classes_of_most_letters_come_first_and_few_letters_are_marked() -> None:
    entry = {"precision": 0.5, "recall": 0.25, "f1": 1 / 3}
    rows = class_rows({"a": {**entry, "support": 29}, "b": {**entry, "support": 30}, "c": {**entry, "support": 29}})
    assert [(row.code, row.letters, row.few) for row in rows] == [("b", 30, False), ("a", 29, True), ("c", 29, True)]
    assert (rows[0].precision, rows[0].recall, rows[0].f1) == (0.5, 0.25, 1 / 3)


def test_the_matrix_keeps_its_counts_in_one_order_of_both_sides() -> None:
    rows = matrix_rows(CONFUSION)
    assert [(row.truth, row.letters) for row in rows] == [("b", 50), ("a", 2), ("c", 0)]
    assert [[(cell.guess, cell.letters) for cell in row.cells] for row in rows] == [
        [("b", 40), ("a", 3), ("c", 7)],
        [("b", 0), ("a", 1), ("c", 1)],
        [("b", 0), ("a", 0), ("c", 0)],
    ]


def test_the_diagonal_is_right_and_shades_follow_the_share_of_the_row() -> None:
    rows = matrix_rows(CONFUSION)
    assert [[cell.right for cell in row.cells] for row in rows] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert [[cell.shade for cell in row.cells] for row in rows] == [[4, 1, 1], [0, 3, 3], [0, 0, 0]]


def test_common_mistakes_are_those_of_most_letters() -> None:
    found = common_mistakes(CONFUSION)
    assert [(mistake.truth, mistake.guess, mistake.letters) for mistake in found] == [
        ("b", "c", 7),
        ("b", "a", 3),
        ("a", "c", 1),
    ]
    assert [mistake.share for mistake in found] == pytest.approx([0.14, 0.06, 0.5])


def test_only_the_five_most_common_mistakes_are_told() -> None:
    counts = [[0 if i == j else 1 + i + j for j in range(4)] for i in range(4)]
    assert [mistake.letters for mistake in common_mistakes({"codes": list("abcd"), "counts": counts})] == [
        6,
        6,
        5,
        5,
        4,
    ]


def test_a_model_without_mistakes_has_none() -> None:
    assert common_mistakes({"codes": ["a"], "counts": [[3]]}) == []
