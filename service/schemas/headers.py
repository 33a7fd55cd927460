"""What callers say about a request in its headers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Tag = Annotated[str, Field(max_length=500, json_schema_extra={"pattern": r'^"[0-9]+(-[0-9]+)*"$'})]


class ConditionHeader(BaseModel):
    """The state that a change was made for, by its ETag."""

    model_config = ConfigDict(extra="ignore")

    if_match: Literal["*"] | Tag | None = Field(
        default=None, alias="If-Match", description="An ETag as it was given; * for whatever state."
    )


class KnownHeader(BaseModel):
    """The states that the caller has already, by their ETags."""

    model_config = ConfigDict(extra="ignore")

    if_none_match: str | None = Field(default=None, alias="If-None-Match", max_length=500)


class DeliveryHeader(BaseModel):
    """A key that makes repeating a request harmless."""

    model_config = ConfigDict(extra="ignore")

    idempotency_key: Annotated[str, Field(max_length=255, json_schema_extra={"format": "uuid"})] | None = Field(
        default=None, alias="Idempotency-Key", description="Any text that was not used before, best a new UUID."
    )

    @field_validator("idempotency_key")
    @classmethod
    def _none_if_empty(cls, value: str | None) -> str | None:
        return value or None
