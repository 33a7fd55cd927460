from model.taxonomy import taxonomy_of
from tests.factories import taxonomy
from training.knowledge import knowledge_of

WAGES = {
    "code": "labour.wages",
    "name": "工资福利",
    "route": "arbitration",
    "topics": ["工资发放", "住房公积金"],
    "definition": "工资的发放与调整",
}


def test_a_class_speaks_by_its_category_name_topics_and_definition() -> None:
    content = {"categories": [{"code": "labour", "name": "劳动社保", "classes": [WAGES]}]}
    (example,) = knowledge_of(taxonomy_of(content, "test"))
    assert example.code == "labour.wages"
    for words in ("劳动社保", "工资福利", "工资发放", "住房公积金", "工资的发放与调整"):
        assert words in example.letter.text


def test_every_class_has_one_text_with_an_id_of_its_own() -> None:
    known = list(knowledge_of(taxonomy("labour.wages", "labour.insurance", "transport.bus")))
    assert [example.code for example in known] == ["labour.wages", "labour.insurance", "transport.bus"]
    assert len({example.letter.id for example in known}) == 3


def test_categories_without_classes_say_nothing() -> None:
    assert list(knowledge_of(taxonomy("labour", "transport"))) == []
