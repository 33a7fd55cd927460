"""Times as offices write them."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
EARLIEST, LATEST = 1900, 2200
_SLASHED = re.compile(r"^(\d{4})[/.年-](\d{1,2})[/.月-](\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")


def parse_time(text: str) -> datetime:
    """Return the moment that a text names: ISO 8601, `2026/3/5 9:07[:30]`, or a date alone.

    A time without a zone is Asia/Shanghai. Raises ValueError if the text is none of these or lies outside 1900 to 2200.
    """
    plain = text.strip()
    match = _SLASHED.match(plain)
    moment = datetime(*(int(part or 0) for part in match.groups())) if match else datetime.fromisoformat(plain)  # type: ignore[arg-type]  # noqa: DTZ001 - the zone follows
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError(f"{plain!r} is not between {EARLIEST} and {LATEST}")
    return moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_ZONE)
