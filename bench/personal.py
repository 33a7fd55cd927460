"""Measures how much of the personal data in marked passages is masked, and how much else.

Run: python -m bench.personal
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from stdnum import luhn
from stdnum.cn import ric

from model.package_data import data_folder
from service.known import Forms
from service.personal import find_personal, hide
from training.corpus import records

MARK = re.compile("‹([^›]+)›")
ROUNDS = 20
FULL_WIDTH = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})


@dataclass(frozen=True)
class Passage:
    """A text with the places of its personal data, each with its kind, and what its fields tell."""

    id: str
    text: str
    places: tuple[tuple[int, int, str], ...]
    forms: Forms


@dataclass
class Measured:
    """How many marked places of each kind were masked and missed, and what was masked for nothing."""

    masked: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str]] = field(default_factory=list)
    needless: list[tuple[str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Return the share of marked places that are masked."""
        return self.masked.total() / (self.masked.total() + len(self.missed))

    @property
    def precision(self) -> float:
        """Return the share of what is masked that is marked."""
        return self.masked.total() / (self.masked.total() + len(self.needless))


def passages() -> Iterator[Passage]:
    """Yield the marked passages; numbers are made up when they are read, with valid check digits."""
    for i, record in enumerate(records(data_folder() / "personal" / "passages.jsonl")):
        text, places, end = "", [], 0
        for j, match in enumerate(MARK.finditer(record["text"])):
            text += record["text"][end : match.start()]
            kind, _, form = match[1].partition("-")
            told = _number(kind, form, 10 * i + j)
            start = len(text)
            text += told or match[1]
            places.append((start, len(text), kind if told else "name or address"))
            end = match.end()
        text += record["text"][end:]
        signers = [{"name": name} for name in record.get("co_signers", [])]
        forms = Forms([record.get("petitioner", {}), *signers], record.get("accused", []))
        yield Passage(record["id"], text, tuple(places), forms)


def measure(given: Iterable[Passage]) -> Measured:
    """Mask passages and compare with their marks."""
    found = Measured()
    for passage in given:
        places = find_personal(passage.text, passage.forms)
        shown = hide(passage.text, places)
        for start, end, kind in passage.places:
            if shown[start:end].count("*") >= (4 if kind != "name or address" else 1):
                found.masked[kind] += 1
            else:
                found.missed.append((passage.id, passage.text[start:end]))
        found.needless += [
            (passage.id, passage.text[place.start : place.end])
            for place in places
            if not any(place.start < end and start < place.end for start, end, _ in passage.places)
        ]
    return found


def _number(kind: str, form: str, seed: int) -> str | None:
    """Return a made-up number of a kind, written in a form; None for what is no kind of number."""
    tail = f"{(seed * 7919 + 1234) % 10_000:04}"
    made = {
        # Nobody born in these years was given a number of 18 digits.
        "id": _checked(f"3301021903{seed % 9 + 1:02}{seed % 27 + 1:02}{seed % 1000:03}"),
        "old": f"33010203{seed % 9 + 1:02}{seed % 27 + 1:02}{seed % 1000:03}",
        "mobile": f"1{(380, 390)[seed % 2]}000{tail}",
        "landline": f"0000{tail}8888",
        "local": f"8800{tail}",
        "card": _card(f"62220202{seed:06}{tail}"),
    }.get(kind)
    if made is None:
        return None
    if kind == "landline":
        made = ("0571", f"8888{tail}")[0] + ("" if form == "plain" else "-") + f"8888{tail}"
        return f"（{made[:4]}）{made[5:]}" if form == "paren" else made
    groups = {"id": (6, 8, 4), "mobile": (3, 4, 4), "card": (4, 4, 4, 4, 3)}.get(kind, ())
    if form in ("dash", "space"):
        return ("-" if form == "dash" else " ").join(_grouped(made, groups))
    return {"full": made.translate(FULL_WIDTH), "86": f"+86 {made}"}.get(form, made)


def _grouped(number: str, sizes: Iterable[int]) -> Iterator[str]:
    start = 0
    for size in sizes:
        yield number[start : start + size]
        start += size


def _checked(number: str) -> str:
    return number + str(ric.calc_check_digit(f"{number}0"))


def _card(number: str) -> str:
    return number + str(luhn.calc_check_digit(number))


def main() -> None:
    """Print recall, precision, what was missed, and the time for a passage."""
    given = list(passages())
    begun = time.process_time()
    for _ in range(ROUNDS):
        found = measure(given)
    spent = 1000 * (time.process_time() - begun) / ROUNDS / len(given)
    lines = [f"{len(given)} passages, {sum(len(passage.places) for passage in given)} marks, {spent:.3f} ms each"]
    lines += [f"recall {found.recall:.4f}, precision {found.precision:.4f}"]
    lines += [f"{kind}: {count} masked" for kind, count in sorted(found.masked.items())]
    lines += [f"missed in {name}: {text}" for name, text in found.missed]
    lines += [f"masked for nothing in {name}: {text}" for name, text in found.needless]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
