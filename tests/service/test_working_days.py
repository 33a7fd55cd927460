from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.when import OFFICE_ZONE
from service.working_days import working_days_after


def fifth_after(day: str) -> tuple[str, bool]:
    start = datetime.combine(date.fromisoformat(day), datetime.min.time(), OFFICE_ZONE) + timedelta(hours=9)
    due, provisional = working_days_after(start, 5)
    assert due.astimezone(OFFICE_ZONE).hour == 9
    return due.astimezone(OFFICE_ZONE).date().isoformat(), provisional


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-03-02", "2026-03-09"),
        # Saturday and Sunday around a weekend without a holiday.
        ("2026-03-07", "2026-03-13"),
        # Spring Festival 2024: 10 to 17 February off, Sunday 4 and Sunday 18 February worked.
        ("2024-02-02", "2024-02-08"),
        ("2024-02-09", "2024-02-22"),
        # Spring Festival 2025: 28 January to 4 February off, Sunday 26 January and Saturday 8 February worked.
        ("2025-01-24", "2025-02-07"),
        # Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 February worked.
        ("2026-02-13", "2026-02-27"),
        ("2026-02-24", "2026-03-02"),
        # National Day 2025 with Mid-Autumn: 1 to 8 October off, Sunday 28 September and Saturday 11 October worked.
        ("2025-09-26", "2025-10-10"),
        ("2025-10-05", "2025-10-14"),
        # National Day 2026: 1 to 7 October off, Sunday 20 September and Saturday 10 October worked.
        ("2026-09-30", "2026-10-13"),
        # A leap day is a day.
        ("2024-02-26", "2024-03-04"),
    ],
)
def test_days_follow_the_announced_calendar(day: str, due: str) -> None:
    assert fifth_after(day) == (due, False)


def test_a_year_that_is_not_announced_is_provisional() -> None:
    assert fifth_after("2026-12-30") == ("2027-01-07", True)
    assert fifth_after("2040-03-05") == ("2040-03-12", True)


def test_the_day_is_that_of_the_office_not_of_the_clock_in_utc() -> None:
    late = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)  # Friday at 01:00 in Shanghai
    assert working_days_after(late, 1)[0] == datetime(2026, 3, 8, 17, 0, tzinfo=UTC)


@given(st.integers(0, 1000 * 1440), st.integers(1, 20))
def test_working_days_add_up(minutes: int, days: int) -> None:
    moment = datetime(2024, 1, 1, tzinfo=OFFICE_ZONE) + timedelta(minutes=minutes)
    due, _ = working_days_after(moment, days)
    step = moment
    for _ in range(days):
        step, _ = working_days_after(step, 1)
    assert due == step
    assert due - moment >= timedelta(days=days)
