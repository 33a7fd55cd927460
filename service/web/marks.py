"""What is highlighted in a letter: the words that decided, what speaks of acting together, danger, shared passages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.schemas.results import CategoryOut, GroupVisitOut, SpanOut
from service.schemas.views import LetterOut, SimilarOut
from service.texts import text
from service.web.segments import Mark, Segment, segments
from service.web.words import word

MOST_WEIGHTS = 8
SENTENCE_ENDS = frozenset("\n。！？；!?;")


@dataclass(frozen=True, slots=True)
class MarkedLetter:
    """Title and body of a letter, cut where marks begin and end."""

    title: tuple[Segment, ...]
    body: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class SimilarLetter:
    """Another letter with what it shares with this one marked, and what is new in this one quoted."""

    view: SimilarOut
    marked: MarkedLetter
    fresh: list[str]


def marked(view: LetterOut) -> MarkedLetter:
    """Mark in a letter what decided about it."""
    found = [*_weights(view.category), *_reasons(view.group_visit), *_dangers(view)]
    return _cut(view, found)


def beside(view: LetterOut, similar: list[SimilarOut]) -> tuple[list[SimilarLetter], list[SimilarLetter]]:
    """Mark what other letters share with this one; those of the same matter stand apart from those that are not."""
    together = [_compared(view, other) for other in similar if _same_matter(view, other.letter)]
    apart = [_compared(view, other) for other in similar if not _same_matter(view, other.letter)]
    return together, apart


def strength(weight: float, strongest: float) -> str:
    """Return the class of a weight: against, or weak, middle or strong beside the strongest."""
    if weight < 0:
        return "against"
    share = weight / strongest if strongest else 0
    return "strong" if share >= 2 / 3 else "middle" if share >= 1 / 3 else "weak"


def _weights(category: CategoryOut | None) -> Iterator[Mark]:
    evidence = category.evidence if category else []
    strongest = max((abs(span.weight) for span in evidence), default=0.0)
    for number, span in enumerate(evidence):
        label = text("letter.weight_label", name=category.name if category else "", weight=f"{span.weight:+.2f}")
        yield Mark(span.start, span.end, f"word {strength(span.weight, strongest)}", label, f"w{number}")


def _reasons(visit: GroupVisitOut | None) -> Iterator[Mark]:
    for number, span in enumerate(visit.reasons if visit else []):
        label = text("letter.reason_label", reason=word("reason", span.code))
        yield Mark(span.start, span.end, "together", label, f"g{number}")


def _dangers(view: LetterOut) -> Iterator[Mark]:
    for number, caution in enumerate(view.warnings):
        if caution.start is not None and caution.end is not None:
            yield Mark(caution.start, caution.end, "danger", word("warning", caution.code), f"d{number}")


def _compared(view: LetterOut, other: SimilarOut) -> SimilarLetter:
    label = text("similar.shared_label")
    found = [Mark(span.a_start, span.a_end, "shared", label) for span in other.evidence.shared]
    return SimilarLetter(other, _cut(other.letter, found), quotes(view.text, other.evidence.new_in_b))


def quotes(whole: str, spans: Sequence[SpanOut]) -> list[str]:
    """Quote passages of a text; those of one sentence that only punctuation parts are quoted as one."""
    joined: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span.start):
        gap = whole[joined[-1][1] : span.start] if joined else "\n"
        if any(character.isalnum() or character in SENTENCE_ENDS for character in gap):
            joined.append((span.start, span.end))
        else:
            joined[-1] = (joined[-1][0], max(joined[-1][1], span.end))
    found = [whole[start:end].strip() for start, end in joined]
    return [quote for quote in found if any(character.isalnum() for character in quote)]


def _same_matter(view: LetterOut, other: LetterOut) -> bool:
    return view.matter is not None and other.matter is not None and view.matter.id == other.matter.id


def _cut(view: LetterOut, found: list[Mark]) -> MarkedLetter:
    """Cut title and body apart; the line break between them belongs to neither."""
    title, body = len(view.title or ""), len(view.body or "")
    whole = view.text
    return MarkedLetter(segments(whole, found, 0, title), segments(whole, found, len(whole) - body, len(whole)))
