import pytest

from model.analyse import Analyser
from model.purpose import route_of
from model.reading import read
from model.records import CategoryResult, Purpose, Route, Scored
from tests.factories import taxonomy

BEST = Scored("litigation", "litigation", 0.9)


def category(level2: str | None) -> CategoryResult:
    return CategoryResult(BEST, Scored(level2, level2, 0.8) if level2 else None, (), (), (), 0.0, {}, ())


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("建议增加夜间公交班次，建议公开时刻表，方便市民出行。", "suggestion"),
        ("我举报局长收受贿赂，贪污公款，请纪委严肃查处。", "accusation"),
        ("楼上漏水没有人管，请住建部门帮我解决。", "appeal"),
    ],
)
def test_a_letter_gets_its_purpose(small_analyser: Analyser, text: str, purpose: str) -> None:
    assert small_analyser.purpose
    assert small_analyser.purpose.predict([read(text)]) == [purpose]


@pytest.mark.parametrize(
    ("purpose", "level2", "route"),
    [
        ("accusation", "litigation.court", "discipline"),
        ("suggestion", "litigation.court", "suggestion"),
        ("appeal", "litigation.court", "litigation"),
        ("appeal", None, "ordinary"),
        (None, "litigation.court", "litigation"),
    ],
)
def test_the_route_follows_the_purpose_and_then_the_class(
    purpose: Purpose | None, level2: str | None, route: Route
) -> None:
    assert route_of(purpose, category(level2), taxonomy("litigation.court", route="litigation")) == route


def test_an_appeal_without_category_has_no_route() -> None:
    assert route_of("appeal", None, taxonomy("litigation.court")) is None
