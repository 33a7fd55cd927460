"""The directory of units says who is likely for a letter, the most exact first."""

import pytest

from service.directory import likely_units, put_unit
from service.office import Office
from tests.service.desk import CLERK, Desk, LetIn, assert_problem

UNITS = {
    "市信访局": ([], []),
    "市住建局": ([], ["construction"]),
    "东湖区住建局": (["江州市东湖区"], ["construction"]),
    "西山县住建局": (["江州市西山县"], ["construction"]),
    "东湖区人社局": (["江州市东湖区"], ["labour"]),
}


@pytest.fixture
def town(office: Office) -> Office:
    for name, (regions, categories) in UNITS.items():
        put_unit(office.database, CLERK, name, regions, categories)
    return office


@pytest.mark.parametrize(
    ("category", "region", "likely"),
    [
        ("construction", "江州市东湖区桃花街道", ["东湖区住建局", "市住建局", "市信访局"]),
        ("construction", None, ["市住建局", "市信访局"]),
        ("labour", "江州市东湖区", ["东湖区人社局", "市信访局"]),
        (None, "江州市东湖区", ["市信访局"]),
    ],
)
def test_units_that_fit_come_by_how_exactly_they_fit(
    town: Office, category: str | None, region: str | None, likely: list[str]
) -> None:
    with town.database.read() as connection:
        assert likely_units(connection, category, region) == likely


def test_a_unit_is_changed_and_taken_off_by_admins(let_in: LetIn) -> None:
    admin: Desk = let_in("admin")
    for regions in ([], ["江州市"]):
        found = admin.call("PUT", "/units", json={"name": "市住建局", "regions": regions}).json
        assert found == {"items": [{"name": "市住建局", "regions": regions, "categories": []}]}
    assert let_in("clerk").read("/units") == found
    assert admin.call("DELETE", "/units/市住建局").json == {"items": []}
    assert_problem(admin.call("DELETE", "/units/市住建局"), 404)
    assert_problem(admin.call("PUT", "/units", json={"name": "a/b"}), 422, "name")
    assert [one["detail"] for one in admin.read("/audit", kind="unit")["items"]] == [{"unit": "市住建局"}] * 3
