"""Words of a clean text, by jieba's method with our own dictionary.

Two segmenters do the same: `rjieba`, written in Rust and about fifteen times as fast, and `jieba`, the reference, for
machines that rjieba has no package for. A model remembers by which it was trained and reads by no other.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Literal, Protocol

import jieba

from model.words.tables import lines

Name = Literal["rjieba", "jieba"]
DEFAULT: Name = "rjieba" if find_spec("rjieba") else "jieba"
LONGEST_PIECE = 1000
MARKS = "\n。，,;；!?！？、 "


class Segmenter(Protocol):
    """Cuts a clean text into words that cover it without gaps."""

    def cut(self, text: str) -> list[str]:
        """Return the words in order."""

    def tagged(self, text: str) -> list[tuple[str, str]]:
        """Return the words in order, each with its part of speech."""

    def knows(self, word: str) -> bool:
        """Say whether the dictionary holds a word."""


class Jieba:
    """The reference, in Python."""

    def __init__(self) -> None:
        # jieba would cache its table in the shared temporary folder and trust whatever lies there; we fill it
        # directly, which also makes reading thread-safe from the first call.
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.FREQ, self._tokenizer.total = self._tokenizer.gen_pfdict(self._tokenizer.get_dict_file())
        self._tokenizer.initialized = True
        for word in lines("user_dictionary"):
            self._tokenizer.add_word(word)

    def cut(self, text: str) -> list[str]:
        """Return the words in order."""
        return [word for piece in _pieces(text) for word in self._tokenizer.lcut(piece)]

    def tagged(self, text: str) -> list[tuple[str, str]]:
        """Return the words in order, each with its part of speech."""
        tagger = self._tagger()
        return [(pair.word, pair.flag) for piece in _pieces(text) for pair in tagger.lcut(piece)]

    def knows(self, word: str) -> bool:
        """Say whether the dictionary holds a word."""
        return bool(self._tokenizer.FREQ.get(word))

    @cache  # noqa: B019 - there is one segmenter of each name in a process
    def _tagger(self) -> Any:
        """Return the tagger; its table of parts of speech is read when it is first needed."""
        return import_module("jieba.posseg").POSTokenizer(self._tokenizer)


class RustJieba:
    """The same method and dictionary in Rust; 99.99 % of word bounds agree on our letters."""

    def __init__(self) -> None:
        self._tokenizer = import_module("rjieba").Jieba()
        for word in lines("user_dictionary"):
            self._tokenizer.add_word(word, self._tokenizer.suggest_freq(word), None)

    def cut(self, text: str) -> list[str]:
        """Return the words in order."""
        return list(self._tokenizer.cut(text))

    def tagged(self, text: str) -> list[tuple[str, str]]:
        """Return the words in order, each with its part of speech."""
        return list(self._tokenizer.tag(text))

    def knows(self, word: str) -> bool:
        """Say whether the dictionary holds a word."""
        return bool(self._tokenizer.has_word(word))


def segmenter(name: Name = DEFAULT) -> Segmenter:
    """Return the segmenter of a name; its dictionary is read once."""
    # The cache would take a default and the same name, given, for two.
    return _made(name)


@cache
def _made(name: Name) -> Segmenter:
    return RustJieba() if name == "rjieba" else Jieba()


def identity(name: Name) -> str:
    """Return the name and version of a segmenter, as installed."""
    return f"{name} {version(name)}" if find_spec(name) else f"no {name}"


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text behind a mark, where no word goes across, or after 1,000 characters without any.

    jieba takes the square of the length of what stands between two marks.
    """
    start = 0
    while len(text) - start > LONGEST_PIECE:
        marks = [text.rfind(mark, start, start + LONGEST_PIECE) for mark in MARKS]
        end = max(marks) + 1 if max(marks) > start else start + LONGEST_PIECE
        yield text[start:end]
        start = end
    yield text[start:]
