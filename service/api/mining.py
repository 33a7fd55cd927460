"""The mining alone: nothing is stored."""

from flask import Response, jsonify

from service.api.base import answer, api_blueprint
from service.auth import allow
from service.caller import EVERYBODY
from service.errors import Busy
from service.office import this_office
from service.schemas.letters import LetterIn
from service.schemas.requests import AnalyzeQuery, CompareIn
from service.schemas.results import AnalysisOut, RelationOut
from service.stateless import analysis_line, comparison

mining_api = api_blueprint("mining")


@mining_api.post("/analyze", responses={200: AnalysisOut})
@allow(EVERYBODY)
def analyze(query: AnalyzeQuery, body: LetterIn) -> Response:
    """Analyse a letter without storing it."""
    return jsonify(analysis_line(this_office().engine.analyser, body, body.id or "1", query.scores))


@mining_api.post("/compare", responses={200: RelationOut})
@allow(EVERYBODY)
def compare(body: CompareIn) -> Response:
    """Tell whether letter b is of the same matter as letter a, and why."""
    compared = comparison(this_office().engine.analyser, body.a, body.b)
    if compared is None:
        raise Busy("The active model has no relation part; train one: hongyan-train fit all.")
    return answer(compared)
