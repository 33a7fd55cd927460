"""Reports as callers ask for them and see them."""

from datetime import datetime
from typing import Annotated, Literal

from flask_openapi3.models.media_type import MediaType
from flask_openapi3.models.schema import Schema
from pydantic import BaseModel, ConfigDict, Field, field_validator

from model.records import VisitLevel
from service.schemas.statistics import (
    CompartmentQuery,
    PeriodOut,
    QualityLineOut,
    RateOut,
    StatLineOut,
    known_period,
)

Format = Literal["docx", "xlsx", "json"]
Paper = Literal["table", "analysis"]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES = {
    kind: MediaType(schema=Schema.model_validate({"type": "string", "format": "binary"})) for kind in (DOCX, XLSX)
}
# Between 1900 and 2200.
MONTH = r"^(19(0[1-9]|[1-9][0-9])|2[01][0-9]{2})-(0[1-9]|1[0-2])$"


class ReportQuery(CompartmentQuery):
    """As which file a report is wanted."""

    format: Format = "json"
    paper: Paper = Field(default="table", description="With docx: the table, or a draft of the analysis with charts.")


class MonthlyQuery(ReportQuery):
    """Of which month."""

    month: Annotated[str, Field(max_length=7, json_schema_extra={"pattern": MONTH})]

    @field_validator("month")
    @classmethod
    def _is_month(cls, value: str) -> str:
        if len(value) != len("2026-03"):
            raise ValueError("is no month; write 2026-03")
        return known_period(value) or value


class AnnualQuery(ReportQuery):
    """Of which year."""

    year: int = Field(gt=1900, lt=2200)


class MainMatterOut(BaseModel):
    """A matter with many letters in a period; its title hides who, when and where to."""

    id: str
    title: str
    category: str
    region: str | None
    unit: str | None
    letters: int
    level: VisitLevel
    overdue: bool


class RisingOut(BaseModel):
    """What rises at the end of a period: alike matters of a class in a region."""

    region: str | None
    category: str
    matters: int
    letters: int


class ReportOut(BaseModel):
    """All that the report of a period tells; `accusations` says whether any are counted in it."""

    model_config = ConfigDict(openapi_extra={"content": _FILES})  # type: ignore[typeddict-unknown-key]  # flask-openapi3's

    title: str
    unit: str | None
    accusations: bool
    made_at: datetime
    period: PeriodOut
    previous: PeriodOut
    year_before: PeriodOut
    total: StatLineOut
    categories: list[StatLineOut]
    classes: list[StatLineOut]
    regions: list[StatLineOut]
    channels: list[StatLineOut]
    course: list[StatLineOut] = Field(description="Days of a month, months of a year.")
    matters: int
    rates: list[RateOut]
    quality: QualityLineOut
    quality_by_category: list[QualityLineOut]
    main_matters: list[MainMatterOut]
    rising: list[RisingOut]
