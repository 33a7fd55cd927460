import pytest

from model.regions import fine_regions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a市a3区的路灯", {"a3区"}),
        ("k县来信", {"k县"}),
        ("住在青岚县白石镇", {"青岚县", "白石镇"}),
        ("城东街道办事处", {"城东街道"}),
    ],
)
def test_a_region_finer_than_a_city_is_found(text: str, found: set[str]) -> None:
    assert fine_regions(text) == found


@pytest.mark.parametrize("text", ["我们小区的社区", "全省各市", "a市的路灯", "工业区和开发区", ""])
def test_what_names_no_district_is_none(text: str) -> None:
    assert fine_regions(text) == frozenset()
