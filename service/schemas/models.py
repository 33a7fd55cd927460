"""What callers see of the registry of models."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Row


class VersionPath(BaseModel):
    """Which version of the model."""

    version: str = Field(max_length=64)


class RegisteredOut(BaseModel):
    """A trained version, what became of it, and what was measured when it was trained."""

    version: str
    state: Literal["candidate", "shadow", "active", "retired"]
    added_at: datetime
    added_by: str
    activated_at: datetime | None
    activated_by: str | None
    parts: list[str]
    facts: dict[str, Any]
    note: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> "RegisteredOut":
        """Show a version of the registry."""
        facts = {name: value for name, value in row.facts.items() if name != "parts"}
        return cls.model_validate({**row._mapping, "parts": row.facts["parts"], "facts": facts})


class ModelList(BaseModel):
    """All versions, the newest first; `in_use` is the version that this process reads with."""

    in_use: str
    items: list[RegisteredOut]


class AgreementOut(BaseModel):
    """How often a version agreed with the one that was active."""

    field: Literal["category", "level", "route"]
    against: str
    agreed: int
    differed: int


class KindOut(BaseModel):
    """Of how many letters both versions said what."""

    field: Literal["category", "level", "route"]
    active: str
    candidate: str
    letters: int


class DisagreementOut(BaseModel):
    """What a version in the shadow said otherwise of a letter."""

    letter: str
    at: datetime
    field: Literal["category", "level", "route"]
    active: str
    candidate: str


class DisagreementPage(BaseModel):
    """Where a version disagreed: in numbers, and letter by letter for who may see the letters."""

    agreements: list[AgreementOut]
    kinds: list[KindOut]
    items: list[DisagreementOut]
    next: str | None


class DisagreementsQuery(BaseModel):
    """Which page of the disagreements."""

    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = Field(default=None, max_length=500)
