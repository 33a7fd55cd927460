"""Words of a clean text, by jieba with our own dictionary."""

from collections.abc import Iterator
from functools import cache
from itertools import accumulate

import jieba

from model.words.tables import lines

LONGEST_PIECE = 1000
MARKS = "\n。，,;；!?！？、 "


@cache
def _tokenizer() -> jieba.Tokenizer:
    """Build the tokenizer once, from the dictionary file itself.

    jieba would cache its table in the shared temporary folder and trust whatever lies there; we fill it
    directly, which also makes reading thread-safe from the first call.
    """
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in lines("user_dictionary"):
        tokenizer.add_word(word)
    return tokenizer


def load() -> None:
    """Read the dictionary now, so that the first letter does not wait for it."""
    _tokenizer()


def words(text: str) -> tuple[list[str], list[int]]:
    """Cut a clean text into words.

    Returns the words in order and the start of each; words cover the text without gaps.
    """
    cut = [word for piece in _pieces(text) for word in _tokenizer().lcut(piece)]
    return cut, [0, *accumulate(map(len, cut))][:-1]


def _pieces(text: str) -> Iterator[str]:
    """Cut a long text behind a mark, where no word goes across, or after 1,000 characters without any.

    The segmenter takes the square of the length of what stands between two marks.
    """
    start = 0
    while len(text) - start > LONGEST_PIECE:
        marks = [text.rfind(mark, start, start + LONGEST_PIECE) for mark in MARKS]
        end = max(marks) + 1 if max(marks) > start else start + LONGEST_PIECE
        yield text[start:end]
        start = end
    yield text[start:]
