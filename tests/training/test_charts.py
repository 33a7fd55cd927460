import logging
import re
from xml.etree import ElementTree as ET

import pytest

from training.charts import accept_chart, learning_chart, reliability_chart

BINS = [
    {"from": 0.5, "to": 0.6, "letters": 1234, "confidence": 0.55, "accuracy": 0.61},
    {"from": 0.9, "to": 1.0, "letters": 40, "confidence": 0.96, "accuracy": 0.9},
]
LEARNING = [{"letters": 300, "macro_f1": 0.61}, {"letters": 1200, "macro_f1": 0.745}]
ACCEPT = [
    {"accepted": 0.2, "precision": 1.0, "confidence": 0.97},
    {"accepted": 1.0, "precision": 0.91, "confidence": 0.2},
]
CHARTS = {
    "reliability": lambda: reliability_chart(BINS),
    "learning": lambda: learning_chart(LEARNING),
    "accept": lambda: accept_chart(ACCEPT, 0.985),
}
SVG = "{http://www.w3.org/2000/svg}"


def read(chart: str) -> ET.Element:
    return ET.fromstring(chart)  # noqa: S314 - our own chart


def drawn(name: str) -> ET.Element:
    return read(CHARTS[name]())


def words(chart: ET.Element) -> list[str]:
    return ["".join(entry.itertext()) for entry in chart.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_the_same_each_time(name: str) -> None:
    assert CHARTS[name]() == CHARTS[name]()


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_a_title_and_a_description_for_those_who_do_not_see_it(name: str) -> None:
    chart = drawn(name)
    labels = str(chart.get("aria-labelledby")).split()
    spoken = {entry.get("id"): entry.text for entry in chart if entry.tag in (f"{SVG}title", f"{SVG}desc")}
    assert chart.get("role") == "img"
    assert all(spoken[label] for label in labels)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_asks_nothing_of_the_network_and_styles_nothing_but_itself(name: str) -> None:
    text = CHARTS[name]()
    assert set(re.findall(r"https?://[^\"' <]*", text)) == {"http://www.w3.org/2000/svg"}
    assert "<style" not in text
    assert "<metadata" not in text
    assert "@import" not in text


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_leaves_its_words_to_the_fonts_of_the_reader(name: str) -> None:
    chart = drawn(name)
    assert words(chart)
    assert all("Microsoft YaHei" in str(entry.get("style")) for entry in chart.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", CHARTS)
def test_the_colours_of_a_chart_are_those_of_the_page(name: str) -> None:
    colours = re.findall(r"(?:fill|stroke): ([^;\"]+)", CHARTS[name]())
    assert colours
    assert {colour for colour in colours if not colour.startswith("var(--")} <= {"none"}


def test_charts_of_one_page_share_no_name() -> None:
    names = [entry.get("id") for name in CHARTS for entry in drawn(name).iter() if entry.get("id")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", CHARTS)
def test_what_a_chart_refers_to_is_inside_it(name: str) -> None:
    text = CHARTS[name]()
    names = {entry.get("id") for entry in drawn(name).iter()}
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)) <= {
        pair for name in names if name for pair in ((name, ""), ("", name))
    }


def test_reliability_shows_the_letters_of_each_bin() -> None:
    shown = words(drawn("reliability"))
    assert {"1,234", "40", "有几成把握，就有几成判对", "置信度"} <= set(shown)
    assert "置信度 55.0%，正确率 61.0%，1,234 封；置信度 96.0%，正确率 90.0%，40 封" in CHARTS["reliability"]()


def test_the_learning_curve_names_its_points() -> None:
    assert {"0.610", "0.745", "训练来信数", "宏平均 F1"} <= set(words(drawn("learning")))
    assert "300 封时 0.610；1,200 封时 0.745" in CHARTS["learning"]()


def test_a_learning_curve_may_be_one_point() -> None:
    assert "0.500" in words(read(learning_chart([{"letters": 7, "macro_f1": 0.5}])))


def test_the_accept_curve_names_the_promise() -> None:
    assert "虚线：承诺的准确率 98.5%" in words(drawn("accept"))
    assert "放行 20.0% 时准确率 100.0%" in CHARTS["accept"]()


def test_the_accept_curve_may_be_one_point_and_all_wrong() -> None:
    chart = accept_chart([{"accepted": 1.0, "precision": 0.0, "confidence": 0.4}], 0.98)
    assert "虚线：承诺的准确率 98%" in words(read(chart))


def test_drawing_logs_nothing_of_missing_fonts(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        CHARTS["accept"]()
    assert caplog.records == []
