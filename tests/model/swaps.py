"""Letters in which names, places, offices and officials can be swapped, and criticism that can be added."""

from itertools import product

NAMES = ("刘德全", "王桂芳", "欧阳国强", "买买提·艾力", "张某", "李秀英", "赵铁柱", "扎西")
PLACES = ("青石桥村", "锦绣家园", "花溪区", "北京市", "西藏那曲", "黄土岗镇", "滨海新区", "上海浦东")
OFFICES = ("县政府", "市住建局", "省信访局", "街道办事处", "市纪委", "公安局", "区教育局", "镇政府")
OFFICIALS = ("县长", "局长", "书记", "主任", "村支书", "市长", "科长", "所长")

# Each in another tone and of another level; {name}, {place}, {office} and {official} are swapped.
LETTERS = (
    "我叫{name}，家住{place}，门口的路灯坏了半年，打电话给{office}没有人管，请{official}派人修一修。",
    "{place}的公交车早上半个小时才来一班，我上班经常迟到，建议{office}增加班次。",
    "我父亲{name}去年在{place}的工地摔伤，老板不赔，{office}让我们去打官司，请{official}帮帮我家。",
    "请问{place}今年的高龄补贴什么时候发？我去{office}问过，{official}说不清楚。{name}",
    "举报{place}的{official}{name}虚报冒领危房改造款，请{office}查处。",
    "我们是{place}的业主，电梯三天两头坏，物业不修，业主们意见很大，请{office}督促物业。",
    "{place}六十户村民吃水困难，水井干了两年，大家多次写信给{office}，{official}一直没有答复。",
    "我们三十七名工人在{place}干活，老板{name}拖欠工资八个月，请{office}帮我们讨回血汗钱。",
    "{place}全体家长联名反映学校乱收费，请{office}调查，{official}{name}说研究研究就没有下文。",
    "{place}二百多户业主上个月到{office}门口拉横幅，{official}出来说三天答复，到今天也没有消息。",
    "再不解决，{place}的村民准备下周集体去{office}上访，{official}{name}的电话已经没有人接。",
    "{place}的出租车司机商量好周一停运，请{office}和{official}早点听听我们的意见。",
)

# Said of whoever governs; none of it says that anybody acts together.
CRITICISM = (
    "{official}不作为，这在本地不是什么秘密。",
    "{office}只会踢皮球，踢来踢去还是老样子。",
    "{official}{name}态度恶劣，根本不讲道理。",
    "{office}的答复全是官话套话，看了让人寒心。",
    "我怀疑{official}和开发商有利益往来，请纪委查一查。",
    "{official}光说不练，承诺了三次没有一次兑现。",
    "这样的{official}凭什么坐在这个位置上？",
    "{office}收钱的时候快，办事的时候慢。",
    "{place}的{official}换了三任，一任不如一任。",
    "{official}{name}官官相护，包庇亲戚。",
    "{office}欺上瞒下，报上去的材料全是假的。",
    "我对{office}非常失望，这封信是第四封了。",
    "{official}从来不下基层，坐在办公室里拍脑袋。",
    "请上级严肃追究{official}{name}的责任。",
    "{office}的工作人员脸难看、门难进、事难办。",
)

# What must move the score.
CONTROLS = (
    "再没有答复，我们五十多户村民准备后天一起去县政府门口静坐。",
    "上周我们八十几个业主已经到信访局集体上访，还拉了横幅。",
    "工友们商量好了，明天全部罢工，把厂门堵住。",
    "今天早上三百多名村民堵住了工地大门，车辆都进不去。",
)


def fillings(letter: str) -> list[str]:
    """Return a letter with every name, place, office and official in turn."""
    columns = zip(NAMES, PLACES, OFFICES, OFFICIALS, strict=True)
    return [
        letter.format(name=name, place=place, office=office, official=official)
        for name, place, office, official in columns
    ]


def criticised() -> list[tuple[str, str]]:
    """Return letters without and with a sentence of criticism."""
    pairs = []
    for number, (letter, criticism) in enumerate(product(LETTERS, CRITICISM)):
        turn = number % len(NAMES)
        plain = fillings(letter)[turn]
        pairs.append((plain, plain + fillings(criticism)[turn]))
    return pairs
