"""What people say of the analysis of a letter."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from model.records import Purpose, Route, VisitLevel
from service.schemas.letters import Line


def _code(value: Any) -> Any:
    """Accept a class as answers show it, too."""
    return value.get("code") if isinstance(value, dict) else value


def _choice(value: Any) -> Any:
    """Accept a bare code for a category."""
    return {"code": value} if isinstance(value, str) else value


def _level(value: Any) -> Any:
    """Accept a level as answers show it, too."""
    return value.get("level") if isinstance(value, dict) else value


class CategoryChoice(BaseModel):
    """A category by its code, and a class below it by its own."""

    model_config = ConfigDict(extra="ignore")

    code: Line
    level2: Annotated[Line | None, BeforeValidator(_code)] = None


class CorrectionIn(BaseModel):
    """What a person says of the analysis of a letter; null takes a correction back.

    `category` is the code of a category or of a class below it, or both; `review: accepted` says that all is right as
    it stands, `pending` takes everything back that people said before.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "anyOf": [{"required": [name]} for name in ("category", "group_visit", "purpose", "route", "review")],
            "example": {"review": "accepted", "reason": "read again"},
        },
    )

    category: Annotated[CategoryChoice | None, BeforeValidator(_choice)] = None
    group_visit: Annotated[VisitLevel | None, BeforeValidator(_level)] = None
    purpose: Purpose | None = None
    route: Route | None = None
    review: Literal["accepted", "pending"] | None = None
    reason: Line | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "CorrectionIn":
        if not self.model_fields_set - {"reason"}:
            raise ValueError("says nothing; give category, group_visit, purpose, route or review")
        return self

    def given(self) -> dict[str, Any]:
        """Return the fields of the analysis that the request names, with their values."""
        return self.model_dump(include=self.model_fields_set - {"review", "reason"})
