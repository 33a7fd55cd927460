"""Periods of reports, and what each is compared with."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.periods import Period, month_of, period_of


@pytest.mark.parametrize(
    ("name", "first", "after", "previous", "year_before"),
    [
        ("2026-03", date(2026, 3, 1), date(2026, 4, 1), "2026-02", "2025-03"),
        ("2026-01", date(2026, 1, 1), date(2026, 2, 1), "2025-12", "2025-01"),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1), "2024-01", "2023-02"),
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "2025", "2025"),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5), "2025-W52", "2025-W01"),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4), "2020-W52", "2020-W01"),
        ("2021-W01", date(2021, 1, 4), date(2021, 1, 11), "2020-W53", "2020-W02"),
        ("2026-03-05", date(2026, 3, 5), date(2026, 3, 6), "2026-03-04", "2025-03-05"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 3, 1), "2024-02-28", "2023-02-28"),
        (
            "2026-03-01/2026-03-30",
            date(2026, 3, 1),
            date(2026, 3, 31),
            "2026-01-30/2026-02-28",
            "2025-03-02/2025-03-31",
        ),
        ("2026-03-01/2026-03-01", date(2026, 3, 1), date(2026, 3, 2), "2026-02-28/2026-02-28", "2025-03-02/2025-03-02"),
    ],
)
def test_a_name_means_days_of_the_office(name: str, first: date, after: date, previous: str, year_before: str) -> None:
    period = period_of(name)
    assert (period.first, period.after, period.name) == (first, after, name)
    assert period.previous.name == previous
    if name != "2020-W53":
        assert period.year_before.name == year_before


def test_a_week_is_compared_with_the_one_52_weeks_ago() -> None:
    before = period_of("2020-W53").year_before
    assert (before.first, before.first.weekday()) == (date(2019, 12, 30), 0)
    assert period_of("2026-W10").same_day(date(2026, 3, 4)) == date(2025, 3, 5)


def test_the_29_of_february_is_compared_with_nothing() -> None:
    days = {day: period_of("2024-02").same_day(day) for day in period_of("2024-02").days}
    assert len(days) == 29
    assert days[date(2024, 2, 28)] == date(2023, 2, 28)
    assert days[date(2024, 2, 29)] is None


def test_a_period_begins_and_ends_at_midnight_in_shanghai() -> None:
    period = period_of("2026-03")
    assert period.since.astimezone(UTC) == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert period.until.astimezone(UTC) == datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert month_of(datetime(2026, 2, 28, 16, tzinfo=UTC)) == period
    assert month_of(datetime(2026, 2, 28, 15, 59, tzinfo=UTC)).name == "2026-02"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "26",
        "2026-13",
        "2026-00",
        "2026-02-30",
        "2026-W54",
        "2025-W53",
        "2026-W00",
        "1800",
        "9999-01",
        "2026-3",
        "2026-02-30/2026-03-01",
        "2026-03-30/2026-03-01",
        "2026-03-01/2028-03-01",
        "2026-03-01/",
        "x",
    ],
)
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        period_of(name)


@given(st.dates(date(1905, 1, 1), date(2195, 1, 1)), st.sampled_from(["%Y", "%Y-%m", "%G-W%V", "%Y-%m-%d"]))
def test_a_period_goes_on_where_the_one_before_ends(day: date, form: str) -> None:
    period = period_of(day.strftime(form))
    assert period.first <= day < period.after
    assert period.previous.after == period.first
    assert Period(period.kind, period.first, period.after) == period_of(period.name)
    assert len(period.year_before.days) in (len(period.days), len(period.days) - 1, len(period.days) + 1)
