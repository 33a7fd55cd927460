"""What a clerk's queue is asked for."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from model.records import VisitLevel
from service.queries.lists import Filter, Order
from service.schemas.letters import Line

QueueName = Literal["new", "review", "overdue", "soon", "restricted"]
# These are about the deadlines of matters, all others about letters that nobody has judged.
OF_DEADLINES: frozenset[QueueName] = frozenset({"overdue", "soon"})

# What is due first is read first: what waits longest, unless a matter has a nearer deadline.
USUAL: Order = "due"


class QueueQuery(BaseModel):
    """Which queue, what it is narrowed by, and its order; without a name it is none."""

    queue: QueueName | None = None
    category: Annotated[Line | None, Field(max_length=200)] = None
    region: Line | None = None
    channel: Literal["letter", "visit", "web", "phone"] | None = None
    level: VisitLevel | None = None
    order: Order | None = None
    cursor: str | None = Field(default=None, max_length=500)

    @property
    def of_deadlines(self) -> bool:
        """Say whether the queue is about deadlines."""
        return self.queue in OF_DEADLINES

    def filter(self) -> Filter:
        """Return the filter of letters that wait in the queue."""
        return Filter(
            category=self.category,
            region=self.region,
            channel=self.channel,
            visit_level=self.level,
            review="pending",
            needs_review=True if self.queue == "review" else None,
            restricted=True if self.queue == "restricted" else None,
            order=self.order or USUAL,
        )

    @property
    def narrowed(self) -> bool:
        """Say whether the queue is narrowed by anything."""
        return bool(self.model_dump(exclude_none=True, exclude={"queue", "order", "cursor"}))

    def address(self) -> dict[str, Any]:
        """Return the queue and its filters as arguments of an address, without the page."""
        return self.model_dump(exclude_none=True, exclude={"cursor"}) if self.queue else {}
