"""Copies of letters as offices meet them: edited, reordered, partly written anew, shortened, badly scanned."""

import random
from collections.abc import Callable

from bench.inbox import NAME_CHARACTERS, Inbox, sentences_of

_LOOKALIKE = (
    *("己已巳", "未末", "土士", "日曰", "人入", "大太犬", "木本", "天夭"),
    *("干千于", "贝见", "困因", "拔拨", "侯候", "折拆"),
)
_SOUNDALIKE = (
    *("的得地", "在再", "做作", "以已", "名明", "帐账", "象像"),
    *("那哪", "他她它", "到道", "是事", "有又", "请清", "工公"),
)


def edited(share: float) -> Callable[[str, Inbox, random.Random], str]:
    """Return a copyist who substitutes, drops, doubles or swaps a share of the characters."""

    def copy(text: str, inbox: Inbox, rng: random.Random) -> str:
        foreign = inbox.sentence(rng) + NAME_CHARACTERS
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
            character = rng.choice(NAME_CHARACTERS)
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
