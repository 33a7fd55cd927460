"""Working days in China: weekends that are worked and days off in exchange, as the State Council announces them."""

from datetime import date, datetime, timedelta
from functools import cache

import holidays

from model.when import OFFICE_ZONE


def working_days_after(start: datetime, days: int) -> tuple[datetime, bool]:
    """Return the same time of day `days` working days later, and whether that is provisional.

    The day of the start does not count. It is provisional where it reaches into a year whose exchange of days has not
    been announced: there the holidays of the law are known, and weekends that will be worked are not.
    """
    local = start.astimezone(OFFICE_ZONE)
    first = local.date()
    last = _calendar(first.year).get_nth_working_day(first, days)
    provisional = not all(_is_announced(year) for year in {first.year, last.year})
    return datetime.combine(last, local.timetz()).astimezone(start.tzinfo), provisional


def working_days_until(end: datetime, now: datetime) -> int:
    """Return how many working days are left until the day of `end`, today left out; negative if it has passed."""
    first, last = (moment.astimezone(OFFICE_ZONE).date() for moment in (now, end))
    if first == last:
        return 0
    begin, stop = (first, last) if first < last else (last, first)
    days = _calendar(begin.year).get_working_days_count(begin + timedelta(days=1), stop)
    return days if first < last else -days


def is_working_day(day: date) -> bool:
    """Say whether offices work on a day, as far as it is announced."""
    return _calendar(day.year).is_working_day(day)


@cache
def _calendar(year: int) -> holidays.HolidayBase:
    # Weekends that are worked are known of those years only that are asked for beforehand.
    return holidays.country_holidays("CN", years=(year, year + 1))


@cache
def _is_announced(year: int) -> bool:
    """Say whether the exchange of days is known: every announced year has weekends that are worked."""
    return any(day.year == year for day in _calendar(year).weekend_workdays)
