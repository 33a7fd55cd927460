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
