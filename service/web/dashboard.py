"""The dashboard: what needs a supervisor today, and what came in of late; every figure leads to what it counts."""

from typing import Literal

from flask import render_template
from pydantic import BaseModel, ConfigDict

from service.audit import record_list
from service.auth import allow, this_caller
from service.caller import COUNTERS, OFFICE
from service.office import this_office
from service.overview import Overseer
from service.periods import last_days
from service.queries.statistics import Counted
from service.schemas.statistics import Formula
from service.statistics import Statistics
from service.web.asked import asked
from service.web.blueprint import web
from service.web.dashboard_charts import arrivals, change, grouped
from service.web.leads import Leads

FILTERS = ("days", "formula")
SPANS = ("14", "30", "90")


class DashboardQuery(BaseModel):
    """How many days are looked at, and what repeats are divided by."""

    model_config = ConfigDict(extra="ignore")

    days: Literal["14", "30", "90"] = "30"
    formula: Formula = "letters"


@web.get("/dashboard")
@allow(COUNTERS)
def dashboard() -> str:
    """Show what is due and flagged, and the figures of some days up to today."""
    query = asked(DashboardQuery, FILTERS)
    office, caller = this_office(), this_caller()
    with office.database.read() as connection:
        reader = office.reader(connection, caller)
        statistics = Statistics(connection, Counted(caller.insight), office.engine.taxonomy, reader.now)
        overseer = Overseer(reader, statistics, office.issues, int(office.settings.due_soon_days))
        view = overseer.overview(last_days(reader.now, int(query.days)), query.formula)
    shown = [*view.overdue.first, *view.soon.first, *view.flagged]
    flagged = dict.fromkeys(line.id for line in shown if line.flag.level != "none")
    record_list(office.database, caller, "dashboard", query, len(shown), flagged)
    to = Leads(view.period, caller.role in OFFICE)
    return render_template(
        "dashboard.html",
        view=view,
        query=query,
        spans=SPANS,
        soon_days=office.settings.due_soon_days,
        flags_on=office.flagger.on,
        to=to,
        change=change,
        arrivals=arrivals(view, to),
        grouped=[grouped(view, by, to) for by in view.groups],
    )
