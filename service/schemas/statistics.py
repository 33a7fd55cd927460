"""Statistics as callers ask for them and see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator

from service.periods import LONGEST_NAME, PATTERN, Kind, period_of
from service.texts import text

By = Literal["category", "class", "region", "channel", "day", "month"]
Formula = Literal["letters", "matters"]
RateName = Literal["repeats_letters", "repeats_matters", "accepted_in_time", "handled_in_time", "satisfied"]
PeriodName = Annotated[str, Field(max_length=LONGEST_NAME, json_schema_extra={"pattern": PATTERN})]


def known_period(value: str | None) -> str | None:
    """Return the name of a period, as it is; raises ValueError if there is none such."""
    if value is not None:
        period_of(value)
    return value


class CompartmentQuery(BaseModel):
    """Which letters are counted."""

    restricted: bool | None = Field(
        default=None, description="Accusations only, or none; without it all that the caller may see."
    )


class StatsQuery(CompartmentQuery):
    """Which period is counted, and how it is divided."""

    period: PeriodName | None = Field(
        default=None,
        description="2026, 2026-03, 2026-W10, 2026-03-05 or 2026-03-01/2026-03-30 in Shanghai; without it this month.",
    )
    by: By = "category"
    formula: Formula = Field(default="letters", description="What repeats are divided by.")

    _known = field_validator("period")(known_period)


class PeriodOut(BaseModel):
    """A period; `complete` says whether it is over."""

    name: str
    kind: Kind
    since: datetime
    until: datetime
    complete: bool


class FigureOut(BaseModel):
    """A count beside those of the period before and of the same period of the year before.

    A change is a share of what was before: 0.25 is a quarter more, null where nothing was before. `query` asks
    GET /letters for the letters behind the count, null where no filter names them.
    """

    value: int
    previous: int | None
    year_before: int | None
    change: float | None
    change_year: float | None
    query: str | None


class StatLineOut(BaseModel):
    """What is counted of one group: letters (件次), visits (批次: a matter once a day), people (人次), and repeats.

    `code` is null for letters of which it is not known.
    """

    code: str | None
    name: str
    parent: str | None = Field(default=None, description="The category of a class.")
    letters: FigureOut
    visits: FigureOut
    people: FigureOut
    repeats: FigureOut


class RateOut(BaseModel):
    """A rate with its formula; `value` is null where nothing is to be divided by.

    `query` asks GET /letters for what the numerator counts, where letters are counted; `missed` names matters that
    the numerator lacks, at most fifty.
    """

    name: RateName
    formula: str
    numerator: int
    denominator: int
    value: float | None
    query: str | None = None
    missed: list[str] = []

    @classmethod
    def of(
        cls,
        name: RateName,
        numerator: int,
        denominator: int,
        query: str | None = None,
        missed: Sequence[str] = (),
    ) -> "RateOut":
        """Divide, and write the formula beside the result."""
        return cls(
            name=name,
            formula=text(f"stats.formula_{name}"),
            numerator=numerator,
            denominator=denominator,
            value=round(numerator / denominator, 4) if denominator else None,
            query=query,
            missed=list(missed),
        )


class QualityLineOut(BaseModel):
    """What people made of the letters for which a category was suggested.

    `recategorised` counts those of the corrected ones whose category changed; `accepted_share` is that of the accepted
    among those that people judged.
    """

    code: str | None
    name: str
    letters: int
    pending: int
    accepted: int
    corrected: int
    recategorised: int
    accepted_share: float | None


class StatsOut(BaseModel):
    """The counts of a period as a whole and divided, its rates, and the quality of the suggestions in it."""

    period: PeriodOut
    previous: PeriodOut
    year_before: PeriodOut
    by: By
    total: StatLineOut
    items: list[StatLineOut]
    matters: int
    rates: list[RateOut]
    quality: QualityLineOut
    quality_by_category: list[QualityLineOut]
