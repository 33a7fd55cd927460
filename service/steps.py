"""Records what an office did in a matter."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from model.when import parse_time
from service.caller import Caller
from service.errors import Invalid
from service.queries.matters import insert_event, put_unit
from service.schemas.requests import StepIn

# Clocks of two machines differ a little.
_AHEAD = timedelta(minutes=5)


def record(connection: Connection, caller: Caller, matter_id: str, given: StepIn) -> None:
    """Record a step in a matter, with who recorded it; raises Invalid if its time lies ahead."""
    now = datetime.now(UTC)
    at = parse_time(given.at) if given.at else now
    if at > now + _AHEAD:
        raise Invalid("The step lies in the future.", [("at", "give the time at which it was done, not a plan")])
    detail = {"actor": caller.name, "unit": given.unit, "reason": given.note}
    insert_event(connection, matter_id, at, given.type, detail)
    if given.type == "routed" and given.unit:
        put_unit(connection, matter_id, given.unit)
