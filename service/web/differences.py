"""What is new in a letter beside an earlier one, and what is gone: by words where the letters are close."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

from model.segment import segmenter

# Letters that say the same in other words differ in nearly every word; then passages tell more than words.
CLOSE = 0.4
# The comparison takes the product of both lengths at worst.
MOST_WORDS = 3000

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """Spans of the earlier text that the later one lacks, and of the later text that are new."""

    gone: list[Span]
    new: list[Span]


def difference(earlier: str, later: str) -> Difference | None:
    """Compare two texts by words; None if they are too far apart, or too long, for that to help anybody."""
    one, other = segmenter().cut(earlier), segmenter().cut(later)
    if max(len(one), len(other)) > MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() < CLOSE or matcher.ratio() < CLOSE:
        return None
    starts, other_starts = _starts(one), _starts(other)
    changes = [change for change in matcher.get_opcodes() if change[0] != "equal"]
    return Difference(
        [(starts[a], starts[b]) for _, a, b, _, _ in changes if _says(one[a:b])],
        [(other_starts[a], other_starts[b]) for _, _, _, a, b in changes if _says(other[a:b])],
    )


def _starts(words: list[str]) -> list[int]:
    return [0, *accumulate(len(word) for word in words)]


def _says(words: list[str]) -> bool:
    """Say whether words hold more than marks and blanks."""
    return any(character.isalnum() for word in words for character in word)
