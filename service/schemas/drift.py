"""What callers see of how letters move."""

from datetime import datetime

from pydantic import BaseModel, Field


class WindowOut(BaseModel):
    """A time that is compared; `letters` is null if there are too few."""

    since: datetime
    until: datetime
    letters: int | None


class MeasureOut(BaseModel):
    """What is compared: a mean or a share in both times; null where it would tell of few letters."""

    name: str
    index: float = Field(description="Population stability index: below 0.1 little has moved, above 0.25 much.")
    before: float | None = None
    after: float | None = None


class CategoryShareOut(BaseModel):
    """The share of a category among all letters, and of its letters that people corrected."""

    code: str
    before: float | None
    after: float | None
    corrected_before: float | None
    corrected_after: float | None


class DriftOut(BaseModel):
    """The weeks after the activation beside the last weeks; empty lists if there are too few letters."""

    version: str
    before: WindowOut
    after: WindowOut
    measures: list[MeasureOut]
    categories: list[CategoryShareOut]
