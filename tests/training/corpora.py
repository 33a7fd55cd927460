"""A small corpus with everything that ships: letters, taxonomy, pairs and matters."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from model.taxonomy import Category, Taxonomy
from tests.factories import letter, taxonomy
from tests.model.letters import EXAMPLES, MATTERS, labelled_pairs
from training.corpus import Example, MatterLetter, Pair

SMALL_EXAMPLES = [
    Example(letter(example.text, f"small-{i}"), example.code, example.purpose, example.level)
    for i, example in enumerate(EXAMPLES)
]
SMALL_PAIRS = [
    Pair(letter(a, f"{i}a"), letter(b, f"{i}b"), label, f"pair-{i}") for i, (a, b, label) in enumerate(labelled_pairs())
]
SMALL_MATTERS = [
    MatterLetter(letter(text, f"matter-{i}-{j}"), f"group-{i // 2}.{i % 2}", f"group-{i // 2}")
    for i, texts in enumerate(MATTERS)
    for j, text in enumerate(texts)
]
OWN_LABELS = {"labour": "欠薪社保", "transport": "出行", "education": "上学/幼儿园"}
_LENT_CODES = (
    "construction.property",
    "transport.road",
    "labour.wages",
    "education.enrolment",
    "environment.water",
    "health.hospital",
)
LENDERS = [
    Example(letter(text, f"lender-{code}-{i}"), code)
    for code, texts in zip(_LENT_CODES, MATTERS, strict=True)
    for i, text in enumerate(texts)
]


def small_taxonomy() -> Taxonomy:
    return taxonomy(*dict.fromkeys(example.code for example in EXAMPLES))


def literal_taxonomy(*labels: str) -> Taxonomy:
    """Return the one level that labels make which are neither codes nor names."""
    return Taxonomy(tuple(Category(label, label, "", ()) for label in labels))


def stand_in(patch: pytest.MonkeyPatch) -> None:
    """Let the small corpus stand for all that ships, and a dozen letters for those that are lent."""
    patch.setattr("training.cli.shipped_examples", lambda: SMALL_EXAMPLES)
    patch.setattr("training.relation.shipped_pairs", lambda: SMALL_PAIRS)
    patch.setattr("training.relation.shipped_matters", lambda: SMALL_MATTERS)
    patch.setattr("training.borrowing.shipped_examples", lambda: LENDERS)
    for module in ("cli", "archive", "borrowing"):
        patch.setattr(f"training.{module}.shipped_taxonomy", small_taxonomy)


def written(file: Path, *rows: Any) -> Path:
    """Write rows as JSON lines; a string is a line as it stands."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def labelled(label_of: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """Return rows of a training file: the small letters under their level-1 codes, or under other labels."""
    codes = [(example.text, example.code.split(".")[0]) for example in EXAMPLES]
    return [{"text": text, "label": (label_of or {}).get(code, code)} for text, code in codes]
