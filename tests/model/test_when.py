from datetime import UTC, datetime

import pytest

from model.when import OFFICE_ZONE, parse_time

MORNING = datetime(2026, 3, 5, 9, 7, tzinfo=OFFICE_ZONE)
MIDNIGHT = datetime(2026, 3, 5, tzinfo=OFFICE_ZONE)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-05T09:07:00", MORNING),
        ("2026-03-05T09:07:00+08:00", MORNING),
        ("2026-03-05T01:07:00Z", MORNING),
        ("2026-03-05 09:07", MORNING),
        ("2026/3/5 9:07", MORNING),
        ("2026/3/5 9:07:30", MORNING.replace(second=30)),
        ("2026/03/05T09:07:30", MORNING.replace(second=30)),
        (" 2026/3/5  9:07 ", MORNING),
        ("2026/3/5", MIDNIGHT),
        ("2026-03-05", MIDNIGHT),
        ("2026年3月5日", MIDNIGHT),
        ("2026年3月5日 9:07", MORNING),
    ],
)
def test_a_time_is_read(text: str, moment: datetime) -> None:
    assert parse_time(text) == moment


def test_a_bare_time_is_that_of_shanghai() -> None:
    assert parse_time("2026/3/5 9:07").astimezone(UTC) == datetime(2026, 3, 5, 1, 7, tzinfo=UTC)


def test_a_stated_zone_is_kept() -> None:
    assert parse_time("2026-03-05T09:07:00Z").utcoffset() == UTC.utcoffset(None)


@pytest.mark.parametrize(
    "text", ["", "昨天", "2026/13/1", "2026/2/30", "2026/3/5 25:00", "3/5/2026", "1772672820", "12:30"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are those of the standard library
        parse_time(text)
