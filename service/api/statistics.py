"""Statistics: counts and rates of a period, each with the query of the letters behind it."""

from datetime import UTC, datetime

from flask import Response

from service.api.base import answer, api_blueprint
from service.audit import record_look
from service.auth import allow, this_caller
from service.caller import COUNTERS
from service.office import this_office
from service.periods import month_of, period_of
from service.queries.statistics import Counted
from service.schemas.statistics import StatsOut, StatsQuery
from service.statistics import Statistics

statistics_api = api_blueprint("statistics")


@statistics_api.get("/stats", responses={200: StatsOut})
@allow(COUNTERS)
def show_statistics(query: StatsQuery) -> Response:
    """Count the letters of a period that the caller may see, with changes, rates and the quality of suggestions.

    Accusations count for discipline only; the persons who wrote, and dangers, are counted nowhere.
    """
    office, caller, now = this_office(), this_caller(), datetime.now(UTC)
    period = period_of(query.period) if query.period else month_of(now)
    with office.database.read() as connection:
        counted = Counted(caller.insight, query.restricted)
        found = Statistics(connection, counted, office.engine.taxonomy, now).stats(period, query.by, query.formula)
    told = {"period": period.name, "by": query.by, "restricted": query.restricted}
    record_look(office.database, caller, "list", "statistics", [""], told)
    return answer(found)
