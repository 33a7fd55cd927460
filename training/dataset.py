"""An office's own labelled letters, read from a file and checked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from model.errors import FileError, TaxonomyError
from model.letter_file import Row, read_rows
from model.records import Letter, People, RelationName
from model.taxonomy import Category, Taxonomy
from training.corpus import Example, Pair, pair_of

MOST_NAMED = 5
LEVELS_BY_NAME = {"0": "none", "1": "watch", "2": "warning", "none": "none", "watch": "watch", "warning": "warning"}


@dataclass(frozen=True)
class Dataset:
    """Letters with codes of a taxonomy, how many rows were left out, and why."""

    examples: tuple[Example, ...]
    taxonomy: Taxonomy
    warnings: tuple[str, ...]
    refused: int = 0


def read_dataset(path: Path, shipped: Taxonomy, required: Taxonomy | None = None) -> Dataset:
    """Read a training file with a text and a `label` for each letter.

    Labels are codes or names of the taxonomy. If any is neither, all are taken literally, as one level of categories
    of their own; with `required`, an unknown label raises TaxonomyError. Rows without text or label are left out and
    named in the warnings. Raises FileError if nothing usable is left.
    """
    found: list[tuple[int, Letter, str]] = []
    warnings: list[str] = []
    for row in read_rows(path):
        reason = row.error or _lacking(row.fields)
        if reason:
            warnings.append(f"row {row.number}: {reason}")
        else:
            found.append((row.number, _letter(row), str(row.fields["label"]).strip()))
    if len({label for _, _, label in found}) < 2:
        raise FileError(
            f"{path.name}: needs letters of two labels at least; first problem: {(warnings or ['none'])[0]}"
        )
    labels = [(number, label) for number, _, label in found]
    taxonomy, codes = _codes(labels, required or shipped, strict=required is not None)
    examples = tuple(Example(letter, code, row=row) for (row, letter, _), code in zip(found, codes, strict=True))
    return Dataset(examples, taxonomy, (*warnings, *_sparse(codes)), len(warnings))


def read_texts(path: Path) -> list[str]:
    """Read the texts of letters without labels; rows without any are passed over. Raises FileError without texts."""
    letters = (_letter(row) for row in read_rows(path) if row.error is None)
    texts = [letter.text for letter in letters if letter.text.strip()]
    if not texts:
        raise FileError(f"{path.name}: holds no letters")
    return texts


def read_levels(path: Path) -> list[Example]:
    """Read letters with a group-visit `level` (none, watch, warning, or 0, 1, 2) for measuring.

    Raises FileError, naming the row, on a level or size that cannot be read, and on a file without letters.
    """
    examples = []
    for row in read_rows(path):
        level = LEVELS_BY_NAME.get(str(row.fields.get("level")).strip())
        if row.error or level is None:
            raise FileError(f"{path.name}: row {row.number}: {row.error or 'level must be none, watch or warning'}")
        examples.append(Example(_letter(row), "", level=level, people=_people(path, row)))
    if not examples:
        raise FileError(f"{path.name}: holds no letters")
    return examples


def _people(path: Path, row: Row) -> People | None:
    stated = row.fields.get("people")
    if stated is not None and not isinstance(stated, dict):
        raise FileError(f"{path.name}: row {row.number}: people must be an object with a count, not {stated!r}")
    size = row.fields.get("size") or (stated or {}).get("count")
    if size is None or size == "":
        return None
    try:
        return People(int(size), "person")
    except (TypeError, ValueError) as error:
        raise FileError(f"{path.name}: row {row.number}: size must be a whole number, not {size!r}") from error


def read_pairs(path: Path) -> list[Pair]:
    """Read labelled pairs, one {"a": letter, "b": letter, "label": relation} a line.

    Raises FileError, naming the row, on anything else, and on a file without pairs.
    """
    pairs = []
    for row in read_rows(path):
        reason = row.error or _pair_fault(row.fields)
        if reason:
            raise FileError(f"{path.name}: row {row.number}: {reason}")
        pairs.append(pair_of({"id": f"row {row.number}", **row.fields}))
    if not pairs:
        raise FileError(f"{path.name}: holds no pairs")
    return pairs


def _pair_fault(fields: dict[str, Any]) -> str | None:
    for side in ("a", "b"):
        if not isinstance(fields.get(side), dict):
            return f"{side} must be a letter"
        if not any(isinstance(fields[side].get(key), str) for key in ("title", "body", "text")):
            return f"{side} has no text; give it a title or a body"
    if fields.get("label") not in get_args(RelationName):
        return f"label must be one of {', '.join(get_args(RelationName))}"
    return None


def _lacking(fields: dict[str, Any]) -> str | None:
    if not any(str(fields.get(key) or "").strip() for key in ("title", "body", "text")):
        return "has no text; fill title or body"
    if fields.get("label") is None or not str(fields["label"]).strip():
        return "has no label; fill the column `label`"
    return None


def _letter(row: Row) -> Letter:
    body = row.fields.get("body") or row.fields.get("text") or ""
    return Letter(id=row.id, title=str(row.fields.get("title") or ""), body=str(body))


def _codes(labels: Sequence[tuple[int, str]], taxonomy: Taxonomy, strict: bool) -> tuple[Taxonomy, list[str]]:
    """Return the taxonomy that the labels, each with its row, belong to, and their codes in it."""
    codes = [taxonomy.find(label) for _, label in labels]
    unknown = [entry for entry, code in zip(labels, codes, strict=True) if code is None]
    if not unknown:
        return taxonomy, [code for code in codes if code is not None]
    if strict:
        named = "; ".join(f"row {row}: {label!r}" for row, label in unknown[:MOST_NAMED])
        raise TaxonomyError(f"{len(unknown)} labels are not in the taxonomy ({named}); correct them or add the codes")
    names = sorted({label for _, label in labels})
    return Taxonomy(tuple(Category(name, name, "", ()) for name in names)), [label for _, label in labels]


def check_codes(examples: Sequence[Example], taxonomy: Taxonomy) -> None:
    """Raise TaxonomyError unless the taxonomy holds the code of every example."""
    unknown = sorted({example.code for example in examples if taxonomy.find(example.code) is None})
    if unknown:
        named = ", ".join(unknown[:MOST_NAMED])
        raise TaxonomyError(f"the taxonomy lacks {len(unknown)} codes of the letters ({named}); give --letters with it")


def _sparse(codes: Sequence[str]) -> list[str]:
    return [
        f"category {code!r} has {count} letters only; it is kept, but expect it to need review"
        for code, count in sorted(Counter(codes).items())
        if count < 5
    ]
