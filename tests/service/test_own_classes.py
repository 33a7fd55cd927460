"""An office adds classes, renames them and puts one in place of another; every process and every file follows."""

from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from model.taxonomy import Taxonomy, taxonomy_of
from service.cli import main
from service.feedback import feedback_letters
from service.office import Office
from tests.service.desk import LIFT, Desk, LetIn, assert_problem, take


@pytest.fixture
def admin(let_in: LetIn) -> Desk:
    return let_in("admin")


def trained(office: Office) -> Taxonomy:
    category = office.watch.trained.category
    assert category
    return category.taxonomy


def add(desk: Desk, category: str, name: str) -> str:
    answer = desk.post("/taxonomy/classes", {"category": category, "name": name})
    assert answer.status_code == 201, answer.text
    content: Any = answer.json
    found = {one["name"]: one["code"] for entry in content["categories"] for one in entry["classes"]}
    return str(found[name])


def test_a_class_can_be_chosen_as_soon_as_it_is_added(admin: Desk, clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    category = letter["category"]["code"]
    code = add(admin, category, "电梯")
    assert code == f"{category}.own-1"
    office.watch.look()
    corrected = clerk.correct(letter["id"], category={"code": category, "level2": code})
    assert corrected["category"]["level2"]["name"] == "电梯"
    with office.database.read() as connection:
        assert [one["label"] for one in feedback_letters(connection)] == [code]


def test_a_category_bears_its_new_name_in_letters_that_come(admin: Desk, office: Office) -> None:
    before = take(office, LIFT).row.analysis["category"]
    assert admin.patch("/taxonomy/classes", {"code": before["code"], "name": "房屋与电梯"}).status_code == 200
    office.watch.look()
    after = take(office, f"{LIFT}请尽快。").row.analysis["category"]
    assert (after["code"], after["name"]) == (before["code"], "房屋与电梯")


def test_a_class_that_another_stands_for_is_offered_no_more(admin: Desk, clerk: Desk, office: Office) -> None:
    letter = clerk.deliver(LIFT)
    category = letter["category"]["code"]
    old, new = add(admin, category, "电梯"), add(admin, category, "电梯与消防")
    office.watch.look()
    clerk.correct(letter["id"], category=old)
    answer = admin.patch("/taxonomy/classes", {"code": old, "replaced_by": new})
    assert answer.json
    assert answer.json["replaced"] == {old: new}
    assert old not in [one["code"] for entry in answer.json["categories"] for one in entry["classes"]]
    office.watch.look()
    with office.database.read() as connection:
        assert [one["label"] for one in feedback_letters(connection)] == [new]
    assert clerk.correct(letter["id"], category=old)["category"]["level2"]["code"] == new


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"code": "nothing", "name": "x"}, 404),
        ({"code": "nothing", "replaced_by": "x"}, 404),
        ({"code": "nothing"}, 422),
        ({"code": "nothing", "name": "x", "replaced_by": "y"}, 422),
    ],
)
def test_what_does_not_exist_is_not_changed(admin: Desk, content: dict[str, Any], status: int) -> None:
    assert_problem(admin.patch("/taxonomy/classes", content), status)


def test_names_are_used_once_and_classes_stay_in_their_category(admin: Desk, office: Office) -> None:
    first, second = list(trained(office).by_code)[:2]
    code, other = add(admin, first, "甲"), add(admin, second, "乙")
    assert_problem(admin.post("/taxonomy/classes", {"category": first, "name": "甲"}), 409, "name")
    assert_problem(admin.post("/taxonomy/classes", {"category": "nothing", "name": "丙"}), 422, "category")
    assert_problem(admin.patch("/taxonomy/classes", {"code": code, "replaced_by": other}), 422, "replaced_by")
    assert_problem(admin.patch("/taxonomy/classes", {"code": code, "replaced_by": code}), 422, "replaced_by")


def test_replacements_end_at_a_class_that_stands(admin: Desk, office: Office) -> None:
    category = next(iter(trained(office).by_code))
    first, second, third = (add(admin, category, name) for name in "甲乙丙")
    admin.patch("/taxonomy/classes", {"code": first, "replaced_by": second})
    admin.patch("/taxonomy/classes", {"code": second, "replaced_by": third})
    assert admin.read("/taxonomy")["replaced"] == {first: third, second: third}
    assert add(admin, category, "丁") == f"{category}.own-4"


def test_the_categories_of_the_office_are_handed_on_for_training(
    admin: Desk, office: Office, model_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    category = next(iter(trained(office).by_code))
    code = add(admin, category, "电梯")
    monkeypatch.setenv("HONGYAN_MODEL", str(model_folder))
    result = CliRunner().invoke(main, ["taxonomy", "export"])
    assert result.exit_code == 0, result.output
    assert code in taxonomy_of(yaml.safe_load(result.stdout), "export").classes_by_code
