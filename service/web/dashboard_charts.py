"""The charts of the dashboard, each with a table whose figures lead to their letters."""

from dataclasses import replace

from service.overview import Overview
from service.queries.daily_counts import By
from service.statistics import changed
from service.texts import text
from service.web.charts import Bar, Chart, Row, Series, bar_chart, line_chart
from service.web.leads import Leads
from service.web.words import word
from service.working_days import is_working_day

MOST_BARS = 8
# Narrow, so that what is written in it can be read on a phone.
WIDTH = 440
MOST_ROWS = 60


def arrivals(view: Overview, to: Leads) -> Chart:
    """Draw the letters of each day beside those of a year before; days on which nobody works are shaded."""
    now, then = text("dashboard.now"), text("dashboard.year_before")
    series = [Series(now, [one.letters for one in view.days]), Series(then, [one.year_before for one in view.days])]
    chart = line_chart(
        "arrivals",
        text("dashboard.arrivals"),
        text("dashboard.arrivals_told", now=view.letters, then=view.year_before),
        [f"{one.day:%m-%d}" for one in view.days],
        series,
        text("dashboard.day"),
        resting=[number for number, one in enumerate(view.days) if not is_working_day(one.day)],
    )
    rows = [
        Row(
            f"{one.day} {word('weekday', f'd{one.day.isoweekday()}')}",
            (one.letters, one.year_before),
            hrefs=(to.on(one.day).letters(), to.on(view.period.same_day(one.day)).letters()),
        )
        for one in reversed(view.days)
    ]
    return replace(chart, columns=(text("dashboard.day"), now, then), rows=tuple(rows))


def grouped(view: Overview, by: By, to: Leads) -> Chart:
    """Draw the largest groups beside what they were in the period before; all others stand in the table."""
    groups = view.groups[by]
    columns = (text(f"list.{by}"), text("dashboard.now"), text("dashboard.before"))
    chart = bar_chart(
        f"by-{by}",
        text(f"dashboard.by_{by}"),
        text("dashboard.grouped_told", count=len(groups), most=min(MOST_BARS, len(groups))),
        [Bar(group.name, group.letters, group.before) for group in groups[:MOST_BARS]],
        columns,
        WIDTH,
    )
    rows = [
        Row(
            group.name,
            (group.letters, group.before, change(group.letters, group.before)),
            hrefs=(to.grouped(by, group.code), to.before().grouped(by, group.code), None),
        )
        for group in groups[:MOST_ROWS]
    ]
    return replace(chart, columns=(*columns, text("dashboard.change")), rows=tuple(rows))


def change(now: int, before: int) -> str:
    """Write by how much a count grew or shrank."""
    share = changed(now, before)
    if share is None:
        return text("dashboard.new") if now else text("dashboard.same")
    return text("dashboard.same") if now == before else f"{share:+.0%}"
