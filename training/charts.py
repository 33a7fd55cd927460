"""Charts of the model card: SVG texts that need no network, no script and no fonts of their own."""

import re
import warnings
from collections.abc import Mapping, Sequence
from html import escape
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter

from training.texts import text

# Blue and vermilion of Okabe and Ito differ for colour-blind readers too; line styles and labels differ besides.
INK, FAINT, LINE, MAIN, PROMISE = "#1c2325", "#566166", "#d9deda", "#0072b2", "#b34a00"
# The page may redefine the colours, as it does in the dark; a chart that stands alone keeps its own.
VARIABLES = {INK: "--ink", FAINT: "--faint", LINE: "--line", MAIN: "--chart-main", PROMISE: "--chart-promise"}
# The chart is laid out by the font that comes with matplotlib, so that it is the same on every machine, and shown in
# the reader's Chinese font.
LAYOUT_FONT = "DejaVu Sans"
FONTS = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": [LAYOUT_FONT],
    "font.size": 10,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": FAINT,
    "axes.titlecolor": FAINT,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.xmargin": 0.03,
    "grid.color": LINE,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "lines.linewidth": 2,
}
# Stretches of the curve of accepted letters that are told in words.
TOLD = 5


def reliability_chart(bins: Sequence[Mapping[str, Any]]) -> str:
    """Draw accuracy over confidence beside the diagonal of honest confidence, with the letters of each bin below."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": "reliability"}):
        figure = Figure(figsize=(5.2, 4.8))
        above, below = figure.subplots(2, sharex=True, height_ratios=(3, 1))
        figure.subplots_adjust(0.11, 0.11, 0.96, 0.93, hspace=0.36)
        above.plot([0, 1], [0, 1], "--", color=FAINT, linewidth=1.2)
        above.annotate(text("chart.honest"), (0.3, 0.3), (8, -6), textcoords="offset points", color=FAINT, va="top")
        above.plot([b["confidence"] for b in bins], [b["accuracy"] for b in bins], "o-", color=MAIN, clip_on=False)
        above.set(xlim=(0, 1), ylim=(0, 1), title=text("chart.accuracy"))
        _percent(above)
        bars = below.bar([b["from"] for b in bins], [b["letters"] for b in bins], 0.092, align="edge", color=MAIN)
        below.bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=9, color=INK)
        below.set(xlabel=text("chart.confidence"), title=text("chart.letters_in_bin"))
        below.yaxis.set_visible(False)
        below.margins(y=0.3)
        points = [text("chart.reliability_point", **_shares(b), letters=f"{b['letters']:,}") for b in bins]
        return _svg(figure, "reliability", points)


def learning_chart(points: Sequence[Mapping[str, Any]]) -> str:
    """Draw macro-F1 over the number of training letters."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": "learning"}):
        figure, axes = _single()
        letters, quality = [p["letters"] for p in points], [p["macro_f1"] for p in points]
        axes.plot(letters, quality, "s-", color=MAIN, clip_on=False)
        for x, y in zip(letters, quality, strict=True):
            axes.annotate(f"{y:.3f}", (x, y), (6, -13), textcoords="offset points", fontsize=9)
        axes.set(xlabel=text("chart.training_letters"), title=text("chart.macro_f1"))
        axes.set_xlim(0, max(letters) * 1.12)
        axes.set_ylim(max(0.0, min(quality) - 0.12), min(1.0, max(quality) + 0.05))
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        told = [
            text("chart.learning_point", letters=f"{x:,}", quality=f"{y:.3f}")
            for x, y in zip(letters, quality, strict=True)
        ]
        return _svg(figure, "learning", told)


def accept_chart(points: Sequence[Mapping[str, float]], precision: float) -> str:
    """Draw precision over the share of letters accepted, with the promised precision as a line."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": "accept"}):
        figure, axes = _single()
        axes.plot([p["accepted"] for p in points], [p["precision"] for p in points], "-", color=MAIN, clip_on=False)
        axes.axhline(precision, linestyle=(0, (6, 3)), color=PROMISE, linewidth=1.6)
        promise = text("chart.promise", precision=f"{precision * 100:g}%")
        lowest = min([precision, *(p["precision"] for p in points)])
        axes.set(xlim=(0, 1), ylim=(max(0.0, lowest - 0.04), 1.0))
        axes.set(xlabel=text("chart.accepted"), title=text("chart.precision"))
        axes.set_title(promise, loc="right", color=PROMISE)
        _percent(axes)
        told = [points[round(i * (len(points) - 1) / TOLD)] for i in range(TOLD + 1)]
        return _svg(figure, "accept", [promise, *(text("chart.accept_point", **_shares(p)) for p in told)])


def _single() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.2, 3.5))
    figure.subplots_adjust(0.12, 0.15, 0.96, 0.9)
    return figure, figure.subplots()


def _percent(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1))


def _shares(point: Mapping[str, float]) -> dict[str, str]:
    return {key: f"{value:.1%}" for key, value in point.items() if key != "letters"}


def _svg(figure: Figure, name: str, points: Sequence[str]) -> str:
    """Return the figure as an SVG element with a title and a description in words, fit to stand inside a page."""
    written = StringIO()
    # Without these no metadata is written, neither dates nor addresses.
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with warnings.catch_warnings():
        # The layout font has no Chinese, which the reader's font has.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font", category=UserWarning)
        figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    drawn = written.getvalue()
    body = drawn[drawn.index(">", drawn.index("<svg")) + 1 :]
    # The style rule would reach out of the chart, and the names of groups occur in every chart.
    body = re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body).replace("xlink:href", "href").replace(f"'{LAYOUT_FONT}'", FONTS)
    for colour, variable in VARIABLES.items():
        body = body.replace(colour, f"var({variable}, {colour})")
    width, height = (round(inches * 72) for inches in figure.get_size_inches())
    told = escape(text("chart.point_separator").join(points))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-labelledby="{name}-title {name}-told"><title id="{name}-title">{escape(text(f"chart.{name}"))}</title>'
        f'<desc id="{name}-told">{told}</desc>{body.strip()}'
    )
