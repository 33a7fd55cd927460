"""Charts as SVG that a browser shows in its own fonts and colours, readable in black and white, each with its table.

Lines differ by stroke and marker, bars by pattern; each bears its name where it ends. Nothing in them is inline style,
which the policy of the pages forbids, and all texts are escaped here, for the library writes them as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from math import ceil, floor, log10

import svg
from markupsafe import Markup

INK = "currentColor"
WIDTH, HEIGHT, FONT = 720, 250, 12
# Room around the lines: for the numbers on the left, and the names of lines on the right.
LEFT, RIGHT, TOP, BOTTOM = 44, 88, 14, 28
MOST_MARKERS = 62
MOST_LABELS = 12
MOST_TICKS = 5
NAME_HEIGHT = 15
DASHES: tuple[list[Decimal | float | int] | None, ...] = (None, [6, 4], [2, 3])
BAR, THIN_BAR, BAR_GAP, NAMES, NUMBERS = 16, 9, 10, 150, 70
LONGEST_NAME = 11
HATCH = 5


@dataclass(frozen=True, slots=True)
class Series:
    """A named line: one value for each label of the chart, None where there is none (yet)."""

    name: str
    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Bar:
    """A named bar, with the value that it had before, and where it leads."""

    name: str
    value: int
    before: int | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table behind a chart; it leads to what it counts, if that has an address, or each value does."""

    name: str
    values: tuple[int | str | None, ...]
    href: str | None = None
    hrefs: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, which tells screen readers what it says, and the table behind it, whose first column names the rows.

    `templates/charts.html` shows it. Links stand in the table: a picture is one thing and holds nothing to be reached.
    """

    title: str
    drawing: Markup
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def line_chart(
    name: str,
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    column: str,
    hrefs: Sequence[str | None] = (),
    resting: Sequence[int] = (),
) -> Chart:
    """Draw one to three lines over the same labels, the most important first, later ones only if they tell of anything.

    `name` tells the chart apart from others of its page; `column` heads the labels in the table, which lead to `hrefs`.
    The ground is grey at the labels of the numbers in `resting`: days on which nobody works.
    """
    series = _telling(series)
    top, step = _scale(max((value for one in series for value in one.values if value is not None), default=0))
    place = _Place(max(1, len(labels) - 1), top)
    elements = [*_rest(place, resting), *_grid(place, top, step), *_under(place, labels)]
    for number, one in reversed(list(enumerate(series))):
        elements += _line(place, one, number, labels)
    elements += _names(place, series)
    rows = tuple(
        Row(label, tuple(one.values[number] for one in series), hrefs[number] if hrefs else None)
        for number, label in enumerate(labels)
    )
    drawing = _drawing(name, title, description, HEIGHT, elements)
    return Chart(title, drawing, (column, *(one.name for one in series)), rows)


def bar_chart(
    name: str,
    title: str,
    description: str,
    bars: Sequence[Bar],
    columns: tuple[str, str] | tuple[str, str, str],
    width: int = WIDTH,
) -> Chart:
    """Draw lying bars with their values, and under each a hatched one of what it was before, if that is given.

    `columns` head the table: the names of the bars, their values, and what these were before. A picture that is shown
    small needs a small `width`, for its letters shrink with it.
    """
    top = max((max(bar.value, bar.before or 0) for bar in bars), default=0) or 1
    elements: list[svg.Element] = [svg.Defs(elements=[_hatch(name)])]
    y = float(BAR_GAP)
    for bar in bars:
        elements.append(svg.G(elements=_bar(name, bar, y, (width - NAMES - NUMBERS) / top)))
        y += BAR + (THIN_BAR if bar.before is not None else 0) + BAR_GAP
    rows = tuple(Row(bar.name, (bar.value, bar.before)[: len(columns) - 1], bar.href) for bar in bars)
    return Chart(title, _drawing(name, title, description, y, elements, width), columns, rows)


def _telling(series: Sequence[Series]) -> list[Series]:
    """Leave out later lines of nothing: a line of zeros would say that the office counted then."""
    return [*series[:1], *(one for one in series[1:] if any(one.values))]


class _Place:
    """Where values stand in the picture."""

    def __init__(self, steps: int, top: int) -> None:
        self.across = (WIDTH - LEFT - RIGHT) / steps
        self._up = (HEIGHT - TOP - BOTTOM) / top

    def x(self, number: int) -> float:
        return round(LEFT + number * self.across, 1)

    def y(self, value: int) -> float:
        return round(HEIGHT - BOTTOM - value * self._up, 1)


def _scale(highest: int) -> tuple[int, int]:
    """Return the top of an axis from 0 and the step of its numbers, round and whole."""
    rough = max(1.0, highest / MOST_TICKS)
    power = 10 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return max(1, ceil(highest / step)) * step, step


def _drawing(
    name: str, title: str, description: str, height: float, elements: list[svg.Element], width: int = WIDTH
) -> Markup:
    told: list[svg.Element] = [
        svg.Title(id=f"{name}-title", text=escape(title)),
        svg.Desc(id=f"{name}-text", text=escape(description)),
    ]
    picture = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, width, round(height)),
        extra={"role": "img", "aria-labelledby": f"{name}-title {name}-text"},
        elements=[*told, svg.G(extra={"font-size": str(FONT), "fill": INK}, elements=elements)],
    )
    return Markup(picture.as_str())  # noqa: S704 - every text in it is escaped


def _grid(place: _Place, top: int, step: int) -> list[svg.Element]:
    elements: list[svg.Element] = []
    for value in range(0, top + 1, step):
        y = place.y(value)
        faint = 0.5 if value == 0 else 0.15
        elements.append(svg.Line(x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, stroke=INK, stroke_opacity=faint))
        elements.append(svg.Text(x=LEFT - 6, y=y + 4, text_anchor="end", text=f"{value:,}"))
    return elements


def _rest(place: _Place, resting: Sequence[int]) -> list[svg.Element]:
    """Shade from halfway after the label before to halfway before the next one, within the grid."""
    elements: list[svg.Element] = []
    for number in resting:
        left = max(float(LEFT), place.x(number) - place.across / 2)
        right = min(float(WIDTH - RIGHT), place.x(number) + place.across / 2)
        width, height = round(right - left, 1), HEIGHT - BOTTOM - TOP
        elements.append(svg.Rect(x=round(left, 1), y=TOP, width=width, height=height, fill=INK, fill_opacity=0.09))
    return elements


def _under(place: _Place, labels: Sequence[str]) -> list[svg.Element]:
    """Write as many labels under the lines as there is room for."""
    every = max(1, ceil(len(labels) / MOST_LABELS))
    return [
        svg.Text(x=place.x(number), y=HEIGHT - BOTTOM + 18, text_anchor="middle", text=escape(label))
        for number, label in enumerate(labels)
        if number % every == 0
    ]


def _line(place: _Place, series: Series, number: int, labels: Sequence[str]) -> list[svg.Element]:
    """Draw a line with gaps where nothing is known, and markers unless they would hide it."""
    known = [(at, value) for at, value in enumerate(series.values) if value is not None]
    path: list[svg.PathData] = []
    before = None
    for at, value in known:
        move = svg.LineTo if before == at - 1 else svg.MoveTo
        path.append(move(place.x(at), place.y(value)))
        before = at
    width = 2 if number == 0 else 1.4
    elements: list[svg.Element] = [
        svg.Path(d=path, fill="none", stroke=INK, stroke_width=width, stroke_dasharray=DASHES[number])
    ]
    if len(labels) <= MOST_MARKERS:
        told = [f"{series.name} {labels[at]} {value:,}" for at, value in known]
        elements += [
            _marker(place.x(at), place.y(value), number, tip) for (at, value), tip in zip(known, told, strict=True)
        ]
    return elements


def _marker(x: float, y: float, number: int, tip: str) -> svg.Element:
    """Return a filled disc for the first line, an open square for the second, a small disc for the third."""
    told: list[svg.Element] = [svg.Title(text=escape(tip))]
    if number == 1:
        return svg.Rect(x=x - 2.5, y=y - 2.5, width=5, height=5, class_=["open"], stroke=INK, elements=told)
    return svg.Circle(cx=x, cy=y, r=3 if number == 0 else 1.8, elements=told)


def _names(place: _Place, series: Sequence[Series]) -> list[svg.Element]:
    """Write the name of each line beside its end, apart from each other, or over it where other lines go on."""
    ends = []
    elements: list[svg.Element] = []
    for one in series:
        known = [(at, value) for at, value in enumerate(one.values) if value is not None]
        if known and known[-1][0] == len(one.values) - 1:
            ends.append((place.y(known[-1][1]), one.name))
        elif known:
            x, y = place.x(known[-1][0]), place.y(known[-1][1])
            elements.append(svg.Text(x=x, y=y - 10, text_anchor="middle", class_=["name"], text=escape(one.name)))
    lowest = float("-inf")
    for y, name in sorted(ends):
        lowest = max(y, lowest + NAME_HEIGHT)
        elements.append(svg.Text(x=WIDTH - RIGHT + 9, y=lowest + 4, class_=["name"], text=escape(name)))
    return elements


def _hatch(name: str) -> svg.Element:
    """Return the pattern of what was before."""
    stroke = svg.Line(x1=0, y1=0, x2=0, y2=HATCH, stroke=INK, stroke_width=2)
    return svg.Pattern(
        id=f"{name}-before",
        width=HATCH,
        height=HATCH,
        patternUnits="userSpaceOnUse",
        patternTransform=[svg.Rotate(45)],
        elements=[stroke],
    )


def _bar(name: str, bar: Bar, y: float, scale: float) -> list[svg.Element]:
    short = bar.name if len(bar.name) <= LONGEST_NAME else f"{bar.name[: LONGEST_NAME - 1]}…"
    width = round(bar.value * scale, 1)
    elements: list[svg.Element] = [
        svg.Title(text=escape(bar.name)),
        svg.Text(x=NAMES - 8, y=y + 12, text_anchor="end", text=escape(short)),
        svg.Rect(x=NAMES, y=y, width=width, height=BAR, class_=["main"]),
        svg.Text(x=NAMES + width + 6, y=y + 12, text=f"{bar.value:,}"),
    ]
    if bar.before is not None:
        width = round(bar.before * scale, 1)
        elements += [
            svg.Rect(x=NAMES, y=y + BAR, width=width, height=THIN_BAR, fill=f"url(#{name}-before)", stroke=INK),
            svg.Text(x=NAMES + width + 6, y=y + BAR + 9, font_size=10, text=f"{bar.before:,}"),
        ]
    return elements
