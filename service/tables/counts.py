"""The tables of what is counted while it happens, so that no page has to count it."""

from sqlalchemy import Boolean, Column, Integer, String, Table

from service.tables.base import metadata

# How many letters were received on a day of the office's calendar, each counted once under every kind: by category and
# by channel, everywhere (`region` is empty) and in each region, and by region alone; everywhere by verdict, and by
# category once more under the review. An empty value stands for none. Of kind "again" is each letter but the first of
# its matter, by the day of the letter before it.
# Kept with every letter that comes or changes, in its transaction; accusations are counted apart.
daily_counts = Table(
    "daily_counts",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("region", String(500), primary_key=True),
    Column("restricted", Boolean, primary_key=True),
    Column("value", String(200), primary_key=True),
    Column("number", Integer, nullable=False),
)
