from collections import Counter
from typing import get_args

import pytest

from model.records import Route
from model.taxonomy import CategoryClass
from training.corpus import shipped_taxonomy

TAXONOMY = shipped_taxonomy()
CLASSES = list(TAXONOMY.classes_by_code.values())
LEVEL_1 = [
    ("expropriation", "征地拆迁"),
    ("labour", "劳动社保"),
    ("litigation", "涉法涉诉"),
    ("construction", "城乡建设"),
    ("land", "国土资源"),
    ("environment", "环境保护"),
    ("transport", "交通运输"),
    ("education", "教育文体"),
    ("health", "卫生健康"),
    ("commerce", "商贸旅游"),
    ("civil-affairs", "民政优抚"),
    ("rural", "农村农业"),
    ("finance", "经济金融"),
    ("public-security", "公安政务"),
    ("discipline", "纪检监察"),
    ("party-government", "党务政务"),
    ("technology", "科技信息"),
    ("other", "其他"),
]

every_class = pytest.mark.parametrize("entry", CLASSES, ids=lambda entry: entry.code)


def test_the_categories_are_those_of_the_domain_in_its_order() -> None:
    assert [(category.code, category.name) for category in TAXONOMY.categories] == LEVEL_1


def test_codes_are_unique_over_both_levels() -> None:
    codes = [*TAXONOMY.by_code, *(entry.code for category in TAXONOMY.categories for entry in category.classes)]
    assert len(codes) == len(set(codes))


def test_every_category_has_a_definition_and_classes() -> None:
    assert [category.code for category in TAXONOMY.categories if not category.definition or not category.classes] == []


@every_class
def test_a_class_is_coded_under_its_category(entry: CategoryClass) -> None:
    assert entry.code.split(".")[0] == TAXONOMY.parents[entry.code]
    assert entry.code.isascii()
    assert entry.code == entry.code.lower()


@every_class
def test_a_class_has_a_name_a_unit_and_a_definition(entry: CategoryClass) -> None:
    assert entry.name.strip()
    assert entry.unit.strip()
    assert entry.definition.strip()


@every_class
def test_a_route_is_known(entry: CategoryClass) -> None:
    assert entry.route in get_args(Route)


def test_names_are_unique_within_a_category() -> None:
    for category in TAXONOMY.categories:
        names = [entry.name for entry in category.classes]
        assert len(names) == len(set(names)), category.code


def test_each_place_of_the_national_table_belongs_to_one_class() -> None:
    places = Counter(place for entry in CLASSES for place in entry.national)
    assert [place for place, times in places.items() if times > 1] == []


def test_every_class_has_its_place_in_the_national_table_but_those_of_other() -> None:
    assert {TAXONOMY.parents[entry.code] for entry in CLASSES if not entry.national} == {"other"}
    assert all(place.count("/") == 1 for entry in CLASSES for place in entry.national)
