"""Letters that tests invent by the hundred, and files of them."""

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

# One of so many letters repeats an earlier one, and one of so many is sent by two clients at once.
REPEATED, TWICE = 10, 20


def text(chance: Random) -> str:
    """Return a text that is about nothing, and so shares nothing with another."""
    return "".join(map(chr, chance.choices(range(0x4E00, 0x9FA5), k=60)))


def letters_of(chance: Random, count: int) -> list[Mapping[str, Any]]:
    made: list[Mapping[str, Any]] = []
    for number in range(count):
        again = number % REPEATED == REPEATED - 1
        body = chance.choice(made)["body"] + "请尽快答复。" if again else text(chance)
        made.append({"external_id": f"letter-{number}", "body": body, "petitioner": f"person-{number % 500}"})
    return made


def sent(letters: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return letters as they are sent, some of them twice in a row."""
    return [letter for number, letter in enumerate(letters) for _ in range(1 + (number % TWICE == 0))]


def file_of(chance: Random, rows: int) -> bytes:
    """Return a file of letters whose last row holds none."""
    bodies = [*(text(chance) for _ in range(rows - 1)), ""]
    return "".join(json.dumps({"body": body}, ensure_ascii=False) + "\n" for body in bodies).encode()
