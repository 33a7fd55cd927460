"""The model card: a page in Markdown that lies beside the weights."""

from collections.abc import Mapping
from typing import Any

INTRODUCTION = """# Model card

Tags petition letters, finds letters of one matter and reads what they say of acting together.
Every result is a proposal for a person to confirm.

**Not for**: ranking, scoring, listing or profiling people; refusing or closing letters; predicting who will come,
when or where; any measure against petitioners.
"""
MEASURED = """Measured on held-out folds of the training letters; near-duplicates never stand on both sides.
Letters of an office differ: measure on your own with `hongyan-train evaluate`."""


def model_card(details: Mapping[str, Any]) -> str:
    """Return the card of a model with its origin and measurements."""
    origin = "\n".join(f"- {key}: {details[key]}" for key in ("created", "source", "letters", "data_hash", "seed"))
    sections = [INTRODUCTION, "## Origin\n", origin, "\n## Quality\n", MEASURED]
    for part, metrics in details["metrics"].items():
        sections.append(f"\n### {part}\n")
        sections.extend(_lines(metrics))
        if "classes" in metrics:
            sections.extend(["", *_class_table(metrics["classes"])])
    return "\n".join(sections) + "\n"


def _lines(metrics: Mapping[str, Any]) -> list[str]:
    flat = {**metrics, **{f"warning {key}": value for key, value in (metrics.get("warning") or {}).items()}}
    return [
        f"- {name}: {value if isinstance(value, int) else f'{value:.3f}'}"
        for name, value in flat.items()
        if isinstance(value, int | float)
    ]


def _class_table(classes: Mapping[str, Mapping[str, float]]) -> list[str]:
    rows = ["| class | precision | recall | F1 | letters |", "|---|---|---|---|---|"]
    for name, entry in classes.items():
        cells = " | ".join(f"{entry[key]:.2f}" for key in ("precision", "recall", "f1"))
        rows.append(f"| {name} | {cells} | {entry['support']:.0f} |")
    return rows
