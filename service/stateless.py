"""Analyses of letters and pairs that are not stored, for commands and API alike."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from model.analyse import Analyser
from model.errors import LetterError
from model.letter_file import Row
from model.records import Letter
from service.schemas.letters import LetterIn, letter_in_row
from service.schemas.results import AnalysisOut, CautionOut, RelationOut, Side, SideCautionOut

BATCH = 256
SIDES: Sequence[Side] = ("a", "b")


def analysis_line(analyser: Analyser, given: LetterIn, letter_id: str, scores: bool) -> dict[str, Any]:
    """Return the result of one letter; a time that cannot be read becomes a warning."""
    return _lines(analyser, [(letter_id, given)], scores)[0]


def analyse_rows(analyser: Analyser, rows: Iterable[Row], scores: bool) -> Iterator[dict[str, Any]]:
    """Yield a result or an error for each row, in order."""
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield from _batch_lines(analyser, batch, scores)


def _batch_lines(analyser: Analyser, rows: list[Row], scores: bool) -> Iterator[dict[str, Any]]:
    given: list[tuple[str, LetterIn]] = []
    refused: dict[int, dict[str, Any]] = {}
    for i, row in enumerate(rows):
        letter_id = row.id
        try:
            given.append((letter_id, letter_in_row(row)))
        except LetterError as error:
            refused[i] = {"id": letter_id, "error": {"field": error.field, "reason": error.reason}}
    results = iter(_lines(analyser, given, scores))
    for i in range(len(rows)):
        yield refused[i] if i in refused else next(results)


def _lines(analyser: Analyser, given: list[tuple[str, LetterIn]], scores: bool) -> list[dict[str, Any]]:
    letters = [entry.letter(letter_id, strict=False) for letter_id, entry in given]
    results = [AnalysisOut.of(analysis, scores) for analysis in analyser.analyse(letters)]
    for (_, entry), letter, result in zip(given, letters, results, strict=True):
        result.warnings += CautionOut.of_time(entry.received_at, letter.received_at)
    return [result.json_line() for result in results]


def comparison(analyser: Analyser, a: LetterIn, b: LetterIn) -> RelationOut | None:
    """Return how letter b relates to letter a, None without a relation part.

    A time that cannot be read becomes a warning.
    """
    given = (a, b)
    letters = [entry.letter(entry.id or side, strict=False) for side, entry in zip(SIDES, given, strict=True)]
    relation = analyser.compare(*letters)
    return RelationOut.of(relation, _side_warnings(given, letters)) if relation else None


def _side_warnings(given: Sequence[LetterIn], letters: Sequence[Letter]) -> Iterator[SideCautionOut]:
    for side, entry, letter in zip(SIDES, given, letters, strict=True):
        for caution in CautionOut.of_time(entry.received_at, letter.received_at):
            yield SideCautionOut(letter=side, **caution.model_dump())
