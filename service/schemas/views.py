"""Stored letters and matters as callers see them, over HTTP and on pages alike."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Row

from model.records import VisitLevel
from service.clocks import Clock, ClockState
from service.course import Status, Step
from service.matters import PartName
from service.schemas.results import (
    AnalysisOut,
    CandidateOut,
    CategoryOut,
    CautionOut,
    GroupVisitOut,
    ModelOut,
    PeopleOut,
    RelationEvidenceOut,
    ScoredOut,
)


class ClockOut(BaseModel):
    """A deadline with its article of the Regulation, the event that starts it, and how it stands.

    `provisional` marks working days of a year whose holidays are not announced yet.
    """

    name: str
    article: str
    start_event: str
    starts_at: datetime | None
    due_at: datetime | None
    state: ClockState
    met_at: datetime | None
    provisional: bool

    @classmethod
    def of(cls, clock: Clock) -> "ClockOut":
        """Show a clock."""
        return cls(
            name=clock.name,
            article=clock.article,
            start_event=clock.start_event,
            starts_at=clock.starts_at,
            due_at=clock.due_at,
            state=clock.state,
            met_at=clock.met_at,
            provisional=clock.provisional,
        )


class MatterOfLetterOut(BaseModel):
    """The matter of a letter, what the letter is to it, and what a person decided on that, if anybody did."""

    id: str
    verdict: Literal["first", "repeat", "copy", "joint"]
    decision: Literal["confirmed", "rejected"] | None
    candidates: list[CandidateOut]


class ReceiptOut(BaseModel):
    """That the letter is safely stored."""

    stored_at: datetime
    state: Literal["received"] = "received"


class AutomaticOut(BaseModel):
    """What the model said, beside what a person corrected."""

    category: ScoredOut | None
    level2: ScoredOut | None
    purpose: str | None
    route: str | None
    group_visit: VisitLevel | None

    @classmethod
    def of(cls, analysis: AnalysisOut) -> "AutomaticOut":
        """Show an analysis in short."""
        category = analysis.category
        best = ScoredOut(**category.model_dump(include={"code", "name", "confidence"})) if category else None
        return cls(
            category=best,
            level2=category.level2 if category else None,
            purpose=analysis.purpose,
            route=analysis.route,
            group_visit=analysis.group_visit.level if analysis.group_visit else None,
        )


class LetterOut(BaseModel):
    """A stored letter. What the caller has no right to is null.

    What a person corrected holds everywhere, with confidence 1; `automatic` is then what the model said.
    """

    id: str
    external_id: str | None
    received_at: datetime
    title: str | None = None
    body: str | None = None
    channel: str | None = None
    addressee: str | None = None
    region: str | None = None
    petitioner: str | None = None
    category: CategoryOut | None = None
    purpose: str | None = None
    route: str | None = None
    group_visit: GroupVisitOut | None = None
    warnings: list[CautionOut] = []
    model: ModelOut | None = None
    matter: MatterOfLetterOut | None = None
    clocks: list[ClockOut] = []
    review: Literal["pending", "accepted", "corrected"] | None = None
    automatic: AutomaticOut | None = None
    receipt: ReceiptOut

    @classmethod
    def withheld(cls, row: Row[Any]) -> "LetterOut":
        """Show of a letter only that it is stored."""
        return cls(
            id=row.id,
            external_id=row.external_id,
            received_at=datetime.fromisoformat(row.received_at),
            receipt=ReceiptOut(stored_at=datetime.fromisoformat(row.stored_at)),
        )

    @classmethod
    def of(cls, row: Row[Any], clocks: list[Clock], matter: MatterOfLetterOut, petitioner: str | None) -> "LetterOut":
        """Show a letter in full; `petitioner` is masked already."""
        analysis = AnalysisOut.model_validate({**row.analysis, "id": row.id})
        return cls.withheld(row).model_copy(
            update={
                "title": row.title,
                "body": row.body,
                "channel": row.channel,
                "addressee": row.addressee or None,
                "region": row.region or None,
                "petitioner": petitioner,
                "category": analysis.category,
                "purpose": analysis.purpose,
                "route": analysis.route,
                "group_visit": analysis.group_visit,
                "warnings": analysis.warnings,
                "model": analysis.model,
                "matter": matter,
                "clocks": [ClockOut.of(clock) for clock in clocks],
                "review": row.review,
                "automatic": AutomaticOut.of(AnalysisOut.model_validate(row.automatic)) if row.automatic else None,
            }
        )

    @property
    def text(self) -> str:
        """Return the text that the spans count in."""
        return f"{self.title}\n{self.body}" if self.title and self.body else self.title or self.body or ""


class SimilarOut(BaseModel):
    """An earlier letter beside this one: its relation, with reasons and evidence from it (a) to this letter (b)."""

    letter: LetterOut
    score: float
    relation: str
    reasons: list[str]
    evidence: RelationEvidenceOut


class PartOut(BaseModel):
    """One reason for a flag: its points, and the number that they stand for."""

    name: PartName
    points: int
    number: int


class DutyOut(BaseModel):
    """What the office owes in a matter, with the article that says so."""

    name: str
    article: str
    due_at: datetime
    overdue: bool


class QuoteOut(BaseModel):
    """What a letter says of acting together; who, when and where to are hidden."""

    letter: str
    code: str
    text: str


class ActionOut(BaseModel):
    """A service that is open to the office, with the article that it rests on."""

    name: str
    article: str


class MatterFlagOut(BaseModel):
    """Why people may come together about this matter; about the matter, never about a person.

    The parts add up to the points, duties not met first.
    """

    level: VisitLevel
    points: int
    parts: list[PartOut]
    duties: list[DutyOut]
    people: PeopleOut | None
    petitioners: int
    letters: int
    reasons: list[str]
    quotes: list[QuoteOut]
    actions: list[ActionOut]


class EventOut(BaseModel):
    """What happened to a matter; a step that was taken back does not stand.

    `matter` is the one in which it was recorded: steps of a matter that lost all its letters count where these went.
    """

    number: int
    matter: str
    at: datetime
    kind: str
    detail: dict[str, Any]
    standing: bool

    @classmethod
    def of(cls, row: Row[Any], standing: bool) -> "EventOut":
        """Show an event."""
        at = datetime.fromisoformat(row.at)
        return cls(number=row.number, matter=row.matter_id, at=at, kind=row.kind, detail=row.detail, standing=standing)


class MatterOut(BaseModel):
    """A matter with its letters, oldest first; `possible` are the steps that make sense now."""

    id: str
    title: str
    registration: str | None
    unit: str | None
    status: Status
    possible: list[Step]
    clocks: list[ClockOut]
    letters: list[LetterOut]
    flag: MatterFlagOut
    events: list[EventOut]


class SuccessorOut(BaseModel):
    """A matter that took letters over from another one, and which."""

    id: str
    title: str
    status: Status
    letters: list[str]


class GoneMatterOut(BaseModel):
    """A matter that holds no letters any more: where these are now, and what was done in it."""

    id: str
    registration: str | None
    successors: list[SuccessorOut]
    events: list[EventOut]


class MatterLineOut(BaseModel):
    """A matter in a list."""

    id: str
    title: str
    letters: int
    registration: str | None
    unit: str | None
    status: Status
    last_received_at: datetime
    category: str | None
    flag: MatterFlagOut


class LetterPage(BaseModel):
    """A page of letters."""

    items: list[LetterOut]
    next: str | None


class MatterPage(BaseModel):
    """A page of matters."""

    items: list[MatterLineOut]
    next: str | None

    @property
    def flagged(self) -> list[str]:
        """Return the matters of the page that have a flag."""
        return [matter.id for matter in self.items if matter.flag.level != "none"]


class SimilarList(BaseModel):
    """The earlier letters that may be of the same matter."""

    items: list[SimilarOut]
