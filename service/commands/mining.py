"""The stateless commands: analyze, compare, link."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from joblib import cpu_count

from model.analyse import Analyser
from model.errors import LetterError
from model.letter_file import Row, read_rows
from service import engine
from service.commands.base import clear_errors, letters_argument, output_option, progress, write_lines
from service.grouping import link_lines
from service.registry import folder_of_settings
from service.schemas.letters import LetterIn, letter_in
from service.settings import Settings
from service.stateless import SIDES, analyse_rows, comparison

model_option = click.option(
    "--model", type=click.Path(path_type=Path, file_okay=False), help="Folder of the trained model."
)


def load_analyser(model: Path | None) -> Analyser:
    """Load the model that the option or the settings name."""
    settings = Settings.from_env()
    return engine.load_analyser(model or folder_of_settings(settings), settings)


@click.command()
@letters_argument
@click.option("--scores", is_flag=True, help="Show the probability of every category.")
@model_option
@output_option
@clear_errors
def analyze(file: Path, scores: bool, model: Path | None, output: Path | None) -> None:
    """Print one line of analysis for each letter of FILE (.jsonl, .csv, .xlsx), in order."""
    analyser = load_analyser(model)
    rows = progress(read_rows(file), "analyze")
    sys.exit(0 if write_lines(analyse_rows(analyser, rows, scores), output) else 1)


@click.command()
@letters_argument
@model_option
@output_option
@clear_errors
def compare(file: Path, model: Path | None, output: Path | None) -> None:
    """Print for each line {"a": letter, "b": letter} of FILE whether both are of the same matter, and why."""
    analyser = load_analyser(model)
    if analyser.relation is None:
        raise click.UsageError("the model has no relation part; train one: hongyan-train fit relation --out DIR")
    rows = progress(read_rows(file), "compare")
    sys.exit(0 if write_lines((_compared(analyser, row) for row in rows), output) else 1)


def _compared(analyser: Analyser, row: Row) -> dict[str, Any]:
    try:
        if row.error:
            raise LetterError("line", row.error)
        a, b = (_side(row, name) for name in SIDES)
    except LetterError as error:
        return {"id": str(row.number), "error": {"field": error.field, "reason": error.reason}}
    compared = comparison(analyser, a, b)
    return compared.model_dump(mode="json") if compared else {}


def _side(row: Row, name: str) -> LetterIn:
    if not isinstance(row.fields.get(name), dict):
        raise LetterError(name, "is missing; write a letter as an object")
    try:
        return letter_in(row.fields[name])
    except LetterError as error:
        raise LetterError(f"{name}.{error.field}", error.reason) from error


@click.command()
@letters_argument
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 100), help="Candidates for each letter.")
@model_option
@output_option
@clear_errors
def link(file: Path, top: int, model: Path | None, output: Path | None) -> None:
    """Put the letters of FILE into matters and print for each its matter, verdict and candidates."""
    analyser = load_analyser(model)
    if analyser.relation is None:
        raise click.UsageError("the model has no relation part; train one: hongyan-train fit relation --out DIR")
    lines: Iterator[dict[str, Any]] = link_lines(analyser, read_rows(file), top, progress, cpu_count())
    sys.exit(0 if write_lines(lines, output) else 1)
