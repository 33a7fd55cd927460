"""The model card as one page in HTML, which opens without a network and prints well."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from training.card_tables import class_rows, common_mistakes, matrix_rows
from training.charts import accept_chart, learning_chart, reliability_chart
from training.texts import text, texts

PAGE = "index.html"
SECTIONS = ("summary", "use", "classes", "confusion", "reliability", "learning", "accept", "doubtful")
MEASURES = {
    "accuracy": "percent",
    "macro_f1": "decimal",
    "top3": "percent",
    "calibration_error": "decimal",
    "accepted": "percent",
    "accepted_precision": "percent",
}


@dataclass(frozen=True)
class CategoryReport:
    """What the card tells of the categories of a model.

    `test` and `training` are results of `category_quality`: on the test file, and on held-out folds while training.
    `names` gives the Chinese name of each code. `doubtful` are labels of the training file with the keys row, id,
    label, suggested, quality and excerpt; `learning_curve` holds letters and macro_f1 of each point.
    """

    version: str
    created: str
    segmenter: str
    data_name: str
    names: Mapping[str, str]
    precision: float
    test: Mapping[str, Any]
    training: Mapping[str, Any] | None = None
    learning_curve: Sequence[Mapping[str, Any]] = field(default=())
    doubtful: Sequence[Mapping[str, Any]] = field(default=())


def write_report(folder: Path, report: CategoryReport) -> Path:
    """Write the card into a folder, complete or not at all, and return its page; other files stay untouched."""
    page = render(report)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{PAGE}-", dir=folder) as making:
        written = Path(making) / PAGE
        written.write_text(page, encoding="utf-8")
        return written.replace(folder / PAGE)


def render(report: CategoryReport) -> str:
    """Return the page; everything that is not ours is escaped."""
    environment = Environment(
        loader=PackageLoader("training"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=_percent, decimal=_decimal, whole=_whole)
    environment.globals.update(text=text, texts=texts)
    return environment.get_template("category_card.html").render(
        report=report,
        name_of=lambda code: report.names.get(code, code),
        sections=SECTIONS,
        measures=MEASURES,
        promised=_promised(report),
        promise=_promise(report),
        classes=class_rows(report.test["classes"]),
        matrix=matrix_rows(report.test["confusion"]),
        mistakes=common_mistakes(report.test["confusion"]),
        charts=_charts(report),
    )


def _promise(report: CategoryReport) -> dict[str, str]:
    """Return whether the promised precision was kept, as a state and a sentence."""
    found, promised = report.test["accepted_precision"], _promised(report)
    if found is None:
        return {"state": "missed", "sentence": text("summary.nothing_accepted", precision=promised)}
    state = "kept" if found >= report.precision else "missed"
    return {"state": state, "sentence": text(f"summary.{state}", found=_percent(found), precision=promised)}


def _promised(report: CategoryReport) -> str:
    return f"{report.precision * 100:g}%"


def _charts(report: CategoryReport) -> dict[str, Markup]:
    charts = {
        "reliability": reliability_chart(report.test["reliability"]),
        "accept": accept_chart(report.test["accept_curve"], report.precision),
    }
    if report.learning_curve:
        charts["learning"] = learning_chart(report.learning_curve)
    # The charts escape their own texts, and no text of a letter goes into them.
    return {name: Markup(chart) for name, chart in charts.items()}  # noqa: S704


def _percent(value: float | None) -> str:
    return text("page.unknown") if value is None else f"{value:.1%}"


def _decimal(value: float | None) -> str:
    return text("page.unknown") if value is None else f"{value:.3f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"
