"""The command hongyan-train: fit and evaluate."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from joblib import Parallel, cpu_count, delayed
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from model import artefact
from model.errors import ModelError
from model.taxonomy import Taxonomy, load_taxonomy
from training import evaluate, fit
from training.archive import Options, fit_categories
from training.corpus import Example, Pair, shipped_examples, shipped_taxonomy
from training.dataset import Dataset, check_codes, read_dataset, read_levels, read_pairs, read_texts
from training.fitted import Fitted
from training.html_card import write_report
from training.relation import fit_relation
from training.report import model_card

PARTS = ("relation", "category", "risk")
SHIPPED = "the letters that ship with Hongyan"
OTHERS = {"relation": "relation", "category": "purpose", "risk": "risk"}
FITTERS = {"relation": fit_relation, "purpose": fit.fit_purpose, "risk": fit.fit_risk}
MOST_WARNINGS = 20
LENGTHY = ("confusion", "reliability", "accept_curve")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Train and measure models for petition letters."""


@main.command("fit")
@click.argument("part", type=click.Choice([*PARTS, "all"]))
@click.option(
    "--letters",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The office's own labelled letters or pairs.",
)
@click.option("--unlabelled", type=click.Path(path_type=Path, dir_okay=False), help="Letters without labels that help.")
@click.option("--taxonomy", type=click.Path(path_type=Path, dir_okay=False), help="The office's own taxonomy.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of the model.")
@click.option("--seed", default=0, show_default=True, help="Seed of everything random.")
@click.option(
    "--precision", default=0.98, show_default=True, type=click.FloatRange(0.5, 1.0), help="Of what is accepted."
)
@click.option(
    "--minutes", default=10.0, show_default=True, type=click.FloatRange(0.1, 1440), help="For choosing how to learn."
)
@click.option("--jobs", default=cpu_count(), type=click.IntRange(1, 64), help="Processes.  [default: one a processor]")
def fit_command(
    part: str,
    letters: Path | None,
    unlabelled: Path | None,
    taxonomy: Path | None,
    out: Path,
    seed: int,
    precision: float,
    minutes: float,
    jobs: int,
) -> None:
    """Train PART and write a model folder, complete or not at all.

    Without --letters the letters that ship with Hongyan are used; with it, they still serve relation and risk. For
    relation the file holds judged pairs, {"a": letter, "b": letter, "label": relation} a line, which are learnt beside
    the shipped ones.
    Exits 1 if rows of the file were left out.
    """
    if (letters and part == "risk") or (unlabelled and part in ("relation", "risk")):
        raise click.UsageError("--letters serves category, relation and all, --unlabelled category and all")
    wanted = PARTS if part == "all" else (part,)
    try:
        texts = read_texts(unlabelled) if unlabelled else ()
        options = Options(seed, precision, minutes, jobs, letters is None, texts)
        required = load_taxonomy(taxonomy) if taxonomy else None
        pairs = read_pairs(letters) if letters and part == "relation" else ()
        own = _own_letters(None if pairs else letters, required)
        version = _fit(wanted, own, pairs, letters, required, out, options)
    except (ModelError, OSError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{out}: model {version}", err=True)
    if own and own.refused:
        sys.exit(1)


def _own_letters(letters: Path | None, required: Taxonomy | None) -> Dataset | None:
    """Read the office's letters and say what was left out."""
    if letters is None:
        return None
    own = read_dataset(letters, shipped_taxonomy(), required)
    _warn(own)
    return own


def _warn(dataset: Dataset) -> None:
    """Say what was left out, and what was kept but is doubtful."""
    for warning in dataset.warnings[:MOST_WARNINGS]:
        click.echo(warning, err=True)
    if len(dataset.warnings) > MOST_WARNINGS:
        click.echo(f"and {len(dataset.warnings) - MOST_WARNINGS} more", err=True)


def _fit(
    wanted: Sequence[str],
    own: Dataset | None,
    pairs: Sequence[Pair],
    letters: Path | None,
    required: Taxonomy | None,
    out: Path,
    options: Options,
) -> str:
    taxonomy = own.taxonomy if own else required or shipped_taxonomy()
    examples = shipped_examples()
    if not own:
        check_codes(examples, taxonomy)
    labelled = own.examples if own else examples
    artefact.check_replaceable(out)
    with _stages(wanted) as on_stage:
        fitted: dict[str, Fitted] = {}
        if "category" in wanted:
            fitted["category"] = fit_categories(labelled, taxonomy, options, on_stage)
            learnt = fitted["category"].metrics["letters"]
            if learnt < len(labelled):
                click.echo(
                    f"learnt from {learnt} of {len(labelled)} letters; give more --minutes to use more", err=True
                )
        fitted |= _fit_others(wanted, examples, pairs, options, on_stage)
    details = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": options.seed,
        "letters": len(labelled),
        "source": _source(wanted, letters),
        **({"pairs": len(pairs)} if pairs else {}),
        "data_hash": fit.data_hash(labelled),
        "metrics": {name: entry.metrics for name, entry in fitted.items()},
    }
    return artefact.save(
        out, {name: entry.part for name, entry in fitted.items()}, {**details, "card": model_card(details)}
    )


def _fit_others(
    wanted: Sequence[str],
    examples: Sequence[Example],
    pairs: Sequence[Pair],
    options: Options,
    on_stage: Callable[[str], None],
) -> dict[str, Fitted]:
    """Fit what learns from the shipped letters, the relation from judged pairs too; purposes go with the categories."""
    steps = [OTHERS[name] for name in wanted if name in OTHERS]
    corpus = fit.read_corpus(examples)
    more: dict[str, dict[str, Any]] = {"relation": {"own": pairs}}
    found = {}
    for step, fitted in zip(
        steps,
        Parallel(n_jobs=options.jobs, return_as="generator")(
            delayed(FITTERS[step])(corpus, options.seed, **more.get(step, {})) for step in steps
        ),
        strict=True,
    ):
        on_stage(step)
        found[step] = fitted
    return found


@contextmanager
def _stages(wanted: Sequence[str]) -> Iterator[Callable[[str], None]]:
    """Show what is being done, and for how long, on a terminal."""
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("fit: {task.description}"),
        TimeElapsedColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task(", ".join(wanted), total=None)
        yield lambda stage: progress.update(task, description=stage)


def _source(wanted: Sequence[str], letters: Path | None) -> str:
    if letters is None:
        return SHIPPED
    if wanted == ("relation",):
        return f"{letters.name} and {SHIPPED}"
    return letters.name if len(wanted) == 1 else f"{letters.name} for the categories, {SHIPPED} for the rest"


@main.command("evaluate")
@click.argument("part", type=click.Choice(PARTS))
@click.option("--model", "folder", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option(
    "--data", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Labelled letters or pairs."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--report", type=click.Path(path_type=Path, file_okay=False), help="Folder for the model card in HTML.")
def evaluate_command(part: str, folder: Path, data: Path, as_json: bool, report: Path | None) -> None:
    """Measure PART of a model on labelled letters or pairs that it has not seen.

    With --report the categories' card is written as a page that opens in any browser, without a network. Exits 1 if
    rows of the file were left out.
    """
    if report and part != "category":
        raise click.UsageError("--report is the card of the categories: evaluate category")
    try:
        result, refused = _evaluate(part, folder, data, report)
    except (ModelError, OSError) as error:
        raise click.UsageError(str(error)) from error
    shown = result if as_json else {name: value for name, value in result.items() if name not in LENGTHY}
    click.echo(json.dumps(shown, ensure_ascii=False, indent=None if as_json else 2))
    if refused:
        sys.exit(1)


def _evaluate(part: str, folder: Path, data: Path, report: Path | None) -> tuple[dict[str, Any], int]:
    """Return the measurements, and how many rows were left out."""
    analyser = artefact.load(folder)
    if part == "relation":
        return evaluate.evaluate_relation(analyser, read_pairs(data)), 0
    if part == "risk":
        return evaluate.evaluate_risk(analyser, read_levels(data)), 0
    classifier = evaluate.require_part(analyser.category, "category")
    dataset = read_dataset(data, classifier.taxonomy, classifier.taxonomy)
    _warn(dataset)
    result = evaluate.evaluate_category(analyser, dataset.examples)
    if report:
        manifest = artefact.read_manifest(folder)
        page = write_report(report, evaluate.category_report(manifest, classifier, data.name, result))
        click.echo(f"{page}: the model card", err=True)
    return result, dataset.refused
