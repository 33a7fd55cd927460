"""The quality of suggested categories: what people made of them; pure functions on counts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from service.counting import Reviews
from service.schemas.statistics import QualityLineOut
from service.texts import text


@dataclass(slots=True)
class Judged:
    """How many letters for which a category was suggested people left, accepted and corrected."""

    pending: int = 0
    accepted: int = 0
    corrected: int = 0
    recategorised: int = 0

    def line(self, code: str | None, name: str) -> QualityLineOut:
        """Show it with the share of what was accepted."""
        judged = self.accepted + self.corrected
        return QualityLineOut(
            code=code,
            name=name,
            letters=self.pending + judged,
            pending=self.pending,
            accepted=self.accepted,
            corrected=self.corrected,
            recategorised=self.recategorised,
            accepted_share=round(self.accepted / judged, 4) if judged else None,
        )


def quality_of(reviews: Reviews, corrected: Iterable[Any], name: Callable[[str | None], str]) -> list[QualityLineOut]:
    """Return the quality of all suggestions, then of each category as it was suggested, the most frequent first.

    `corrected` are counts of corrected letters by the category that was suggested and the one that holds.
    """
    found: dict[str | None, Judged] = {}
    for (category, review), letters in reviews.items():
        if review != "corrected":
            one = found.setdefault(category, Judged())
            one.pending += letters if review == "pending" else 0
            one.accepted += letters if review == "accepted" else 0
    for row in corrected:
        one = found.setdefault(row.suggested, Judged())
        one.corrected += int(row.letters)
        one.recategorised += int(row.letters) if row.suggested != row.category else 0
    lines = [one.line(code, name(code)) for code, one in found.items()]
    parts = ("pending", "accepted", "corrected", "recategorised")
    whole = Judged(*(sum(getattr(one, part) for one in found.values()) for part in parts))
    return [whole.line(None, text("stats.total")), *sorted(lines, key=lambda line: (-line.letters, line.name))]
