import pytest

from model.names import find_names, name_grams


@pytest.mark.parametrize(
    ("text", "kind", "stem"),
    [
        ("住在翠竹花园小区三号楼", "estate", "翠竹"),
        ("碧水湾小区的电梯", "estate", "碧水"),
        ("清水镇没有人管", "township", "清水"),
        ("红星机械厂拖欠工资", "firm", "红星机械"),
        ("育才小学门口", "school", "育才"),
        ("仁爱医院开刀", "hospital", "仁爱"),
        ("解放大道路口", "road", "解放"),
    ],
)
def test_a_named_thing_is_found(text: str, kind: str, stem: str) -> None:
    assert (kind, stem) in {(name.kind, name.stem) for name in find_names(text)}


@pytest.mark.parametrize("text", ["人民医院的医生", "我们小区", "农村", "全县", ""])
def test_what_every_letter_has_is_no_name(text: str) -> None:
    assert find_names(text) == ()


def test_a_name_stands_where_it_says() -> None:
    text = "在红星机械厂上班"
    (name,) = find_names(text)
    assert text[name.start : name.end] == "红星机械厂"


def test_misspelt_names_still_share_pairs_of_characters() -> None:
    assert name_grams("红星机械") & name_grams("红星机戒") == {"红星", "星机"}
    assert name_grams("湖") == {"湖"}
