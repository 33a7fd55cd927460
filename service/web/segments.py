"""Splits a text where marked passages begin and end, so that each piece knows which marks cover it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage [start, end) to highlight, in code points; `style` is its class on the page, `anchor` its id."""

    start: int
    end: int
    style: str
    label: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text that begins at `start`, with every mark that covers it."""

    start: int
    text: str
    marks: tuple[Mark, ...] = ()

    @property
    def styles(self) -> str:
        """Return the classes of the marks, each once."""
        return " ".join(dict.fromkeys(mark.style for mark in self.marks))

    @property
    def label(self) -> str:
        """Return what the marks say, each once."""
        return "\n".join(dict.fromkeys(mark.label for mark in self.marks if mark.label))

    @property
    def anchors(self) -> tuple[str, ...]:
        """Return the ids of the marks that begin here."""
        return tuple(mark.anchor for mark in self.marks if mark.anchor and mark.start == self.start)


def segments(text: str, marks: Sequence[Mark], start: int = 0, end: int | None = None) -> tuple[Segment, ...]:
    """Split text[start:end] at the ends of its marks, which may overlap.

    Marks count in the whole text. The pieces joined give text[start:end] back; a mark outside of it, or an empty one,
    covers nothing.
    """
    last = len(text) if end is None else min(end, len(text))
    first = max(start, 0)
    if first >= last:
        return ()
    inside = [mark for mark in marks if mark.start < mark.end and mark.start < last and mark.end > first]
    places = {place for mark in inside for place in (mark.start, mark.end) if first < place < last}
    cuts = sorted({first, last, *places})
    return tuple(
        Segment(a, text[a:b], tuple(mark for mark in inside if mark.start <= a and b <= mark.end))
        for a, b in pairwise(cuts)
    )
