"""The thresholds of the office: what is chosen, what is asked, and what it would mean."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from service.schemas.letters import Line
from service.simulation import Acceptance, Joining, Share

# What may be chosen: below, the promise would be worth little; above, hardly a letter would be left.
PRECISIONS = (0.8, 0.999)
JOINS = (0.3, 0.95)


def _within(bounds: tuple[float, float]) -> Any:
    """Describe what may be chosen to others; `choose` decides."""
    return Field(ge=0, le=1, allow_inf_nan=False, json_schema_extra={"minimum": bounds[0], "maximum": bounds[1]})


class ThresholdsIn(BaseModel):
    """Thresholds to hold from now on; `seen` is the number of the choice that was seen, so that none is overrun.

    A precision of null is the one that the model in use was trained for.
    """

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"precision": 0.97, "join_from": 0.65, "seen": 0}}
    )

    precision: Annotated[float, _within(PRECISIONS)] | None
    join_from: Annotated[float, _within(JOINS)]
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)]
    reason: Annotated[Line, Field(max_length=500)] | None = None


class SeenIn(BaseModel):
    """Which choice was seen, so that none is overrun."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"example": {"seen": 1}})

    seen: Annotated[int, Field(ge=0, le=2**31 - 1)]


class TriedQuery(BaseModel):
    """Thresholds to try beside the usual ones."""

    precision: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None
    join_from: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None


class ChoiceOut(BaseModel):
    """Thresholds that somebody chose; `undoes` names the choice that was taken back by it."""

    number: int
    at: datetime
    actor: str
    precision: float | None
    join_from: float
    reason: str | None
    undoes: int | None

    @classmethod
    def of(cls, row: Row[Any]) -> "ChoiceOut":
        """Show a choice."""
        return cls.model_validate(row._mapping)


class ThresholdsOut(BaseModel):
    """What holds; `promised` is the precision that the model in use keeps, null without a category part.

    Where the model was trained without keeping what it takes (`adjustable` false), that stays what it was trained for.
    """

    number: int
    precision: float | None
    join_from: float
    promised: float | None
    adjustable: bool
    history: list[ChoiceOut]


class ShareOut(BaseModel):
    """So many of so many, with the interval in which the true share lies with 95 % confidence."""

    count: int
    of: int
    share: float | None
    low: float
    high: float
    few: bool

    @classmethod
    def of_share(cls, share: Share) -> "ShareOut":
        """Show a share."""
        low, high = share.interval
        return cls(count=share.count, of=share.of, share=share.value, low=low, high=high, few=share.few)


class AcceptanceOut(BaseModel):
    """What a precision would mean; `right` counts the accepted letters that persons judged.

    `kept` says whether these keep the precision, null where they are too few; `never` how many categories are never
    accepted.
    """

    precision: float
    accepted: ShareOut
    to_read_a_day: float
    right: ShareOut
    wrong_a_month: float | None
    kept: bool | None
    never: int

    @classmethod
    def of(cls, one: Acceptance) -> "AcceptanceOut":
        """Show what a precision would mean."""
        return cls(
            precision=one.precision,
            accepted=ShareOut.of_share(one.accepted),
            to_read_a_day=one.to_read_a_day,
            right=ShareOut.of_share(one.right),
            wrong_a_month=one.wrong_a_month,
            kept=one.kept,
            never=one.never,
        )


class JoiningOut(BaseModel):
    """What joining from a score on would mean, for pairs of letters that persons decided on."""

    join_from: float
    found: ShareOut
    right: ShareOut
    missed_a_month: float
    wrong_a_month: float

    @classmethod
    def of(cls, one: Joining) -> "JoiningOut":
        """Show what joining would mean."""
        return cls(
            join_from=one.join_from,
            found=ShareOut.of_share(one.found),
            right=ShareOut.of_share(one.right),
            missed_a_month=one.missed_a_month,
            wrong_a_month=one.wrong_a_month,
        )


class SimulationOut(BaseModel):
    """What several thresholds would mean, and on how many letters and pairs of how many days that rests."""

    letters: int
    judged: int
    days: int
    pairs: int
    pair_days: int
    acceptances: list[AcceptanceOut]
    joinings: list[JoiningOut]
