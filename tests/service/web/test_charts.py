"""Charts on pages: what they show, how they read aloud, and that nothing in them breaks out."""

import re
from xml.etree import ElementTree as ET

import pytest
from flask import Flask, render_template_string

from service.web.charts import Bar, Chart, Row, Series, bar_chart, line_chart

SVG = "{http://www.w3.org/2000/svg}"
DAYS = [f"{number}日" for number in range(1, 32)]
NOW = Series("本月", [*range(20), *[None] * 11])
BEFORE = Series("上年同月", [5] * 31)


def lines() -> Chart:
    return line_chart("days", "来信", "最高19件", DAYS, [NOW, BEFORE], "日期", [f"/?day={day}" for day in DAYS])


def bars() -> Chart:
    found = [Bar("劳动社保", 1234, 999, "/?category=labour"), Bar("名字很长很长的一个地区名称", 0, 3)]
    return bar_chart("kinds", "类别", "劳动社保最多", found, ("类别", "本月", "上月"))


def parsed(chart: Chart) -> ET.Element:
    return ET.fromstring(str(chart.drawing))  # noqa: S314 - made by ourselves


def texts(chart: Chart) -> list[str]:
    return ["".join(element.itertext()) for element in parsed(chart).iter(f"{SVG}text")]


def test_lines_differ_without_colour_and_bear_their_names() -> None:
    first, second = sorted(
        parsed(lines()).iter(f"{SVG}path"), key=lambda path: path.get("stroke-dasharray") is not None
    )
    assert (first.get("stroke-dasharray"), second.get("stroke-dasharray")) == (None, "6 4")
    assert {first.get("stroke"), second.get("stroke")} == {"currentColor"}
    assert {"本月", "上年同月"} <= set(texts(lines()))


def test_a_line_ends_where_nothing_is_known_yet() -> None:
    whole, part = (re.findall("[ML]", str(path.get("d"))) for path in parsed(lines()).iter(f"{SVG}path"))
    assert (len(whole), len(part)) == (31, 20)


def test_a_gap_is_not_drawn_over() -> None:
    chart = line_chart("gap", "x", "x", list("abcd"), [Series("s", [1, None, 3, 4])], "x")
    (path,) = parsed(chart).iter(f"{SVG}path")
    assert re.findall("[ML]", str(path.get("d"))) == ["M", "M", "L"]


def test_a_later_line_that_tells_of_nothing_is_left_out() -> None:
    first, empty = Series("first", [0, 0]), Series("empty", [0, None])
    chart = line_chart("zeros", "x", "x", list("ab"), [first, empty, Series("last", [1, 0])], "x")
    assert chart.columns == ("x", "first", "last")
    assert [row.values for row in chart.rows] == [(0, 1), (0, 0)]


@pytest.mark.parametrize(
    ("highest", "numbers"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (19, ["0", "5", "10", "15", "20"]),
        (4200, ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]),
    ],
)
def test_an_axis_has_few_round_whole_numbers_from_zero(highest: int, numbers: list[str]) -> None:
    chart = line_chart("axis", "x", "x", ["a", "b"], [Series("s", [0, highest])], "x")
    assert texts(chart)[: len(numbers)] == numbers


def test_few_labels_stand_under_many_days() -> None:
    chart = line_chart("year", "x", "x", [f"d{number}" for number in range(366)], [Series("s", [1] * 366)], "x")
    assert sum(text.startswith("d") for text in texts(chart)) <= 12
    assert len(str(chart.drawing)) < 10_000


def test_names_of_lines_that_end_together_stand_apart() -> None:
    chart = line_chart("same", "x", "x", ["a", "b"], [Series("one", [1, 1]), Series("two", [1, 1])], "x")
    heights = [float(str(text.get("y"))) for text in parsed(chart).iter(f"{SVG}text") if text.get("class") == "name"]
    assert abs(heights[0] - heights[1]) >= 12


def test_a_chart_is_one_picture_with_a_title_and_words() -> None:
    for chart, title, told in ((lines(), "来信", "最高19件"), (bars(), "类别", "劳动社保最多")):
        picture = parsed(chart)
        assert picture.get("role") == "img"
        named = [picture.find(f"{SVG}{part}") for part in ("title", "desc")]
        assert [part.text for part in named if part is not None] == [title, told]
        ids = " ".join(str(part.get("id")) for part in named if part is not None)
        assert picture.get("aria-labelledby") == ids
        assert not list(picture.iter(f"{SVG}a"))


def test_bars_show_their_values_and_what_was_before_hatched() -> None:
    chart = bars()
    assert {"1,234", "999", "0", "3"} <= set(texts(chart))
    assert str(chart.drawing).count('fill="url(#kinds-before)"') == 2
    widths = [float(str(bar.get("width"))) for bar in parsed(chart).iter(f"{SVG}rect")]
    assert widths[0] == max(widths)
    assert "名字很长很长的一个地…" in texts(chart)


def test_the_table_behind_a_chart_holds_the_same_numbers() -> None:
    assert lines().columns == ("日期", "本月", "上年同月")
    assert lines().rows[19:21] == (Row("20日", (19, 5), "/?day=20日"), Row("21日", (None, 5), "/?day=21日"))
    assert bars().columns == ("类别", "本月", "上月")
    assert bars().rows[0] == Row("劳动社保", (1234, 999), "/?category=labour")


def test_empty_charts_are_charts() -> None:
    assert line_chart("none", "x", "x", [], [Series("s", [])], "x").rows == ()
    assert bar_chart("none", "x", "x", [], ("a", "b")).rows == ()


def test_texts_of_strangers_stay_texts() -> None:
    evil = '"><script>alert(1)</script>&'
    for chart in (
        bar_chart("b", evil, evil, [Bar(evil, 1, 2, "/")], (evil, "n", "m")),
        line_chart("l", evil, evil, [evil, "b"], [Series(evil, [1, 2])], evil),
    ):
        assert "<script" not in chart.drawing
        assert evil in "".join(parsed(chart).itertext())


def test_no_chart_holds_inline_styles_scripts_or_addresses() -> None:
    for chart in (lines(), bars()):
        plain = str(chart.drawing).replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"style=|<style|<script|https?:|font-family|\son\w+=", plain)


def test_a_page_shows_the_chart_and_its_table(app: Flask) -> None:
    with app.test_request_context():
        page = render_template_string('{% import "charts.html" as charts %}{{ charts.figure(chart) }}', chart=bars())
    assert "<figcaption>类别</figcaption>" in page
    assert '<a href="/?category=labour">劳动社保</a></th><td>1,234</td><td>999</td>' in page
    assert page.count("<svg") == 1
