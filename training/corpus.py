"""The shipped corpus: labelled letters, pairs and matters of data/."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from model.package_data import data_folder
from model.records import Letter, People, RelationName, Span
from model.taxonomy import Taxonomy, load_taxonomy
from model.when import parse_time

# Written pairs are mostly hard ones; letters of known matters come nearer to what offices receive.
PAIR_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class LabelledSpan(Span):
    """A passage of a letter that shows why it has its label."""

    label: str


@dataclass(frozen=True, slots=True)
class Example:
    """A letter with what is known of it.

    `code` is a category code of either level, `level` None where nobody has judged it, `row` the place in an office's
    file, counted from 1.
    """

    letter: Letter
    code: str
    purpose: str = "appeal"
    level: str | None = None
    people: People | None = None
    spans: tuple[LabelledSpan, ...] = ()
    row: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two letters and their relation.

    `weight` says how much the pair counts in training; pairs of one `group` never stand on both sides of a split.
    """

    a: Letter
    b: Letter
    label: str
    group: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class MatterLetter:
    """A letter whose matter, and the group of matters easily confused with it, is known.

    `place` and `problem` make the matter, where they are known; `text` is the id of the letter that it repeats, or its
    own.
    """

    letter: Letter
    matter: str
    group: str
    place: str = ""
    problem: str = ""
    text: str = ""

    def relation_to(self, other: "MatterLetter") -> RelationName:
        """Return the relation of two letters of one group."""
        if self.text and self.text == other.text:
            return "same_text"
        if self.matter == other.matter:
            return "same_matter"
        apart = self.place and self.place != other.place and self.problem != other.problem
        return "different" if apart else "related"


def shipped_taxonomy() -> Taxonomy:
    """Return the taxonomy that ships with Hongyan."""
    return load_taxonomy(data_folder() / "taxonomy.yaml")


def shipped_examples() -> list[Example]:
    """Return the labelled letters that ship with Hongyan."""
    return [_example(record) for file in corpus_files("letters") for record in records(file)]


def shipped_pairs() -> list[Pair]:
    """Return the labelled pairs that ship with Hongyan."""
    file = data_folder() / "pairs" / "pairs.jsonl"
    return [pair_of(record, PAIR_WEIGHT) for record in records(file)]


def shipped_matters() -> list[MatterLetter]:
    """Return the letters of known matters that ship with Hongyan."""
    files = (file for file in corpus_files("pairs") if file.name.startswith("matters"))
    return [entry for file in files for entry in matters_of(records(file))]


def matters_of(entries: Iterable[dict[str, Any]]) -> Iterator[MatterLetter]:
    """Yield the letters of known matters of a file; a copy comes behind the letter that it repeats."""
    texts: dict[str, str] = {}
    for entry in entries:
        texts[entry["id"]] = text = texts.get(entry.get("copy_of", ""), entry["id"])
        place, problem = entry.get("place", ""), entry.get("problem", "")
        matter = entry.get("matter") or f"{entry['group']}.{place}.{problem}"
        yield MatterLetter(letter_of(entry), matter, entry["group"], place, problem, text)


def pair_of(record: dict[str, Any], weight: float = 1.0) -> Pair:
    """Return the pair of a record with a, b and label."""
    a, b = letter_of(record["a"]), letter_of(record["b"])
    return Pair(a, b, record["label"], str(record.get("id") or f"{a.id} {b.id}"), weight)


def corpus_files(folder: str) -> list[Path]:
    """Return the files of a folder of data/, in a fixed order."""
    return sorted((data_folder() / folder).glob("*.jsonl"))


def records(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON lines file."""
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def letter_of(record: dict[str, Any]) -> Letter:
    """Return the letter of a record of the corpus."""
    received = record.get("received_at")
    return Letter(
        id=str(record.get("id", "")),
        title=record.get("title") or "",
        body=record.get("body") or record.get("text") or "",
        received_at=_time(received) if received else None,
    )


def _time(text: str) -> datetime | None:
    """Return the time of a letter; one that cannot be read does not keep the letter out."""
    try:
        return parse_time(text)
    except ValueError:
        return None


def _example(record: dict[str, Any]) -> Example:
    people = record.get("people")
    letter = letter_of(record)
    return Example(
        letter=letter,
        code=record["category"],
        purpose=record.get("purpose", "appeal"),
        level=record.get("level"),
        people=People(people["count"], people["unit"]) if people else None,
        spans=tuple(_span(letter.text, span) for span in record.get("spans", ())),
    )


def _span(text: str, span: dict[str, Any]) -> LabelledSpan:
    start = text.find(span["text"])
    return LabelledSpan(start, start + len(span["text"]), span["text"], span["label"])
