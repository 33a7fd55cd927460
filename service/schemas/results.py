"""What the mining says of a letter or a pair, as callers get it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from model.records import Analysis, Candidate, CategoryResult, GroupVisit, Relation, Scored, VisitLevel

Probability = Annotated[float, Field(ge=0, le=1)]
Side = Literal["a", "b"]
DIGITS = 6
MOST_OF_TIME = 60


class SpanOut(BaseModel):
    """A passage of the original text, in code points of title + newline + body."""

    start: int
    end: int
    text: str


class EvidenceOut(SpanOut):
    """A passage that decided, with its signed weight."""

    weight: float


class ScoredOut(BaseModel):
    """A class with its calibrated probability."""

    code: str
    name: str
    confidence: Probability

    @classmethod
    def of(cls, scored: Scored) -> "ScoredOut":
        """Show a scored class."""
        return cls(code=scored.code, name=scored.name, confidence=round(scored.confidence, DIGITS))


class CategoryOut(ScoredOut):
    """The category of a letter."""

    needs_review: bool
    review_reasons: list[str]
    level2: ScoredOut | None
    level2_alternatives: list[ScoredOut] = []
    alternatives: list[ScoredOut]
    also: list[ScoredOut]
    evidence: list[EvidenceOut]
    rest: float
    scores: dict[str, Probability] | None = None

    @classmethod
    def of_result(cls, result: CategoryResult, scores: bool = False) -> "CategoryOut":
        """Show a category; `scores` adds the probability of every category."""
        return cls(
            **ScoredOut.of(result.best).model_dump(),
            needs_review=result.needs_review,
            review_reasons=list(result.unsure),
            level2=ScoredOut.of(result.level2) if result.level2 else None,
            level2_alternatives=[ScoredOut.of(scored) for scored in result.level2_alternatives],
            alternatives=[ScoredOut.of(scored) for scored in result.alternatives],
            also=[ScoredOut.of(scored) for scored in result.also],
            evidence=[
                EvidenceOut(start=span.start, end=span.end, text=span.text, weight=round(span.weight, DIGITS))
                for span in result.evidence
            ],
            rest=round(result.rest, DIGITS),
            scores={code: round(value, DIGITS) for code, value in result.scores.items()} if scores else None,
        )


class PeopleOut(BaseModel):
    """The largest exact number of people or households that the letter states."""

    count: int
    unit: Literal["person", "household"]


class ReasonOut(SpanOut):
    """A passage that supports the group-visit level."""

    code: str


class GroupVisitOut(BaseModel):
    """What the letter says of acting together."""

    level: VisitLevel
    score: Probability
    people: PeopleOut | None
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, visit: GroupVisit) -> "GroupVisitOut":
        """Show a group-visit level."""
        return cls(
            level=visit.level,
            score=round(visit.score, DIGITS),
            people=PeopleOut(count=visit.people.count, unit=visit.people.unit) if visit.people else None,
            reasons=[ReasonOut(start=r.start, end=r.end, text=r.text, code=r.code) for r in visit.reasons],
        )


class CautionOut(BaseModel):
    """A place in the text that a person must see at once, or what could not be read, as `detail`."""

    code: str
    start: int | None = None
    end: int | None = None
    detail: str | None = None

    @classmethod
    def of_time(cls, given: str | None, read: datetime | None) -> "list[CautionOut]":
        """Warn of a time that was given and cannot be read."""
        if not given or read is not None:
            return []
        return [cls(code="unreadable_time", detail=given[:MOST_OF_TIME].encode("utf-8", "replace").decode())]


class SideCautionOut(CautionOut):
    """What could not be read in one letter of a pair."""

    letter: Side


class ModelOut(BaseModel):
    """Which model spoke."""

    version: str


class AnalysisOut(BaseModel):
    """The result of `analyze`."""

    id: str
    category: CategoryOut | None
    purpose: str | None
    route: str | None
    group_visit: GroupVisitOut | None
    warnings: list[CautionOut]
    model: ModelOut

    @classmethod
    def of(cls, analysis: Analysis, scores: bool = False) -> "AnalysisOut":
        """Show an analysis."""
        return cls(
            id=analysis.id,
            category=CategoryOut.of_result(analysis.category, scores) if analysis.category else None,
            purpose=analysis.purpose,
            route=analysis.route,
            group_visit=GroupVisitOut.of(analysis.group_visit) if analysis.group_visit else None,
            warnings=[CautionOut(code=c.code, start=c.start, end=c.end) for c in analysis.warnings],
            model=ModelOut(version=analysis.model_version),
        )

    def json_line(self) -> dict[str, Any]:
        """Return the result as plain data; `scores` appears only if asked for."""
        content = self.model_dump(mode="json")
        if content["category"] and content["category"]["scores"] is None:
            del content["category"]["scores"]
        return content


class SharedOut(BaseModel):
    """The same words in both letters."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


class RelationEvidenceOut(BaseModel):
    """What two letters share, and what is new in the second."""

    shared: list[SharedOut]
    new_in_b: list[SpanOut]


class RelationOut(BaseModel):
    """The result of `compare`; `reasons` says in what both agree or differ clearly more than usual."""

    score: Probability
    relation: Literal["same_text", "same_matter", "related", "different"]
    reasons: list[str]
    evidence: RelationEvidenceOut
    warnings: list[SideCautionOut]

    @classmethod
    def of(cls, relation: Relation, warnings: Iterable[SideCautionOut] = ()) -> "RelationOut":
        """Show a relation."""
        return cls(
            score=round(relation.score, DIGITS),
            relation=relation.name,
            reasons=list(relation.reasons),
            evidence=RelationEvidenceOut(
                shared=[
                    SharedOut(a_start=p.a_start, a_end=p.a_end, b_start=p.b_start, b_end=p.b_end)
                    for p in relation.shared
                ],
                new_in_b=[SpanOut(start=s.start, end=s.end, text=s.text) for s in relation.new_in_b],
            ),
            warnings=list(warnings),
        )


class CandidateOut(BaseModel):
    """An earlier letter that may be of the same matter."""

    id: str
    score: Probability
    relation: str

    @classmethod
    def of(cls, candidate: Candidate) -> "CandidateOut":
        """Show a candidate."""
        return cls(id=candidate.id, score=round(candidate.score, DIGITS), relation=candidate.relation)
