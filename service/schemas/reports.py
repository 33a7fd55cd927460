"""Reports as callers ask for them and see them."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from flask_openapi3.models.media_type import MediaType
from flask_openapi3.models.schema import Schema
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Row

from model.records import VisitLevel
from service.schemas.jobs import State
from service.schemas.statistics import (
    CompartmentQuery,
    PeriodOut,
    QualityLineOut,
    RateOut,
    StatLineOut,
    known_period,
)

# Reports that were ordered are kept so long.
KEPT_FOR = timedelta(days=30)
Format = Literal["docx", "xlsx", "json"]
Paper = Literal["table", "analysis"]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES = {
    kind: MediaType(schema=Schema.model_validate({"type": "string", "format": "binary"})) for kind in (DOCX, XLSX)
}
# Between 1900 and 2200.
_YEAR = "(19(0[1-9]|[1-9][0-9])|2[01][0-9]{2})"
_MONTH = "(0[1-9]|1[0-2])"
MONTH, MONTH_OR_YEAR = rf"^{_YEAR}-{_MONTH}$", rf"^{_YEAR}(-{_MONTH})?$"


class FileQuery(BaseModel):
    """As which file a report that was ordered is wanted."""

    format: Format = "json"
    paper: Paper = Field(default="table", description="With docx: the table, or a draft of the analysis with charts.")


class ReportQuery(CompartmentQuery, FileQuery):
    """Which letters are counted, and as which file."""


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


class ReportIn(CompartmentQuery):
    """Of which month or year a report is ordered."""

    model_config = ConfigDict(extra="ignore")

    period: Annotated[str, Field(max_length=7, json_schema_extra={"pattern": MONTH_OR_YEAR}, examples=["2026-03"])]

    @field_validator("period")
    @classmethod
    def _is_month_or_year(cls, value: str) -> str:
        if len(value) not in (len("2026"), len("2026-03")):
            raise ValueError("is no month or year; write 2026-03 or 2026")
        return known_period(value) or value


class ReportPath(BaseModel):
    """Which report that was ordered."""

    report_id: str = Field(max_length=64)


class OrderedReportOut(BaseModel):
    """A report that was ordered: how far it is; once `state` is done, its files can be fetched until `kept_until`."""

    id: str
    period: str
    restricted: bool | None
    state: State
    cancelling: bool
    done: int
    total: int | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None
    kept_until: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> "OrderedReportOut":
        """Show a report with its job."""
        ended = datetime.fromisoformat(row.finished_at) if row.finished_at else None
        values = {name: getattr(row, name) for name in cls.model_fields if name != "kept_until"}
        return cls.model_validate({**values, "kept_until": ended + KEPT_FOR if ended else None})


class OrderedReportPage(BaseModel):
    """A page of reports that were ordered, newest first."""

    items: list[OrderedReportOut]
    next: str | None


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
