"""A million invented letters from the shipped corpus.

Letter `number` of a seed is made anew from both, so that none needs to be kept. Nothing here knows the model.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

import rjieba

CORPUS = Path(__file__).resolve().parent.parent / "data"
# Characters of which names of places and firms are made.
NAME_CHARACTERS = (
    "青云白石清河东西南北金银翠竹龙凤华新丰安和平明长永福泰兴隆春秋林泉松柏梅兰星月江湖海山岭坪塘桥溪港湾岩沙柳杨桂枫荷"
)
# How often a word gives way to another that stood between the same two words elsewhere.
_VARIED = 0.3
_CLAUSE = re.compile(r"[^，。！？；\n]{4,40}")
_SENTENCE = re.compile(r"(?<=[。！？\n])")
_NAMED = re.compile(r"[一-龥]{2}(?=小区|花园|公寓|村|镇|路|街|公司|厂|小学|中学|医院)")
_WORD = re.compile(r"[一-龥]{2,}")
_DIGITS = re.compile(r"\d+")

# A word of a clause with the words that may take its place.
Slot = tuple[str, Sequence[str]]
Clause = Sequence[Slot]


def _bodies() -> Iterator[tuple[str, str]]:
    """Yield the bodies of the shipped letters, each with its kind."""
    for file in sorted((CORPUS / "letters").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            yield record["category"].split(".")[0], record["body"]
    for file in sorted((CORPUS / "pairs").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            yield "pairs", record["a"]["body"] if "a" in record else record["body"]


def _fillers(letters: Sequence[Sequence[Sequence[str]]]) -> Mapping[tuple[str, str], Sequence[str]]:
    """Return the words of two characters and more that stand between each two words or edges of clauses."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for clauses in letters:
        for words in clauses:
            around = ["", *words, ""]
            for before, word, after in zip(around, words, around[2:], strict=False):
                if _WORD.fullmatch(word):
                    found.setdefault((before, after), {})[word] = None
    return {place: list(words) for place, words in found.items() if len(words) > 1}


@cache
def _kinds() -> Sequence[Sequence[Sequence[Clause]]]:
    """Return for each kind the clauses of its letters."""
    cut = [(kind, [rjieba.cut(clause) for clause in _CLAUSE.findall(body)]) for kind, body in _bodies()]
    fillers = _fillers([clauses for _, clauses in cut])
    kinds: dict[str, list[list[Clause]]] = {}
    for kind, clauses in cut:
        if len(clauses) > 3:
            kinds.setdefault(kind, []).append([_slots(words, fillers) for words in clauses])
    return [kinds[name] for name in sorted(kinds)]


def _slots(words: Sequence[str], fillers: Mapping[tuple[str, str], Sequence[str]]) -> Clause:
    around = ["", *words, ""]
    return [
        (word, fillers.get((before, after), ()) if _WORD.fullmatch(word) else ())
        for before, word, after in zip(around, words, around[2:], strict=False)
    ]


class Inbox:
    """Letters of a seed: clauses of several letters of one kind, varied, with names and numbers of their own."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @cached_property
    def _sizes(self) -> list[int]:
        return [len(letters) for letters in _kinds()]

    def letter(self, number: int) -> str:
        """Return the text of a letter."""
        rng = random.Random(f"{self.seed}-{number}")  # noqa: S311 - no secret depends on it
        (sources,) = rng.choices(_kinds(), self._sizes)
        names = ["".join(rng.sample(NAME_CHARACTERS, 2)) for _ in range(3)]
        sentences = [_sentence(sources, rng) for _ in range(rng.randint(3, 7))]
        text = _NAMED.sub(lambda _: rng.choice(names), "".join(sentences))
        return _DIGITS.sub(lambda match: str(rng.randint(1, 10 ** min(len(match[0]), 6))), text)

    def sentence(self, rng: random.Random) -> str:
        """Return a sentence that some letter might have."""
        (sources,) = rng.choices(_kinds(), self._sizes)
        return _sentence(sources, rng)


def _sentence(sources: Sequence[Sequence[Clause]], rng: random.Random) -> str:
    clauses = [_varied(rng.choice(rng.choice(sources)), rng) for _ in range(rng.randint(3, 5))]
    return "，".join(clauses) + rng.choice("。。。！？")


def _varied(clause: Clause, rng: random.Random) -> str:
    return "".join(rng.choice(others) if others and rng.random() < _VARIED else word for word, others in clause)


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
