from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from service.office import Office
from service.schedule import DAILY, keys_of_day, schedule
from service.tables import jobs

NIGHT = datetime(2026, 3, 5, 17, 59, tzinfo=UTC)
MORNING = NIGHT + timedelta(minutes=1)


def test_a_day_begins_at_two_in_the_morning_of_the_office() -> None:
    assert set(keys_of_day(NIGHT)) == {f"{kind}:2026-03-05" for kind in DAILY}
    assert set(keys_of_day(MORNING)) == {f"{kind}:2026-03-06" for kind in DAILY}


def test_each_day_has_one_job_of_each_kind_however_many_ask(office: Office) -> None:
    for now in (NIGHT, NIGHT, MORNING, MORNING, NIGHT):
        schedule(office.database, now)
    with office.database.read() as connection:
        keys = [row.key for row in connection.execute(select(jobs))]
    assert sorted(keys) == sorted([*keys_of_day(NIGHT), *keys_of_day(MORNING)])
