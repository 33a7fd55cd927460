"""Frozen records that travel between the parts of Hongyan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Channel = Literal["letter", "visit", "web", "phone"]
Purpose = Literal["suggestion", "accusation", "appeal"]
Route = Literal["ordinary", "litigation", "arbitration", "discipline", "reconsideration", "suggestion"]
VisitLevel = Literal["none", "watch", "warning"]
RelationName = Literal["same_text", "same_matter", "related", "different"]
Verdict = Literal["first", "repeat", "copy", "joint"]

LONGEST_QUOTE = 60
LEVELS: tuple[VisitLevel, ...] = ("none", "watch", "warning")


@dataclass(frozen=True, slots=True)
class Letter:
    """One incoming text and the facts around it that the mining may use.

    `petitioners` holds opaque keys of the people who wrote (writer, co-signers). They decide between a repeat
    and a joint letter after the facts have matched; no score is computed from them.
    """

    id: str
    title: str = ""
    body: str = ""
    received_at: datetime | None = None
    channel: Channel | None = None
    addressee: str = ""
    region: str = ""
    petitioners: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """Return the text that every `start` and `end` counts in."""
        return f"{self.title}\n{self.body}" if self.title and self.body else self.title or self.body


@dataclass(frozen=True, slots=True)
class Span:
    """A passage of the original text: `text` equals `original[start:end]`, in code points."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence(Span):
    """A passage and how far it moved the decision from the second category to the first."""

    weight: float


@dataclass(frozen=True, slots=True)
class Reason(Span):
    """A passage that supports a group-visit level; `code` names the cue."""

    code: str


@dataclass(frozen=True, slots=True)
class Caution:
    """A place in the text that a person must see at once."""

    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A class with its calibrated probability, 0 to 1."""

    code: str
    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CategoryResult:
    """The category of a letter.

    `scores` holds every level-1 class. The weights of `evidence` and `rest` add up to the difference between the
    linear decision values of the best and the second class. `unsure` says why a person should look; empty means
    that the promised precision covers the letter. `level2_alternatives` are the next classes below `best`.
    """

    best: Scored
    level2: Scored | None
    alternatives: tuple[Scored, ...]
    also: tuple[Scored, ...]
    evidence: tuple[Evidence, ...]
    rest: float
    scores: dict[str, float]
    unsure: tuple[str, ...]
    level2_alternatives: tuple[Scored, ...] = ()

    @property
    def needs_review(self) -> bool:
        """Say whether the precision set by the office is not promised for this letter."""
        return bool(self.unsure)


@dataclass(frozen=True, slots=True)
class People:
    """The largest exact number of people or households stated as sharing the grievance."""

    count: int
    unit: Literal["person", "household"]


@dataclass(frozen=True, slots=True)
class GroupVisit:
    """What one letter says of acting together; `score` is the calibrated probability of a warning."""

    level: VisitLevel
    score: float
    people: People | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that the model says about one letter; a part that is not trained is None."""

    id: str
    category: CategoryResult | None
    purpose: Purpose | None
    route: Route | None
    group_visit: GroupVisit | None
    warnings: tuple[Caution, ...]
    model_version: str


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """The same words in both letters of a pair, by their places in each."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


@dataclass(frozen=True, slots=True)
class Relation:
    """What b is to a; `score` is the calibrated probability of the same matter.

    `reasons` says in what both agree or differ clearly more than usual: same_ or other_ with wording, place or problem.
    Only a comparison of two letters tells reasons, passages and what is new.
    """

    score: float
    name: RelationName
    shared: tuple[SharedPassage, ...] = ()
    new_in_b: tuple[Span, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier letter that may be of the same matter."""

    id: str
    score: float
    relation: RelationName
