import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.segment import DEFAULT
from model.words.tables import table
from service import quotes
from service.quotes import HIDDEN, masked_quote

# What must not be left of a quote: dates, times, and numbers of phones, persons and cards.
TELLING = re.compile(
    r"\d{7,}"
    r"|1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
    r"|\d{6}[- ]?\d{8}[- ]?\d{3}[\dXx]"
    r"|\d{4} \d{4} \d{4} \d{4}"
    r"|\d{1,4}年\d|\d{1,2}月\d|\d{1,2}月|\d{1,2}日"
    r"|(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}"
    r"|\d{1,2}:\d\d|\d{1,2}点(?:半|钟|整)?"
)
DAYS = st.builds("{}月{}{}".format, st.integers(1, 12), st.integers(1, 31), st.sampled_from(["日", "号", ""]))
DATES = st.builds(
    "{}{}{}{}{}".format,
    st.integers(1990, 2030),
    st.shared(st.sampled_from("-./"), key="sign"),
    st.integers(1, 12),
    st.shared(st.sampled_from("-./"), key="sign"),
    st.integers(1, 31),
)
TIMES = st.builds("{}:{:02}".format, st.integers(0, 23), st.integers(0, 59)) | st.builds(
    "{}点{}".format, st.integers(0, 23), st.sampled_from(["", "半", "钟", "整", "30分"])
)
PHONES = st.from_regex(r"1[3-9][0-9]([0-9]{8}|-[0-9]{4}-[0-9]{4}| [0-9]{4} [0-9]{4})", fullmatch=True)
IDENTITIES = st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{9}[0-9X]", fullmatch=True)
CARDS = st.from_regex(r"6[0-9]{15,18}|6[0-9]{3}( [0-9]{4}){3}", fullmatch=True)
FILLERS = st.sampled_from(
    ["我们", "业主", "，", "。", "一起", "去", "到", "在", "要", "三百多户", "静坐", " ", "\n", "吧"]
)
PIECES = st.tuples(st.one_of(DAYS, DATES, TIMES, PHONES, IDENTITIES, CARDS), FILLERS).map("".join)

WHEN = {
    "大家明天去": "大家＊＊去",
    "后天早上都来": "＊＊＊＊都来",
    "下周一再去一次": "＊＊＊再去一次",
    "这个礼拜天一起去": "＊＊＊＊＊一起去",
    "下个星期一上午九点集合": "＊＊＊＊＊＊＊＊＊集合",
    "每个周五、周六都去站": "＊＊＊＊＊＊＊都去站",
    "本月15号全体停工": "＊＊＊＊＊全体停工",
    "定于3月15日上午八点半": "定于＊＊＊＊＊＊＊＊＊＊",
    "2026年3月15日 8:30 都来": "＊＊＊＊＊＊＊＊＊＊ ＊＊＊＊ 都来",
    "２０２６．３．１５集合": "＊＊＊＊＊＊＊＊＊集合",
    "二〇二六年三月十五日集合": "＊＊＊＊＊＊＊＊＊＊集合",
    "国庆节再没有答复就静坐": "＊＊＊再没有答复就静坐",
    "五一那天线路上不会有车": "＊＊＊＊线路上不会有车",
    "业主打算五一再来一次": "业主打算＊＊再来一次",
    "三月初六每户出一个人": "＊＊＊＊每户出一个人",
    "八月十五我们还要去": "＊＊＊＊我们还要去",
    "如果到小年没有人来": "如果到＊＊没有人来",
    "春节前后再说": "＊＊＊后再说",
    "这个月底要是没有说法": "＊＊＊＊要是没有说法",
    "月底再没有，大家还停": "＊＊再没有，大家还停",
    "七天内不重新选，就再停": "＊＊＊不重新选，就再停",
    "开学第一天照样到校": "＊＊＊＊＊照样到校",
    "明年三八还去": "＊＊＊＊还去",
    "今晚七点一刻": "＊＊＊＊＊＊",
    "上 午 九 点 集合": "＊ ＊ ＊ ＊ 集合",
    "明\n天都去": "＊\n＊都去",
}
WHERE = {
    "我们去市信访局讨说法": "我们去＊＊＊＊讨说法",
    "全体到省政府静坐": "全体到＊＊＊静坐",
    "一起上北京": "一起上＊＊",
    "我们只好进京上访": "我们只好进＊上访",
    "组织赴省集体访": "组织赴＊集体访",
    "在县政府门口拉横幅": "在＊＊＊＊＊拉横幅",
    "去市 信访 局": "去＊ ＊＊ ＊",
    "走到省里去": "走到＊＊去",
    "到A3区住建局门口": "到＊＊＊＊＊＊＊＊",
    "在青山化工厂大门口静坐": "在＊＊＊＊＊＊＊＊静坐",
    "有人提议去堵环城高速": "有人提议去堵＊＊＊＊",
    "去郑州讨说法": "去＊＊讨说法",
    "到天安门广场": "到＊＊＊＊＊",
    "把售楼部围了": "把＊＊＊围了",
    "聚到产业园东门": "聚到＊＊＊＊＊",
    "堵在环线的桥头": "堵在＊＊＊＊＊",
    "站在厂前面的广场上": "站在＊＊＊＊＊＊上",
    "约定绕着人工湖“散步”": "约定绕着＊＊＊“散步”",
    "坐G1234次去": "坐＊＊＊＊＊＊去",
}
WHO = {
    "村主任刘德全带头": "村主任＊＊＊带头",
    "找张局长和李书记": "找＊局长和＊书记",
    "王某组织大家": "＊＊组织大家",
    "王某某等五人": "＊＊＊等五人",
    "申请人石某甲等九户": "申请人＊＊＊等九户",
    "刘德全带头组织大家": "＊＊＊带头组织大家",
    "陈水生、何秀英等二十七户": "＊＊＊、＊＊＊等二十七户",
    "职工代表胡建军，": "职工代表＊＊＊，",
    "联系人：周慧敏，": "联系人：＊＊＊，",
    "老王说了大家都去": "＊＊说了大家都去",
    "由李强等三十余人去": "由＊＊等三十余人去",
    "王副镇长答应过": "＊副镇长答应过",
    "欧阳建国书记": "＊＊＊＊书记",
    "我叫赵大海，": "我叫＊＊＊，",
    "微信：lidaye_88，": "微信：＊＊＊＊＊＊＊＊＊，",
    "豫A·B1234的车": "＊＊＊＊＊＊＊＊的车",
    "电话0371-65432100": "电话＊＊＊＊＊＊＊＊＊＊＊＊＊",
    "打幺三八一二三四五六七八": "打＊＊＊＊＊＊＊＊＊＊＊",
    "找我 138 1234 0000": "找我 ＊＊＊ ＊＊＊＊ ＊＊＊＊",
    "卡号6222 0200 1234 5678 901": "卡号＊＊＊＊ ＊＊＊＊ ＊＊＊＊ ＊＊＊＊ ＊＊＊",
    "身份证11010119900307123X": "身份证＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊",
    "写信到li@mail.example.cn": "写信到＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊",
}
SAID = [
    "三百多户业主联名要求退款",
    "52人签名",
    "我们二十几号人都没有拿到钱",
    "近千名群众聚集",
    "一百一十一户、十一人、八十一个家庭",
    "我们十三个村、2000多人",
    "业主曾多次反映，全体业主都不同意",
    "集体静坐",
    "停运三天，罢工、罢课、堵路、拉横幅",
    "打过12345，一点说法都没有",
    "我们有三点诉求，欠薪3.5万元，漏水5处",
    "一周三次没有水，三天两头停电",
    "坐了一个下午，站了一上午",
    "三年没有答复，8路车不来",
    "3号楼和15号院的业主",
    "马上答应，许多人都在",
    "否则不排除集体上访",
]


@pytest.mark.parametrize(("text", "shown"), [*WHEN.items(), *WHERE.items(), *WHO.items()])
def test_who_when_and_where_is_hidden_and_what_was_said_stays(text: str, shown: str) -> None:
    assert masked_quote(text) == shown


@pytest.mark.parametrize("text", SAID)
def test_numbers_of_people_and_what_they_do_are_not_touched(text: str) -> None:
    assert masked_quote(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我们52人明天去省政府静坐", "我们52人＊＊去＊＊＊静坐"),
        ("下午三点52人到场", "＊＊＊＊52人到场"),
        ("3月15号三百多户一起去区政府", "＊＊＊＊＊三百多户一起去＊＊＊"),
        ("国庆节前十一户去", "＊＊＊＊十一户去"),
        ("周一人都去", "＊＊人都去"),
        ("15日12名代表去", "＊＊＊12名代表去"),
    ],
)
def test_numbers_of_people_stay_beside_what_is_hidden(text: str, shown: str) -> None:
    assert masked_quote(text) == shown


@pytest.mark.parametrize(
    ("text", "names", "shown"),
    [
        ("德全叔喊大家去", ("刘德全",), "＊＊叔喊大家去"),
        ("热比娅说，买买提也去", ("热比娅·买买提",), "＊＊＊说，＊＊＊也去"),
        ("John Smith去", ("john smith",), "＊＊＊＊ ＊＊＊＊＊去"),
        ("水木年华和高兴都去", ("水木年华", "高兴"), "＊＊＊＊和＊＊都去"),
        ("赵 铁 柱家里", ("赵铁柱",), "＊ ＊ ＊家里"),
        ("我们要维权", ("陈维权",), "我们要维权"),
        ("张贴横幅", ("张", ""), "张贴横幅"),
        ("（ａ．＊）（", ("a.*", "("), "（＊＊＊）（"),
    ],
)
def test_names_that_the_letter_gives_are_hidden_wherever_they_stand(
    text: str, names: tuple[str, ...], shown: str
) -> None:
    assert masked_quote(text, names) == shown


@given(st.lists(PIECES, max_size=8).map("".join))
def test_no_date_phone_or_number_of_a_person_survives(text: str) -> None:
    shown = masked_quote(text)
    assert len(shown) == len(text)
    assert not TELLING.search(shown)


@given(st.text(max_size=60) | st.text("明天一二三五十月日号点去到市省局王李某人户13 ：.-", max_size=30))
def test_only_whole_signs_are_hidden_and_spaces_stay(text: str) -> None:
    shown = masked_quote(text, ("王李",))
    assert len(shown) == len(text)
    assert all(a == b or (b == HIDDEN and not a.isspace()) for a, b in zip(text, shown, strict=True))


@given(st.integers(1, 99_999), st.sampled_from(["人", "户", "名业主", "多人", "余户", "多名职工", "个家庭"]))
def test_every_stated_number_of_people_stays(count: int, unit: str) -> None:
    assert masked_quote(f"明天{count}{unit}静坐") == f"＊＊{count}{unit}静坐"


def test_no_expression_hides_or_keeps_nothing() -> None:
    rules = quotes._rules()
    for pattern in (*rules.kept, *rules.sure, *rules.hidden):
        assert not pattern.search(""), pattern.pattern


def test_every_part_of_the_table_is_used() -> None:
    content = table("quotes")
    used = set(re.findall(r"<<(\w+)>>", str(content)))
    assert used == set(content["parts"])
    assert DEFAULT in ("rjieba", "jieba")


def test_a_long_text_without_marks_is_masked_too() -> None:
    text = "我们明天去市政府门口" * 2000
    assert masked_quote(text) == "我们＊＊去＊＊＊＊＊" * 2000
