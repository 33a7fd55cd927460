"""Accusations: release what is none, restrict what turns out to be one."""

from typing import Literal

from flask import Response

from service import acting
from service.api.base import answer, api_blueprint
from service.auth import allow, this_caller
from service.caller import DISCIPLINE, RESTRICTERS
from service.observing import leave_out
from service.office import this_office
from service.queries.letters import letters_by_id
from service.schemas.requests import LetterPath, WhyIn
from service.schemas.views import LetterOut

accusations_api = api_blueprint("accusations")


@accusations_api.post("/letters/<letter_id>/release", responses={200: LetterOut})
@allow(DISCIPLINE)
def release_letter(path: LetterPath, body: WhyIn) -> Response:
    """Let a letter live among the others if it was restricted by mistake; it is linked there."""
    return _move(path.letter_id, "release", body.reason)


@accusations_api.post("/letters/<letter_id>/restrict", responses={200: LetterOut})
@allow(RESTRICTERS)
def restrict_letter(path: LetterPath, body: WhyIn) -> Response:
    """Keep a letter for discipline alone from now on; others are answered once, and then never see it again."""
    return _move(path.letter_id, "restrict", body.reason)


def _move(letter_id: str, decided: Literal["release", "restrict"], reason: str) -> Response:
    leave_out()
    office = this_office()
    acting.move(office, this_caller(), letter_id, decided, reason)
    with office.database.read() as connection:
        # The caller has just read and moved it, even if it is out of sight from now on.
        row = letters_by_id(connection, [letter_id])[letter_id]
        return answer(office.reader(connection, this_caller()).view(row))
