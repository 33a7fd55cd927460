"""What callers may ask, besides letters."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from model.records import VisitLevel
from model.when import parse_time
from service.clocks import DutyName
from service.course import STEPS, Step
from service.queries.audit import Narrowing
from service.queries.deadlines import DueFilter
from service.queries.lists import Fact, Filter
from service.queries.matters import MattersFilter
from service.schemas.letters import TIME, LetterIn, LetterValueError, Line, Text
from service.schemas.views import LetterOut
from service.search_words import wanted_of

MOST_IN_BATCH = 1000
MOST_TO_SPLIT = 1000
WORD = "^[a-z_]+$"

Moment = Annotated[str, Field(json_schema_extra={"pattern": TIME})]
Due = Literal["overdue", "soon"]
Id = Annotated[Text, Field(max_length=64)]


class LetterPath(BaseModel):
    """Which letter."""

    letter_id: Id


def readable_time(value: str | None) -> str | None:
    """Return a time that can be read, as it is; raises ValueError naming the form otherwise."""
    if value is not None:
        try:
            parse_time(value)
        except (ValueError, OverflowError) as error:
            raise ValueError("is no time; write 2026-03-05 or 2026-03-05T09:30") from error
    return value


def searchable(value: str) -> str:
    """Return words to look for, as they are; raises ValueError, saying what to do, if nothing can be found by them."""
    wanted_of(value)
    return value


class MatterPath(BaseModel):
    """Which matter."""

    matter_id: Id


class LinkPath(MatterPath):
    """Which letter of which matter."""

    letter_id: Id


class DecisionIn(BaseModel):
    """Why a person decides; kept in the history of the matter. Ids may go without their ending `_id` or `_ids`."""

    model_config = ConfigDict(extra="ignore", validate_by_name=True, validate_by_alias=True)

    note: Line | None = None


class LinkIn(DecisionIn):
    """Whether a letter belongs to the matter."""

    letter: Id = Field(alias="letter_id")
    decision: Literal["confirm", "reject"]


class MergeIn(DecisionIn):
    """The matter whose letters all belong to this one."""

    matter: Id = Field(alias="matter_id")


class SplitIn(DecisionIn):
    """The letters that leave into a matter of their own."""

    letters: list[Id] = Field(alias="letter_ids", min_length=1, max_length=MOST_TO_SPLIT)


def _step(types: list[str], **fields: str) -> dict[str, Any]:
    """Describe which types other fields may have in steps of some types."""
    return {"properties": {"type": {"enum": types}} | {name: {"type": kind} for name, kind in fields.items()}}


class StepIn(DecisionIn):
    """What the office did in a matter, and when; without a time, now.

    `registered` only gives the matter its number, as the first other step does; `taken_back` names the step that does
    not stand.
    """

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "anyOf": [
                _step([*(step for step in STEPS if step != "satisfaction"), "registered"], value="null", event="null"),
                _step(["satisfaction"], event="null"),
                _step(["taken_back"], value="null", event="integer") | {"required": ["type", "event"]},
            ],
            "example": {"type": "accepted", "note": "complete and within our duties"},
        },
    )

    type: Step | Literal["registered", "taken_back"]
    at: Annotated[str, Field(max_length=40, json_schema_extra={"pattern": TIME})] | None = None
    unit: Line | None = None
    value: Literal["satisfied", "fairly_satisfied", "dissatisfied"] | None = Field(
        default=None, description="With satisfaction only."
    )
    event: int | None = Field(default=None, ge=1, le=2**53, description="Number of the step, with taken_back only.")

    _readable = field_validator("at")(readable_time)

    @model_validator(mode="after")
    def _fits_type(self) -> "StepIn":
        if self.value is not None and self.type != "satisfaction":
            raise LetterValueError("value", "belongs to satisfaction only")
        if (self.event is not None) != (self.type == "taken_back"):
            raise LetterValueError("event", "names the step that taken_back takes back, and belongs to it only")
        return self


class NoticeIn(BaseModel):
    """Which notice on which letter, and who signs it; the full name is shown for a reason only, which is recorded.

    `letter` is understood as well.
    """

    model_config = ConfigDict(extra="ignore", validate_by_name=True, validate_by_alias=True)

    kind: Literal["accepted", "not_accepted", "routed"]
    letter: Id = Field(alias="letter_id")
    unit: Line | None = None
    reason: Annotated[Line, Field(min_length=4)] | None = Field(default=None, description="Why the name must be seen.")


class WhyIn(BaseModel):
    """Why a letter goes among accusations or comes from there."""

    model_config = ConfigDict(extra="ignore")

    reason: Line = Field(min_length=1)


class PageQuery(BaseModel):
    """Which page of a list."""

    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = Field(default=None, max_length=500)


def due_filter(due: Due, now: datetime, soon_days: int) -> DueFilter:
    """Return what is overdue at a time, or falls due within so many days."""
    if due == "overdue":
        return DueFilter(until=now)
    return DueFilter(since=now, until=now + timedelta(days=soon_days))


class MattersQuery(PageQuery):
    """Which matters of the list."""

    level: VisitLevel | None = Field(default=None, description="Level of the flag.")
    due: Due | None = Field(default=None, description="First those whose deadline is first.")
    clock: DutyName | None = Field(default=None, description="Whose deadline is meant, with `due`.")
    since: Moment | None = Field(default=None, description="With a letter received at or after this time.")
    until: Moment | None = Field(default=None, description="With a letter received before this time.")

    _readable = field_validator("since", "until")(readable_time)

    @model_validator(mode="after")
    def _clock_is_due(self) -> "MattersQuery":
        if self.clock is not None and self.due is None:
            raise LetterValueError("clock", "says which deadline `due` means; give both")
        if self.due is not None and (self.since or self.until):
            raise LetterValueError("due", "asks for deadlines; leave `since` and `until` out")
        return self

    def filter(self, now: datetime, soon_days: int) -> DueFilter | MattersFilter:
        """Return the filter of the list at a time; what falls due within so many days is nearly due."""
        if self.due is not None:
            return replace(due_filter(self.due, now, soon_days), clock=self.clock, level=self.level)
        since, until = (parse_time(at) if at else None for at in (self.since, self.until))
        return MattersFilter(self.level, since, until)


class LettersFilter(BaseModel):
    """Which letters are meant."""

    category: Annotated[Line | None, Field(max_length=200)] = None
    level2: Annotated[Line | None, Field(max_length=200, description="Code of a class of level 2.")] = None
    region: Line | None = None
    channel: Literal["letter", "visit", "web", "phone"] | None = None
    verdict: Literal["first", "repeat", "copy", "joint"] | None = None
    review: Literal["pending", "accepted", "corrected"] | None = None
    needs_review: bool | None = Field(default=None, description="Whether the category must be looked at.")
    level: VisitLevel | None = Field(default=None, description="Group-visit level.")
    restricted: bool | None = Field(default=None, description="Accusations only, or none; for discipline.")
    lacking: Fact | None = Field(default=None, description="Of which this is not known.")
    suggested: Annotated[Line | None, Field(max_length=200)] = Field(
        default=None, description="Category that was suggested, whatever holds now."
    )
    since: Moment | None = Field(default=None, description="Received at or after this time.")
    until: Moment | None = Field(default=None, description="Received before this time.")

    text: Annotated[Line, AfterValidator(searchable)] | None = Field(
        default=None, description='Words that the text holds, all of them; "between quotation marks" as they stand.'
    )

    _readable = field_validator("since", "until")(readable_time)

    def filter(self) -> Filter:
        """Return the filter of the list."""
        return Filter(
            category=self.category,
            level2=self.level2,
            region=self.region,
            channel=self.channel,
            verdict=self.verdict,
            review=self.review,
            needs_review=self.needs_review,
            visit_level=self.level,
            restricted=self.restricted,
            lacking=self.lacking,
            suggested=self.suggested,
            since=parse_time(self.since) if self.since else None,
            until=parse_time(self.until) if self.until else None,
            text=wanted_of(self.text) if self.text else None,
        )


class AuditQuery(PageQuery):
    """Which entries of the audit."""

    action: str | None = Field(default=None, max_length=20, pattern=WORD)
    kind: str | None = Field(default=None, max_length=20, pattern=WORD, description="Kind of the object.")
    id: Text | None = Field(default=None, max_length=64, description="Id of the object.")
    actor: Text | None = Field(default=None, max_length=200, description="Who of the office did it.")
    since: Moment | None = Field(default=None, description="At or after this time.")
    until: Moment | None = Field(default=None, description="Before this time.")

    _readable = field_validator("since", "until")(readable_time)

    def narrowing(self) -> Narrowing:
        """Return what the page is narrowed by."""
        return Narrowing(
            action=self.action,
            kind=self.kind,
            object_id=self.id,
            actor=self.actor,
            since=parse_time(self.since) if self.since else None,
            until=parse_time(self.until) if self.until else None,
        )


class LettersQuery(LettersFilter, PageQuery):
    """Which letters of the list."""

    due: Due | None = Field(default=None, description="Of matters in which something is due, what is due first first.")

    def narrowed(self, now: datetime, soon_days: int) -> Filter:
        """Return the filter of the list at a time, with what is overdue, or falls due within so many days."""
        return replace(self.filter(), due=due_filter(self.due, now, soon_days) if self.due else None)


class ExportQuery(LettersFilter):
    """Which letters, as which file."""

    format: Literal["csv", "xlsx"] = "csv"


class AnalyzeQuery(BaseModel):
    """How much of the analysis to show."""

    scores: bool = Field(default=False, description="Show the probability of every category.")


class CompareIn(BaseModel):
    """Two letters."""

    a: LetterIn
    b: LetterIn


class BatchIn(BaseModel):
    """Up to 1,000 letters; each is checked on its own."""

    letters: list[Any] = Field(min_length=1, max_length=MOST_IN_BATCH)


class RefusedOut(BaseModel):
    """Why one letter of a batch was refused."""

    field: str
    reason: str


class BatchLineOut(BaseModel):
    """What became of one letter of a batch."""

    status: int
    letter: LetterOut | None = None
    error: RefusedOut | None = None


class BatchOut(BaseModel):
    """What became of each letter, in order."""

    items: list[BatchLineOut]
