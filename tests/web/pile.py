"""A pile of letters in a spreadsheet, as another system gives it out: with a heading of its own, and two bad rows."""

from datetime import datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

from model.when import OFFICE_ZONE
from tests.model.letters import EXAMPLES
from tests.service.desk import LIFT, LIFT_AGAIN

ODD = "群众诉求"
HEADINGS = (ODD, "收件时间", "姓名", "地区", "渠道", "收信单位")
EAST, WEST = "江州市东湖区", "江州市西山县"
UNIT = "西山县信访局"
LETTERS, REFUSED = 200, 2
NAME = "赵铁柱"
Row = tuple[str | None, ...]


def pile(folder: Path) -> Path:
    """Write the spreadsheet, newest letters first; every tenth is from one county."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (HEADINGS, *_letters(), (None, None, None, EAST, None, None), (LIFT, "某日", None, EAST, None, None)):
        sheet.append(row)
    path = folder / "诉求.xlsx"
    book.save(path)
    return path


def _letters() -> list[Row]:
    """Return two letters of one person on one matter, and many of others."""
    now = datetime.now(OFFICE_ZONE)
    moments = [f"{now - timedelta(minutes=30 * number):%Y/%m/%d %H:%M}" for number in range(LETTERS)]
    of_one = [(body, NAME) for body in (LIFT_AGAIN, LIFT)]
    many = [(EXAMPLES[number % len(EXAMPLES)].text, None) for number in range(LETTERS - len(of_one))]
    return [
        (body, moment, name, *((WEST, "网上信访", UNIT) if number % 10 == 9 else (EAST, "来信", None)))
        for number, ((body, name), moment) in enumerate(zip([*of_one, *many], moments, strict=True))
    ]
