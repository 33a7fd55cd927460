"""Counts what data/ holds, for the data card: `python -m tests.data.card` writes the tables into data/README.md."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from model.letter_file import read_rows
from model.package_data import data_folder
from model.records import LEVELS
from training.corpus import corpus_files, letter_of, records, shipped_taxonomy

CARD = data_folder() / "README.md"
BEGIN, END = "<!-- counts: begin -->\n", "<!-- counts: end -->\n"
PURPOSES = ("appeal", "suggestion", "accusation")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95)
SHORT, LONG = 80, 850
NOT_JUDGED = "not judged"
JUDGEMENTS = (*LEVELS, NOT_JUDGED)


def tables() -> str:
    """Return all tables of counts in Markdown."""
    letters = [(file.name, record) for file in corpus_files("letters") for record in records(file)]
    sections = {
        "Letters by category": _by_category([record for _, record in letters]),
        "Letters by level and purpose": _by_level([record for _, record in letters]),
        "Labelled passages": _spans([record for _, record in letters]),
        "Length in characters of title and body": _lengths(letters),
        "Pairs": _pairs(),
        "Matters and sample": _others(),
    }
    return "\n".join(f"### {heading}\n\n{table}" for heading, table in sections.items())


def written_card() -> str:
    """Return the card as it should be, with the tables of today."""
    before, rest = CARD.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + tables() + END + rest.split(END)[1]


def _table(heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _by_category(letters: Sequence[dict[str, Any]]) -> str:
    taxonomy = shipped_taxonomy()
    counts = Counter((taxonomy.parents[record["category"]], record.get("level", NOT_JUDGED)) for record in letters)
    classes = Counter(record["category"] for record in letters)
    rows: list[list[Any]] = []
    for category in taxonomy.categories:
        by_level = [counts[category.code, level] for level in JUDGEMENTS]
        fewest = min(classes[entry.code] for entry in category.classes)
        rows.append([category.code, category.name, sum(by_level), *by_level, len(category.classes), fewest])
    totals = [sum(column) for column in list(zip(*rows, strict=True))[2:-1]]
    heading = ("category", "name", "letters", *JUDGEMENTS, "classes", "letters of the smallest class")
    return _table(heading, [*rows, ["all", "", *totals, min(classes.values())]])


def _by_level(letters: Sequence[dict[str, Any]]) -> str:
    counts = Counter((record.get("level", NOT_JUDGED), record.get("purpose", PURPOSES[0])) for record in letters)
    rows = [[level, *(counts[level, purpose] for purpose in PURPOSES)] for level in JUDGEMENTS]
    return _table(("level", *PURPOSES), rows)


def _spans(letters: Sequence[dict[str, Any]]) -> str:
    counts = Counter(span["label"] for record in letters for span in record.get("spans", ()))
    stated = Counter(record["people"]["unit"] for record in letters if record.get("people"))
    rows = [
        *sorted(counts.items()),
        *((f"letters with a number: {unit}", count) for unit, count in sorted(stated.items())),
    ]
    return _table(("label", "passages"), rows)


def _lengths(letters: Sequence[tuple[str, dict[str, Any]]]) -> str:
    by_file: dict[str, list[int]] = {}
    for name, record in letters:
        by_file.setdefault(name, []).append(len(letter_of(record).text))
    by_file["all"] = [length for lengths in by_file.values() for length in lengths]
    rows = []
    for name, lengths in by_file.items():
        quantiles = [int(value) for value in np.quantile(lengths, QUANTILES, method="lower")]
        shares = (np.mean(np.array(lengths) < SHORT), np.mean(np.array(lengths) > LONG))
        rows.append([name, len(lengths), *quantiles, max(lengths), *(f"{share:.1%}" for share in shares)])
    heading = ("file", "letters", *(f"{quantile:.0%}" for quantile in QUANTILES), "longest", f"< {SHORT}", f"> {LONG}")
    return _table(heading, rows)


def _pairs() -> str:
    pairs = list(records(data_folder() / "pairs" / "pairs.jsonl"))
    counts = Counter((pair["label"], pair["kind"]) for pair in pairs)
    return _table(
        ("label", "kind", "pairs"), [*([*key, counts[key]] for key in sorted(counts)), ["all", "", len(pairs)]]
    )


def _others() -> str:
    matters = list(records(data_folder() / "pairs" / "matters.jsonl"))
    placed = [record for file in corpus_files("pairs") if file.name.startswith("matters-") for record in records(file)]
    sample = list(read_rows(data_folder() / "sample" / "inbox.xlsx"))
    channels = Counter(row.fields["channel"] for row in sample)
    passages = list(records(data_folder() / "personal" / "passages.jsonl"))
    rows = [
        ["passages.jsonl: passages", len(passages)],
        ["passages.jsonl: marks", sum(passage["text"].count("‹") for passage in passages)],
        ["matters.jsonl: letters", len(matters)],
        ["matters.jsonl: matters", len({record["matter"] for record in matters})],
        ["matters.jsonl: groups of matters easily confused", len({record["group"] for record in matters})],
        ["matters-*.jsonl: letters", len(placed)],
        ["matters-*.jsonl: copies", sum("copy_of" in record for record in placed)],
        ["matters-*.jsonl: matters", len({(record["group"], record["place"], record["problem"]) for record in placed})],
        ["matters-*.jsonl: groups of matters easily confused", len({record["group"] for record in placed})],
        ["inbox.xlsx: letters", len(sample)],
        *([f"inbox.xlsx: {channel}", count] for channel, count in channels.most_common()),
    ]
    return _table(("what", "count"), rows)


if __name__ == "__main__":
    CARD.write_text(written_card(), encoding="utf-8")
