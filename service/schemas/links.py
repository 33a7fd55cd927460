"""How letters hold together in a matter, as callers see it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from service.schemas.results import Probability


class LinkOut(BaseModel):
    """Why a letter is in its matter: the letter there that it is likest to, with reasons."""

    letter: str
    other: str
    score: Probability
    relation: str
    reasons: list[str]


class NeighbourOut(LinkOut):
    """A letter of another matter, with the letter of this one that it is likest to."""

    matter: str
    title: str
    received_at: datetime


class UndoableOut(BaseModel):
    """The last decision on a matter that stands, and a letter by which it can be undone."""

    letter: str
    action: Literal["confirm", "reject", "merge", "split"]
    at: datetime
    actor: str
    note: str | None


class MatterLinksOut(BaseModel):
    """How the letters of a matter hold together, and what may belong to it, best first."""

    inside: list[LinkOut]
    outside: list[NeighbourOut]
    undo: UndoableOut | None
