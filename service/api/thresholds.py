"""The thresholds of the office: what holds, what others would mean, and another choice."""

from flask import Response

from service.api.base import answer, api_blueprint
from service.audit import record_look
from service.auth import allow, this_caller
from service.caller import ANALYSTS
from service.office import this_office
from service.schemas.thresholds import SeenIn, SimulationOut, ThresholdsIn, ThresholdsOut, TriedQuery
from service.thresholds import THRESHOLDS, Chosen, choose, present, simulate, undo

thresholds_api = api_blueprint("thresholds")


@thresholds_api.get("/thresholds", responses={200: ThresholdsOut})
@allow(ANALYSTS)
def show_thresholds() -> Response:
    """Return from where on letters need no review and are joined, with who chose it and when."""
    return _shown()


@thresholds_api.put("/thresholds", responses={200: ThresholdsOut})
@allow(ANALYSTS)
def choose_thresholds(body: ThresholdsIn) -> Response:
    """Let other thresholds hold for letters that come from now on, in every process within seconds.

    Answers 409 if others were chosen since `seen`.
    """
    choose(this_office().database, this_caller(), Chosen(body.precision, body.join_from), body.seen, body.reason)
    return _shown()


@thresholds_api.post("/thresholds/undo", responses={200: ThresholdsOut})
@allow(ANALYSTS)
def undo_thresholds(body: SeenIn) -> Response:
    """Take the last choice back; answers 409 if there is none, or another one than was seen."""
    undo(this_office().database, this_caller(), body.seen)
    return _shown()


@thresholds_api.get("/thresholds/simulation", responses={200: SimulationOut})
@allow(ANALYSTS)
def simulate_thresholds(query: TriedQuery) -> Response:
    """Say what several thresholds would have meant for the newest letters, in numbers; accusations stay out."""
    office = this_office()
    with office.database.read() as connection:
        found = simulate(connection, office.engine.analyser, this_caller().insight, query.precision, query.join_from)
    record_look(office.database, this_caller(), "simulate", THRESHOLDS, [""])
    return answer(found)


def _shown() -> Response:
    office = this_office()
    with office.database.read() as connection:
        return answer(present(connection, office.engine.analyser))
