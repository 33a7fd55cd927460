"""A million invented letters from the shipped corpus, and copies of them as offices meet them.

Letter `number` of a seed is made anew from both, so that none needs to be kept. Nothing here knows the model.
"""

import json
import random
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

CORPUS = Path(__file__).resolve().parent.parent / "data"
_CLAUSE = re.compile(r"[^，。！？；\n]{4,40}")
_SENTENCE = re.compile(r"(?<=[。！？\n])")
_NAMED = re.compile(r"[一-龥]{2}(?=小区|花园|公寓|村|镇|路|街|公司|厂|小学|中学|医院)")
_DIGITS = re.compile(r"\d+")
# Characters of which names of places and firms are made.
_NAME_CHARACTERS = (
    "青云白石清河东西南北金银翠竹龙凤华新丰安和平明长永福泰兴隆春秋林泉松柏梅兰星月江湖海山岭坪塘桥溪港湾岩沙柳杨桂枫荷"
)
_LOOKALIKE = (
    *("己已巳", "未末", "土士", "日曰", "人入", "大太犬", "木本", "天夭"),
    *("干千于", "贝见", "困因", "拔拨", "侯候", "折拆"),
)
_SOUNDALIKE = (
    *("的得地", "在再", "做作", "以已", "名明", "帐账", "象像"),
    *("那哪", "他她它", "到道", "是事", "有又", "请清", "工公"),
)


class Inbox:
    """Letters of a seed: clauses of several letters of one kind, with names and numbers of their own."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @cached_property
    def _kinds(self) -> list[list[list[str]]]:
        """Return for each category the clauses of its letters."""
        kinds: dict[str, list[list[str]]] = {}
        for file in sorted((CORPUS / "letters").glob("*.jsonl")):
            for line in file.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                clauses = _CLAUSE.findall(record["body"])
                if len(clauses) > 3:
                    kinds.setdefault(record["category"].split(".")[0], []).append(clauses)
        return [kinds[name] for name in sorted(kinds)]

    def letter(self, number: int) -> str:
        """Return the text of a letter."""
        rng = random.Random(f"{self.seed}-{number}")  # noqa: S311 - no secret depends on it
        sources = rng.choice(self._kinds)
        names = ["".join(rng.sample(_NAME_CHARACTERS, 2)) for _ in range(3)]
        sentences = [self._sentence(sources, rng) for _ in range(rng.randint(3, 9))]
        text = _NAMED.sub(lambda _: rng.choice(names), "".join(sentences))
        return _DIGITS.sub(lambda match: str(rng.randint(1, 10 ** min(len(match[0]), 6))), text)

    def _sentence(self, sources: list[list[str]], rng: random.Random) -> str:
        clauses = [rng.choice(rng.choice(sources)) for _ in range(rng.randint(2, 4))]
        return "，".join(clauses) + rng.choice("。。。！？")

    def sentence(self, rng: random.Random) -> str:
        """Return a sentence that some letter might have."""
        return self._sentence(rng.choice(self._kinds), rng)


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]


def edited(share: float) -> Callable[[str, Inbox, random.Random], str]:
    """Return a copyist who substitutes, drops, doubles or swaps a share of the characters."""

    def copy(text: str, inbox: Inbox, rng: random.Random) -> str:
        foreign = inbox.sentence(rng) + _NAME_CHARACTERS
        characters = list(text)
        for place in rng.sample(range(len(characters)), round(share * len(characters))):
            how = rng.randrange(4)
            if how == 0:
                characters[place] = rng.choice(foreign)
            elif how == 1:
                characters[place] = ""
            elif how == 2:
                characters[place] += rng.choice(foreign)
            elif place + 1 < len(characters):
                characters[place], characters[place + 1] = characters[place + 1], characters[place]
        return "".join(characters)

    return copy


def reordered(text: str, _: Inbox, rng: random.Random) -> str:
    """Return a text with its sentences in another order."""
    sentences = sentences_of(text)
    rng.shuffle(sentences)
    return "".join(sentences)


def replaced(share: float) -> Callable[[str, Inbox, random.Random], str]:
    """Return a copyist who writes a share of the sentences anew."""

    def copy(text: str, inbox: Inbox, rng: random.Random) -> str:
        sentences = sentences_of(text)
        for place in rng.sample(range(len(sentences)), max(1, round(share * len(sentences)))):
            sentences[place] = inbox.sentence(rng)
        return "".join(sentences)

    return copy


def shortened(text: str, _: Inbox, rng: random.Random) -> str:
    """Return a third of a text: a run of its sentences, cut."""
    sentences = sentences_of(text)
    start = rng.randrange(len(sentences))
    turned = "".join(sentences[start:] + sentences[:start])
    return turned[: max(20, len(text) // 3)]


def scanned(text: str, _: Inbox, rng: random.Random) -> str:
    """Return a text as a bad scan reads: like characters mistaken, marks lost, lines broken, characters lost."""
    mistakes = {one: group.replace(one, "") for group in (*_LOOKALIKE, *_SOUNDALIKE) for one in group}
    characters = []
    for character in text:
        chance = rng.random()
        if character in "，。！？；" and chance < 0.4:
            continue
        if chance < 0.04:
            continue
        if character in mistakes and chance < 0.5:
            character = rng.choice(mistakes[character])
        elif chance < 0.08:
            character = rng.choice(_NAME_CHARACTERS)
        characters.append(character + ("\n" if rng.random() < 0.04 else ""))
    return "".join(characters)


COPYISTS: dict[str, Callable[[str, Inbox, random.Random], str]] = {
    "5 % edited": edited(0.05),
    "15 % edited": edited(0.15),
    "30 % edited": edited(0.30),
    "reordered": reordered,
    "20 % replaced": replaced(0.2),
    "40 % replaced": replaced(0.4),
    "a third": shortened,
    "scanned": scanned,
}
