"""An office's own labelled letters, read from a file and checked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import FileError, TaxonomyError
from model.letter_file import read_rows
from model.records import Letter, People
from model.taxonomy import Category, Taxonomy
from training.corpus import Example

MOST_NAMED = 5
LEVELS_BY_NAME = {"0": "none", "1": "watch", "2": "warning", "none": "none", "watch": "watch", "warning": "warning"}


@dataclass(frozen=True)
class Dataset:
    """Letters with codes of a taxonomy, and what was left out and why."""

    examples: tuple[Example, ...]
    taxonomy: Taxonomy
    warnings: tuple[str, ...]


def read_dataset(path: Path, shipped: Taxonomy, required: Taxonomy | None = None) -> Dataset:
    """Read a training file with a text and a `label` for each letter.

    Labels are codes or names of the taxonomy. If any is neither, all are taken literally, as one level of categories
    of their own; with `required`, an unknown label raises TaxonomyError. Rows without text or label are left out and
    named in the warnings. Raises FileError if nothing usable is left.
    """
    found: list[tuple[Letter, str]] = []
    warnings: list[str] = []
    for row in read_rows(path):
        reason = row.error or _lacking(row.fields)
        if reason:
            warnings.append(f"row {row.number}: {reason}")
        else:
            found.append((_letter(row.number, row.fields), str(row.fields["label"]).strip()))
    if len({label for _, label in found}) < 2:
        raise FileError(
            f"{path.name}: needs letters of two labels at least; first problem: {(warnings or ['none'])[0]}"
        )
    taxonomy, codes = _codes([label for _, label in found], required or shipped, strict=required is not None)
    examples = tuple(Example(letter, code) for (letter, _), code in zip(found, codes, strict=True))
    return Dataset(examples, taxonomy, (*warnings, *_sparse(codes)))


def read_levels(path: Path) -> list[Example]:
    """Read letters with a group-visit `level` (none, watch, warning, or 0, 1, 2) for measuring.

    Raises FileError, naming the row, on a level that is none of these.
    """
    examples = []
    for row in read_rows(path):
        level = LEVELS_BY_NAME.get(str(row.fields.get("level")).strip())
        if row.error or level is None:
            raise FileError(f"{path.name}: row {row.number}: {row.error or 'level must be none, watch or warning'}")
        people = row.fields.get("size") or (row.fields.get("people") or {}).get("count")
        stated = People(int(people), "person") if people else None
        examples.append(Example(_letter(row.number, row.fields), "", level=level, people=stated))
    return examples


def _lacking(fields: dict[str, Any]) -> str | None:
    if not any(str(fields.get(key) or "").strip() for key in ("title", "body", "text")):
        return "has no text; fill title or body"
    if not str(fields.get("label") or "").strip():
        return "has no label; fill the column `label`"
    return None


def _letter(number: int, fields: dict[str, Any]) -> Letter:
    body = fields.get("body") or fields.get("text") or ""
    return Letter(id=str(fields.get("id") or number), title=str(fields.get("title") or ""), body=str(body))


def _codes(labels: Sequence[str], taxonomy: Taxonomy, strict: bool) -> tuple[Taxonomy, list[str]]:
    codes = [taxonomy.find(label) for label in labels]
    unknown = [(i, label) for i, label in enumerate(labels, 1) if codes[i - 1] is None]
    if not unknown:
        return taxonomy, [code for code in codes if code is not None]
    if strict:
        named = "; ".join(f"row {row}: {label!r}" for row, label in unknown[:MOST_NAMED])
        raise TaxonomyError(f"{len(unknown)} labels are not in the taxonomy ({named}); correct them or add the codes")
    literal = Taxonomy(tuple(Category(label, label, "", ()) for label in sorted(set(labels))))
    return literal, list(labels)


def _sparse(codes: Sequence[str]) -> list[str]:
    return [
        f"category {code!r} has {count} letters only; it is kept, but expect it to need review"
        for code, count in sorted(Counter(codes).items())
        if count < 5
    ]
