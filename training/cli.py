"""The command hongyan-train: fit and evaluate."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import track

from model import artefact
from model.errors import ModelError
from model.taxonomy import Taxonomy, load_taxonomy
from training import evaluate, fit
from training.corpus import shipped_examples, shipped_taxonomy
from training.dataset import check_codes, read_dataset, read_levels, read_pairs
from training.fitted import Fitted
from training.report import model_card

PARTS = ("relation", "category", "risk")
SHIPPED = "the letters that ship with Hongyan"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Train and measure models for petition letters."""


@main.command("fit")
@click.argument("part", type=click.Choice([*PARTS, "all"]))
@click.option("--letters", type=click.Path(path_type=Path, dir_okay=False), help="The office's own labelled letters.")
@click.option("--taxonomy", type=click.Path(path_type=Path, dir_okay=False), help="The office's own taxonomy.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of the model.")
@click.option("--seed", default=0, show_default=True, help="Seed of everything random.")
@click.option(
    "--precision", default=0.98, show_default=True, type=click.FloatRange(0.5, 1.0), help="Of what is accepted."
)
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 16), help="Parts to fit at the same time.")
def fit_command(
    part: str, letters: Path | None, taxonomy: Path | None, out: Path, seed: int, precision: float, jobs: int
) -> None:
    """Train PART and write a model folder, complete or not at all.

    Without --letters the letters that ship with Hongyan are used; with it, they still serve relation and risk.
    """
    if letters and part in ("relation", "risk"):
        raise click.UsageError("--letters serves the categories: fit category or all")
    wanted = PARTS if part == "all" else (part,)
    try:
        version = _fit(wanted, letters, taxonomy, out, seed, precision, jobs)
    except ModelError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{out}: model {version}", err=True)


def _fit(
    wanted: Sequence[str],
    letters: Path | None,
    own_taxonomy: Path | None,
    out: Path,
    seed: int,
    precision: float,
    jobs: int,
) -> str:
    shipped = shipped_taxonomy()
    required = load_taxonomy(own_taxonomy) if own_taxonomy else None
    own = read_dataset(letters, shipped, required) if letters else None
    for warning in own.warnings if own else ():
        click.echo(warning, err=True)
    taxonomy = own.taxonomy if own else required or shipped
    examples = shipped_examples()
    if not own:
        check_codes(examples, taxonomy)
    corpus = fit.read_corpus(examples)
    labelled = fit.read_corpus(own.examples) if own else corpus
    steps = [*wanted, *(["purpose"] if "category" in wanted else [])]
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_fit_part)(step, corpus, labelled, taxonomy, seed, precision) for step in steps
    )
    done = track(work, "fit", total=len(steps), console=Console(stderr=True), disable=not sys.stderr.isatty())
    fitted = dict(zip(steps, done, strict=True))
    details = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "letters": len(labelled.examples),
        "source": _source(wanted, letters),
        "data_hash": fit.data_hash(labelled.examples),
        "metrics": {name: entry.metrics for name, entry in fitted.items()},
    }
    return artefact.save(
        out, {name: entry.part for name, entry in fitted.items()}, {**details, "card": model_card(details)}
    )


def _source(wanted: Sequence[str], letters: Path | None) -> str:
    if letters is None:
        return SHIPPED
    return letters.name if len(wanted) == 1 else f"{letters.name} for the categories, {SHIPPED} for the rest"


def _fit_part(
    step: str,
    corpus: fit.ReadCorpus,
    labelled: fit.ReadCorpus,
    taxonomy: Taxonomy,
    seed: int,
    precision: float,
) -> Fitted:
    if step == "category":
        return fit.fit_category(labelled, taxonomy, seed, precision)
    if step == "purpose":
        return fit.fit_purpose(corpus, seed)
    if step == "relation":
        return fit.fit_relation(corpus, seed)
    return fit.fit_risk(corpus, seed)


@main.command("evaluate")
@click.argument("part", type=click.Choice(PARTS))
@click.option("--model", "folder", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option(
    "--data", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Labelled letters or pairs."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate_command(part: str, folder: Path, data: Path, as_json: bool) -> None:
    """Measure PART of a model on labelled letters or pairs that it has not seen."""
    try:
        result = _evaluate(part, folder, data)
    except ModelError as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps(result, ensure_ascii=False, indent=None if as_json else 2))


def _evaluate(part: str, folder: Path, data: Path) -> dict[str, Any]:
    analyser = artefact.load(folder)
    if part == "relation":
        return evaluate.evaluate_relation(analyser, read_pairs(data))
    if part == "risk":
        return evaluate.evaluate_risk(analyser, read_levels(data))
    taxonomy = evaluate.require_part(analyser.category, "category").taxonomy
    dataset = read_dataset(data, taxonomy, taxonomy)
    return evaluate.evaluate_category(analyser, dataset.examples)
