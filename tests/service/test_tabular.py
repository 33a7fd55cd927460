import csv
import io

import pytest

from service.tabular import csv_lines, neutral


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", '＝HYPERLINK("x")', "＋", "－", "＠"]
)
def test_a_cell_that_would_be_a_formula_is_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "电梯", "1-2", "a=b", " x", None, -1, 2.5])
def test_other_cells_stay_as_they_are(cell: str | int | float | None) -> None:
    assert neutral(cell) == cell


def test_a_table_comes_back_as_it_was_written() -> None:
    rows = [(1, "内容", '含"引号",逗号\n和换行'), (2, "=1", None)]
    text = "".join(csv_lines(("row", "field", "reason"), iter(rows)))
    assert text.encode().startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert read == [["row", "field", "reason"], ["1", "内容", '含"引号",逗号\n和换行'], ["2", "'=1", ""]]
