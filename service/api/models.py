"""The registry of models: which versions there are, and which one reads letters."""

from flask import Response

from service.api.base import answer, api_blueprint
from service.audit import record_look
from service.auth import allow, this_caller
from service.caller import ANALYSTS, JUDGES
from service.disagreeing import disagreement_page
from service.office import this_office
from service.requests import without_json
from service.schemas.drift import DriftOut
from service.schemas.models import DisagreementPage, DisagreementsQuery, ModelList, RegisteredOut, VersionPath

models_api = api_blueprint("models")


@models_api.get("/models", responses={200: ModelList})
@allow(ANALYSTS)
def list_models() -> Response:
    """List the versions, the newest first."""
    office = this_office()
    items = [RegisteredOut.of(row) for row in office.registry.models()]
    return answer(ModelList(in_use=office.engine.analyser.version, items=items))


@models_api.get("/models/drift", responses={200: DriftOut})
@allow(ANALYSTS)
def show_drift() -> Response:
    """Compare the last four weeks with the first four of the active version; accusations and small counts stay out."""
    return answer(this_office().drift.now())


@models_api.get("/models/<version>", responses={200: RegisteredOut})
@allow(ANALYSTS)
def show_model(path: VersionPath) -> Response:
    """Return one version with what was measured when it was trained."""
    return _shown(path.version)


@models_api.post("/models/<version>/activate", responses={200: RegisteredOut})
@allow(ANALYSTS)
@without_json
def activate_model(path: VersionPath) -> Response:
    """Let a version read all letters from now on; every process takes it up within seconds, without a pause.

    Answers 409 if it cannot be loaded.
    """
    this_office().registry.activate(path.version, this_caller())
    return _shown(path.version)


@models_api.post("/models/rollback", responses={200: RegisteredOut})
@allow(ANALYSTS)
@without_json
def roll_back() -> Response:
    """Return to the version that was active before; answers 409 if there is none."""
    return _shown(this_office().registry.rollback(this_caller()))


@models_api.post("/models/<version>/shadow", responses={200: RegisteredOut})
@allow(ANALYSTS)
@without_json
def start_shadow(path: VersionPath) -> Response:
    """Let a version read in the shadow of the active one, after each answer; only its disagreements are kept."""
    this_office().registry.shadow(path.version, this_caller())
    return _shown(path.version)


@models_api.delete("/models/<version>/shadow", responses={200: RegisteredOut})
@allow(ANALYSTS)
@without_json
def end_shadow(path: VersionPath) -> Response:
    """Let a version read no more in the shadow."""
    this_office().registry.end_shadow(path.version, this_caller())
    return _shown(path.version)


@models_api.get("/models/<version>/disagreements", responses={200: DisagreementPage})
@allow(JUDGES)
def list_disagreements(path: VersionPath, query: DisagreementsQuery) -> Response:
    """List where a version in the shadow said otherwise than the active one, newest first.

    Numbers leave out what the caller may not see; an analyst sees numbers only.
    """
    office, caller = this_office(), this_caller()
    office.registry.model(path.version)
    with office.database.read() as connection:
        page = disagreement_page(connection, caller, path.version, query.limit, query.cursor)
    record_look(office.database, caller, "list", "model", [path.version], {"disagreements": len(page.items)})
    return answer(page)


def _shown(version: str) -> Response:
    return answer(RegisteredOut.of(this_office().registry.model(version)))
