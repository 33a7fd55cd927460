"""The words by which letters are found: of a text, and of what somebody looks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from model.segment import segmenter
from model.text import clean_text
from service.known import Forms
from service.personal import find_personal

MOST_WANTED = 20
# Longer ones are no words; all databases take these.
LONGEST = 40
# Beyond so many words a letter repeats itself; the databases count no further.
MOST_WORDS = 16_000
_WORD = re.compile(r"[^\W_]+")
_QUOTES = re.compile('["“”]')
# A masked name or number, with the signs of it that may be read: nobody is to be found by these.
_MASKED = re.compile(r"(?:[0-9a-z][0-9a-z -]{0,24}|\w)?\*[* -]*[0-9a-z]{0,4}")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in their order, and the shorter words inside them."""

    words: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text must hold: all phrases, each of one word or of several that follow each other; None finds nothing."""

    phrases: tuple[tuple[str, ...], ...] | None


def words_of(title: str, body: str) -> Words:
    """Return the words by which a letter is found; what its text masks is none."""
    clean = _MASKED.sub(" ", clean_text(f"{title}\n{body}").text)
    words = tuple(_words(clean))[:MOST_WORDS]
    parts = {part for word in set(words) for part in _parts(word)} - set(words)
    return Words(words, tuple(sorted(parts))[:MOST_WORDS])


def wanted_of(text: str) -> Wanted:
    """Return what is looked for: all words, and what stands between quotation marks as it stands there.

    A number of a phone or a person finds nothing. Raises ValueError, saying what to do, if there is no word to look
    for, if there are too many, or if a quotation mark is not closed.
    """
    if find_personal(text, Forms([], [])):
        return Wanted(None)
    pieces = _QUOTES.split(clean_text(text).text)
    if len(pieces) % 2 == 0:
        raise ValueError("close the quotation mark")
    phrases: dict[tuple[str, ...], None] = {}
    for number, piece in enumerate(pieces):
        words = list(_words(piece))
        phrases |= dict.fromkeys([tuple(words)] if number % 2 and words else ((word,) for word in words))
    if not phrases:
        raise ValueError("give a word to look for; signs and very common words find nothing")
    if sum(map(len, phrases)) > MOST_WANTED:
        raise ValueError(f"give {MOST_WANTED} words at most")
    return Wanted(tuple(phrases))


def _words(clean: str) -> Iterator[str]:
    common = _common()
    for token in segmenter().cut(clean):
        if token.isalnum():
            if token not in common:
                yield token[:LONGEST]
        elif not token.isspace():
            yield from (word[:LONGEST] for word in _WORD.findall(token) if word not in common)


@lru_cache(maxsize=1 << 12)
def _parts(word: str) -> tuple[str, ...]:
    """Return the shorter words inside a word; of a word that no dictionary knows every two signs may be one."""
    if len(word) < 3 or word.isascii():
        return ()
    knows = segmenter().knows
    known = knows(word)
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    threes = [word[i : i + 3] for i in range(len(word) - 2)] if len(word) > 3 else []
    return tuple(dict.fromkeys(part for part in (*pairs, *threes) if not known or knows(part)))


@cache
def _common() -> frozenset[str]:
    """Return the words that nearly every letter holds."""
    return frozenset(files("service.texts").joinpath("stop_words.txt").read_text(encoding="utf-8").split())
