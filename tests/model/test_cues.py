import pytest
from hypothesis import given

from model.cues import ACT_CODES, SPEAKER_CODES, find_cues
from model.text import clean_text
from tests.model.strategies import messy_texts

CONTROLS = [
    ("全体业主强烈要求处理", "shared_grievance"),
    ("我们五十户村民深受其害", "people_count"),
    ("业主们联名写信", "joint_letter"),
    ("我们业主已经集体上访三次", "collective_action_past"),
    ("工人们在厂门口拉横幅讨薪", "collective_action_past"),
    ("村民们正在堵路，车辆无法通行", "collective_action_ongoing"),
    ("大家准备下周一起去市政府上访", "collective_action_planned"),
    ("司机们决定周一集体停运", "collective_action_planned"),
    ("难道一定要我们去省政府静坐吗", "collective_action_threatened"),
    ("再不解决，我们业主就去省政府上访", "collective_action_threatened"),
    ("请尽快处理，避免发生群体性事件", "third_person_warning"),
    ("听说有人在群里组织去市政府静坐", "third_person_warning"),
    ("我们没有上访，只希望解决", "denial"),
]


def codes(text: str) -> set[str]:
    return {cue.code for cue in find_cues(clean_text(text).text).cues}


@pytest.mark.parametrize(("text", "code"), CONTROLS)
def test_a_cue_is_found(text: str, code: str) -> None:
    assert code in codes(text)


def test_every_code_has_its_control() -> None:
    assert {code for _, code in CONTROLS} == {*SPEAKER_CODES, *ACT_CODES, "denial"}


@pytest.mark.parametrize(
    "text",
    [
        "商场门口商家聚集，油烟很大",
        "老人聚集在广场聊天",
        "电梯三天两头罢工",
        "停工的工地没有人管",
        "路口的广告横幅挡住视线",
        "道路被渣土车堵住",
        "下水道堵塞，污水横流",
        "集体土地被占",
        "我到信访局窗口咨询",
    ],
)
def test_the_same_words_in_another_sense_are_no_cue(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "我们没有上访",
        "我们从未集体上访",
        "我们还没有去上访",
        "我们不会去省政府静坐",
        "我们业主不想堵路闹事",
    ],
)
def test_a_denied_act_counts_as_denial_only(text: str) -> None:
    found = codes(text)
    assert "denial" in found
    assert not found & set(ACT_CODES)


@pytest.mark.parametrize("text", ["我本人多次上访没有结果", "我一个人多次到北京上访"])
def test_an_act_of_one_person_alone_is_not_collective(text: str) -> None:
    assert not codes(text) & set(ACT_CODES)


@pytest.mark.parametrize("text", ["村民们去信访局反映了多次", "我们业主准备去信访局"])
def test_a_visit_to_the_petition_office_is_a_visit(text: str) -> None:
    assert codes(text) & set(ACT_CODES)


def test_a_negation_of_another_clause_does_not_deny() -> None:
    assert "collective_action_past" in codes("物业没有回应，业主们集体上访")


@given(messy_texts)
def test_cues_stand_inside_the_text_in_order(text: str) -> None:
    clean = clean_text(text).text
    cues = find_cues(clean).cues
    assert [cue.start for cue in cues] == sorted(cue.start for cue in cues)
    assert all(0 <= cue.start < cue.end <= len(clean) for cue in cues)


def test_cues_are_counted_by_code() -> None:
    reading = find_cues("我们五十户村民,另有二百名老人")
    assert reading.count("people_count") == len(reading.people) == 2
    assert reading.count("joint_letter") == 0
