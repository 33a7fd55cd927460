"""Charts of Word itself in a paper: sharp in print, in the reader's fonts, readable in black and white."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docx.document import Document as Paper
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm
from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.xml.functions import tostring

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
INK, FAINT, WHITE = "262626", "595959", "FFFFFF"
HATCHED: tuple[tuple[str, Any], ...] = (("fgClr", INK), ("bgClr", WHITE))
MARKERS: tuple[tuple[Any, Any], ...] = (("solid", "circle"), ("dash", "square"))
WIDTH, HEIGHT, BAR_HEIGHT = Cm(15.5), Cm(6.5), Cm(0.85)
LEAST_HEIGHT = Cm(4)
LINE_WIDTH = 19050
_SPACES = " ".join(
    f'xmlns:{name}="http://schemas.openxmlformats.org/{place}"'
    for name, place in (
        ("w", "wordprocessingml/2006/main"),
        ("wp", "drawingml/2006/wordprocessingDrawing"),
        ("a", "drawingml/2006/main"),
        ("c", "drawingml/2006/chart"),
        ("r", "officeDocument/2006/relationships"),
    )
)


@dataclass(frozen=True, slots=True)
class Values:
    """Named values, one for each label of a chart; None where there is none."""

    name: str
    values: Sequence[int | None]


def add_lines(paper: Paper, labels: Sequence[str], now: Values, before: Values) -> None:
    """Add a chart of a full line and, if there was anything before, a dashed one."""
    chart = LineChart()
    for number, (one, (dash, marker)) in enumerate(zip(_told(now, before), MARKERS, strict=False)):
        series = _series(number, labels, one)
        series.graphicalProperties.line.solidFill = INK if number == 0 else FAINT
        series.graphicalProperties.line.prstDash = dash
        series.graphicalProperties.line.width = LINE_WIDTH
        series.smooth = False
        series.marker = Marker(symbol=marker, size=4)
        chart.series.append(series)
    _add(paper, chart, HEIGHT, f"{now.name} {before.name}")


def add_bars(paper: Paper, labels: Sequence[str], now: Values, before: Values) -> None:
    """Add a chart of lying bars, full ones and, if there was anything, hatched ones of what was before, with values."""
    chart = BarChart()
    chart.type = "bar"
    for number, one in enumerate(_told(now, before)):
        series = _series(number, labels, one)
        if number == 0:
            series.graphicalProperties.solidFill = INK
        else:
            colours: dict[str, Any] = {name: ColorChoice(srgbClr=colour) for name, colour in HATCHED}
            series.graphicalProperties.pattFill = PatternFillProperties(prst="wdUpDiag", **colours)
            series.graphicalProperties.line.solidFill = INK
        series.dLbls = DataLabelList(
            showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
        )
        chart.series.append(series)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.majorGridlines = None
    chart.gapWidth = 60
    _add(paper, chart, max(LEAST_HEIGHT, BAR_HEIGHT * (len(labels) + 2)), f"{now.name} {before.name}")


def _told(now: Values, before: Values) -> list[Values]:
    """Leave out what was before if it was nothing: a line of zeros would say that the office counted then."""
    return [now, before] if any(before.values) else [now]


def _series(number: int, labels: Sequence[str], one: Values) -> Any:
    """Return a series that holds its own values: there is no workbook behind it."""
    last = len(labels) + 1
    texts = StrData(ptCount=len(labels), pt=[StrVal(idx=at, v=label) for at, label in enumerate(labels)])
    known = [NumVal(idx=at, v=str(value)) for at, value in enumerate(one.values) if value is not None]
    numbers = NumData(formatCode="General", ptCount=len(labels), pt=known)
    series = Series(idx=number, order=number, tx=SeriesLabel(v=one.name))
    series.cat = AxDataSource(strRef=StrRef(f=f"Data!$A$2:$A${last}", strCache=texts))
    column = "BC"[number]
    series.val = NumDataSource(numRef=NumRef(f=f"Data!${column}$2:${column}${last}", numCache=numbers))
    series.graphicalProperties = GraphicalProperties()
    return series


def _add(paper: Paper, chart: Any, height: int, told: str) -> None:
    """Put a chart into a paragraph of its own."""
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.legend.position = "b"
    number = sum(part.content_type == CONTENT_TYPE for part in paper.part.package.iter_parts()) + 1
    content = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + tostring(chart._write())
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE, content, paper.part.package)
    relation = paper.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    drawing = parse_xml(
        f'<w:drawing {_SPACES}><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{int(WIDTH)}" cy="{int(height)}"/>'
        f'<wp:docPr id="{1000 + number}" name="chart{number}"/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )
    drawing.find(".//{*}docPr").set("descr", told)
    paper.add_paragraph().add_run()._r.append(drawing)
