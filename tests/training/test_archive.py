import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from model.category import CategoryClassifier
from model.reading import read
from model.records import CategoryResult
from model.taxonomy import Taxonomy, taxonomy_of
from model.thresholds import NEVER
from tests.factories import letter
from tests.training.corpora import LENDERS, OWN_LABELS, SMALL_EXAMPLES, literal_taxonomy, small_taxonomy, stand_in
from training.archive import OnDemand, Options, affordable, fit_categories
from training.corpus import Example
from training.fitted import Fitted

WAGES = "老板拖欠我们的工资和加班费，我多次讨要没有结果，请劳动部门帮助要回工资。"
INSURANCE = "单位没有给我缴纳社保，养老保险断缴，请社保局核实补缴。"
BUS = "公交车半个小时才来一班，请公交公司增加公交车班次，方便市民出行。"
CLASSES = {
    "labour": {"wages": "拖欠工资，加班费，讨薪", "insurance": "社保，养老保险，补缴，社保局"},
    "transport": {"bus": "公交车，公交公司，公交线路，班次", "road": "公路，道路积水，修路，红绿灯"},
    "education": {"fees": "学费，补课费，乱收费", "enrolment": "入学，学区，小学报名"},
    "health": {"hospital": "医院，医生，手术，病历", "village": "乡村医生，卫生室"},
    "environment": {"noise": "噪音扰民", "water": "河水，污水，化工厂"},
    "construction": {"property": "物业公司，物业费，电梯", "house": "开发商，交房，房产证"},
}


def told_taxonomy() -> Taxonomy:
    """Return a taxonomy of the small corpus whose classes say what they are about."""
    categories = [
        {
            "code": code,
            "name": code,
            "classes": [
                {"code": f"{code}.{name}", "name": name, "route": "ordinary", "definition": definition}
                for name, definition in classes.items()
            ],
        }
        for code, classes in CLASSES.items()
    ]
    return taxonomy_of({"categories": categories}, "test")


def numbered(examples: Sequence[Example], name: Callable[[str], str]) -> list[Example]:
    """Return the letters as rows of an office's file, with `name` making labels from codes."""
    return [
        Example(letter(example.letter.body, f"2025-{row}"), name(example.code), row=row)
        for row, example in enumerate(examples, start=1)
    ]


def category_of(code: str) -> str:
    return code.split(".")[0]


def own_label(code: str) -> str:
    return OWN_LABELS.get(category_of(code), category_of(code))


BY_CATEGORY = numbered(SMALL_EXAMPLES, category_of)
BY_LABEL = numbered(SMALL_EXAMPLES, own_label)
LABELS = sorted({example.code for example in BY_LABEL})


def fitted(examples: Sequence[Example], taxonomy: Taxonomy, **options: object) -> Fitted:
    return fit_categories(examples, taxonomy, Options(**options), lambda _: None)  # type: ignore[arg-type]


def classifier(found: Fitted) -> CategoryClassifier:
    assert isinstance(found.part, CategoryClassifier)
    return found.part


def tagged(found: Fitted, text: str) -> CategoryResult:
    (result,) = classifier(found).predict([read(text)], [text])
    return result


def level2_of(found: Fitted, text: str) -> str | None:
    result = tagged(found, text)
    return result.level2.code if result.level2 else None


@pytest.fixture(scope="module")
def own() -> Fitted:
    """Return what was fitted on labels of an office's own, of one level."""
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch)
        return fitted(BY_LABEL, literal_taxonomy(*LABELS))


@pytest.fixture
def nothing_lent(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    monkeypatch.setattr("training.borrowing.shipped_examples", list)
    monkeypatch.setattr("training.archive.meaning_of_categories", lambda *_: {})


def test_own_labels_make_one_level(own: Fitted) -> None:
    found = tagged(own, WAGES)
    assert (found.best.code, found.best.name, found.level2) == ("欠薪社保", "欠薪社保", None)
    assert sorted(found.scores) == LABELS


def test_the_measurements_cover_the_offices_letters_and_not_those_lent(own: Fitted) -> None:
    assert own.metrics["letters"] == len(BY_LABEL)
    supports = {name: entry["support"] for name, entry in own.metrics["classes"].items()}
    assert supports == Counter(example.code for example in BY_LABEL)


def test_the_plans_tried_are_told_with_what_each_reached(own: Fitted) -> None:
    assert len(own.metrics["plans"]) >= 4
    assert any("+borrowing" in plan for plan in own.metrics["plans"])
    assert all(0 <= reached <= 1 for reached in own.metrics["plans"].values())


def test_the_letters_that_ship_need_no_choice_and_every_step_is_told_in_order() -> None:
    told: list[str] = []
    found = fit_categories(SMALL_EXAMPLES, small_taxonomy(), Options(shipped=True), told.append)
    assert found.metrics["plans"] == {}
    assert told == ["read letters", "fit and calibrate", "measure"]


@pytest.mark.usefixtures("nothing_lent")
def test_codes_of_level_1_learn_the_classes_from_the_words_of_the_taxonomy() -> None:
    found = fitted(BY_CATEGORY, told_taxonomy())
    assert tagged(found, WAGES).best.code == "labour"
    assert level2_of(found, WAGES) == "labour.wages"
    assert level2_of(found, INSURANCE) == "labour.insurance"
    assert level2_of(found, BUS) == "transport.bus"


def test_codes_of_level_1_learn_the_classes_from_the_letters_lent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The codes of the small taxonomy say nothing to a reader; only letters can teach its classes."""
    stand_in(monkeypatch)
    monkeypatch.setattr("training.borrowing.shipped_examples", lambda: [*SMALL_EXAMPLES, *LENDERS])
    found = fitted(BY_CATEGORY[::2], small_taxonomy())
    assert [level2_of(found, text) for text in (WAGES, INSURANCE, BUS)] == [
        "labour.wages",
        "labour.insurance",
        "transport.bus",
    ]


@pytest.mark.usefixtures("nothing_lent")
def test_codes_of_level_2_are_learnt_at_both_levels() -> None:
    found = fitted(numbered(SMALL_EXAMPLES, str), small_taxonomy())
    assert tagged(found, INSURANCE).best.code == "labour"
    assert level2_of(found, INSURANCE) == "labour.insurance"
    assert sum(entry["support"] for entry in found.metrics["classes"].values()) == len(SMALL_EXAMPLES)


@pytest.mark.usefixtures("nothing_lent")
def test_a_category_of_fewer_than_five_letters_is_kept_and_never_accepted() -> None:
    noise = [example for example in BY_LABEL if "噪音" in example.letter.body][:4]
    others = [example for example in BY_LABEL if example.code != "environment"]
    found = fitted([*noise, *others], literal_taxonomy(*LABELS), precision=0.5)
    thresholds = dict(zip(classifier(found).level1_.classes_, classifier(found).thresholds_, strict=True))
    assert thresholds["environment"] == NEVER
    assert thresholds["欠薪社保"] < NEVER
    result = tagged(found, noise[0].letter.text)
    assert result.best.code == "environment"
    assert result.needs_review


def test_a_category_of_one_letter_does_no_harm() -> None:
    lone = Example(letter("请问今年的广场舞比赛在哪里报名？", "2025-999"), "文艺", row=999)
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch)
        found = fitted([*BY_LABEL, lone], literal_taxonomy(*LABELS, "文艺"))
    assert found.metrics["classes"]["文艺"]["support"] == 1
    assert "文艺" in tagged(found, WAGES).scores


def rows_of(**counts: int) -> list[Example]:
    """Return so many letters of each label, one label after the other."""
    return [Example(letter(), label) for label, count in counts.items() for _ in range(count)]


@pytest.fixture
def ten_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.archive.LETTERS_A_MINUTE", 10)


@pytest.mark.usefixtures("ten_a_minute")
@pytest.mark.parametrize(
    ("minutes", "shares"),
    [
        (2, {"land": 2, "labour": 4, "health": 7, "finance": 7}),  # 20: six, and half of fourteen for each large one
        (4, {"land": 2, "labour": 4, "health": 17, "finance": 17}),  # 40: six, and half of thirty-four
        (7, {"land": 2, "labour": 4, "health": 30, "finance": 34}),  # 70: thirty-six, and the rest
        (0.1, {"land": 2, "labour": 2, "health": 2, "finance": 2}),  # 10, as for a minute: three each would be eleven
    ],
)
def test_sparse_categories_stay_whole_and_the_others_share_what_is_left(minutes: float, shares: dict[str, int]) -> None:
    examples = rows_of(land=2, health=30, labour=4, finance=50)
    taken = affordable(examples, Options(minutes=minutes))
    assert Counter(examples[i].code for i in taken) == shares


@pytest.mark.usefixtures("ten_a_minute")
def test_a_sample_is_in_the_order_of_the_file_and_repeats_with_the_seed() -> None:
    examples = rows_of(land=2, health=30, labour=4, finance=50)
    first = affordable(examples, Options(seed=1, minutes=2))
    assert first == sorted(set(first))
    assert affordable(examples, Options(seed=1, minutes=2)) == first
    assert affordable(examples, Options(seed=2, minutes=2)) != first


@pytest.mark.usefixtures("ten_a_minute")
def test_an_archive_that_the_time_allows_is_learnt_from_whole() -> None:
    assert affordable(rows_of(land=5, health=15), Options(minutes=2)) == list(range(20))


@pytest.mark.usefixtures("small_shipped")
def test_of_a_large_archive_a_sample_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.archive.LETTERS_A_MINUTE", 36)
    found = fitted(BY_LABEL, literal_taxonomy(*LABELS), minutes=1)
    assert {name: entry["support"] for name, entry in found.metrics["classes"].items()} == dict.fromkeys(LABELS, 6)


def test_the_learning_curve_grows_to_all_letters(own: Fitted) -> None:
    """Its points are machines that learnt from two thirds of an eighth, a quarter, half and all of the letters."""
    curve = own.metrics["learning_curve"]
    assert [point["letters"] for point in curve] == [6, 12, 24, 48]
    assert all(0 <= point["macro_f1"] <= 1 for point in curve)
    assert curve[-1]["macro_f1"] > 0.8


@pytest.mark.usefixtures("nothing_lent")
def test_more_letters_teach_more() -> None:
    curve = fitted(BY_LABEL, literal_taxonomy(*LABELS)).metrics["learning_curve"]
    assert curve[-1]["macro_f1"] > curve[0]["macro_f1"]


@pytest.fixture(scope="module")
def with_a_slip() -> tuple[Example, Fitted]:
    """Return a letter whose label was swapped, and what was fitted with it."""
    place = next(i for i, example in enumerate(BY_LABEL) if "户口在本区" in example.letter.body)
    wrong = replace(BY_LABEL[place], code="出行")
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch)
        return wrong, fitted([*BY_LABEL[:place], wrong, *BY_LABEL[place + 1 :]], literal_taxonomy(*LABELS))


def test_a_swapped_label_is_doubted_by_row_and_id(with_a_slip: tuple[Example, Fitted]) -> None:
    wrong, found = with_a_slip
    worst = found.metrics["doubtful_labels"][0]
    assert set(worst) == {"row", "id", "label", "suggested", "quality"}
    assert (worst["row"], worst["id"]) == (wrong.row, wrong.letter.id)
    assert (worst["label"], worst["suggested"]) == ("出行", "上学/幼儿园")
    assert 0 <= worst["quality"] < 0.5


def test_the_measurements_hold_no_text_of_a_letter(with_a_slip: tuple[Example, Fitted]) -> None:
    _, found = with_a_slip
    told = json.dumps(found.metrics, ensure_ascii=False, allow_nan=False)
    assert [example.row for example in BY_LABEL if example.letter.body[:8] in told] == []


def test_right_labels_are_seldom_doubted(own: Fitted) -> None:
    assert len(own.metrics["doubtful_labels"]) <= 3


@pytest.mark.usefixtures("small_shipped")
def test_letters_without_labels_are_tried_as_help() -> None:
    found = fitted(BY_LABEL[::2], literal_taxonomy(*LABELS), unlabelled=[e.letter.text for e in BY_LABEL[1::2]])
    assert any("+unlabelled" in plan for plan in found.metrics["plans"])
    assert found.metrics["letters"] == len(BY_LABEL[::2])
    assert tagged(found, WAGES).best.code == "欠薪社保"


def test_readings_on_demand_run_twice() -> None:
    readings = OnDemand([WAGES, BUS])
    first, second = ([reading.words for reading in readings] for _ in range(2))
    assert first == second == [read(text).words for text in (WAGES, BUS)]
