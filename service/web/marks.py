"""What is highlighted in a letter: the words that decided, what speaks of acting together, danger, shared passages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.schemas.results import CategoryOut, GroupVisitOut, SpanOut
from service.schemas.views import LetterOut, SimilarOut
from service.texts import text
from service.web.differences import Span, difference
from service.web.segments import Mark, Segment, segments
from service.web.words import word

MOST_WEIGHTS = 8
# So much of a letter may be marked as new.
MOST_NEW = 0.6
SENTENCE_ENDS = frozenset("\n。！？；!?;")


@dataclass(frozen=True, slots=True)
class MarkedLetter:
    """Title and body of a letter, cut where marks begin and end."""

    title: tuple[Segment, ...]
    body: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class SimilarLetter:
    """Another letter with what it shares with this one marked, and what is new in this one quoted.

    Where both are close, `by_words`, what is gone is marked instead.
    """

    view: SimilarOut
    marked: MarkedLetter
    fresh: list[str]
    by_words: bool


def marked(view: LetterOut, fresh: Sequence[Span] = ()) -> MarkedLetter:
    """Mark in a letter what decided about it, and what is new in it."""
    new = [Mark(start, end, "new", text("similar.new_label")) for start, end in fresh]
    return _cut(view, [*_weights(view.category), *_reasons(view.group_visit), *_dangers(view), *new])


def fresh_in(view: LetterOut, together: Sequence[SimilarLetter]) -> tuple[list[Span], LetterOut | None]:
    """Return what is new in a letter beside the newest earlier one of its matter, and which one that is."""
    earlier = [one.view for one in together if one.view.letter.received_at <= view.received_at]
    if not earlier:
        return [], None
    last = max(earlier, key=lambda one: (one.letter.received_at, one.score))
    words = difference(last.letter.text, view.text)
    new = words.new if words else [(one.start, one.end) for one in last.evidence.new_in_b]
    # Where most of a letter is new, marks all over it would point at nothing.
    few = sum(end - start for start, end in new) <= MOST_NEW * len(view.text)
    return new if few else [], last.letter


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
    words = difference(other.letter.text, view.text)
    if words is None:
        shared = text("similar.shared_label")
        found = [Mark(span.a_start, span.a_end, "shared", shared) for span in other.evidence.shared]
        return SimilarLetter(other, _cut(other.letter, found), quotes(view.text, other.evidence.new_in_b), False)
    gone = [Mark(start, end, "gone", text("similar.gone_label")) for start, end in words.gone]
    new = [SpanOut(start=start, end=end, text=view.text[start:end]) for start, end in words.new]
    return SimilarLetter(other, _cut(other.letter, gone), quotes(view.text, new), True)


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
