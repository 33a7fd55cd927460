"""A small labelled corpus, written for tests, on which every part of a model learns within a second."""

from dataclasses import dataclass
from itertools import pairwise

# Each line: purpose, group-visit level, letter. The key is the class of level 2.
_LETTERS = {
    "labour.wages": """
appeal none 公司拖欠我三个月工资，我多次找老板讨要，老板一直推脱，请劳动部门帮我要回工资。
appeal none 我在工厂上班半年，工厂拖欠工资不发，加班费也没有，请求帮助讨回血汗钱。
appeal watch 我们二十多名员工被公司拖欠工资四个月，生活困难，恳请劳动监察部门督促发放。
appeal warning 包工头拖欠我们五十名农民工工资，大家准备明天集体去市政府上访讨薪。
appeal warning 工厂拖欠工资，工人们已经集体罢工，并且拉横幅堵了厂门，请领导尽快解决。
suggestion none 建议劳动部门公布拖欠工资的企业名单，建议提高最低工资标准，让职工安心。
""",
    "labour.insurance": """
appeal none 公司一直没有给我缴纳社保，养老保险断缴两年，请问怎样才能补缴社会保险？
appeal none 我退休两年了，养老金发放少算了工龄，社保局一直没有答复，请核实养老保险。
appeal watch 我们全体退休职工的医疗保险被单位停缴，三十多名老职工联名反映，请补缴社保。
accusation none 我举报某公司虚报工资基数少缴社保，经办人收受好处，请纪委严肃查处。
suggestion none 建议社保大厅增加养老保险办理窗口，建议开通网上缴费，方便退休老人。
appeal warning 单位停缴社保，我们八十名职工多次到市政府集体上访静坐，至今没有结果。
""",
    "transport.bus": """
appeal none 公交车早上半个小时才来一班，上班经常迟到，请公交公司增加公交车班次。
appeal none 公交司机甩站不停，态度恶劣，老人上不了公交车，请交通部门处理。
suggestion none 建议增加一条公交线路经过新区，建议公交站台安装座椅和遮雨棚。
suggestion none 建议延长公交末班车时间，建议地铁站旁增设公交站，方便市民换乘。
appeal watch 我们小区三百户居民出门没有公交车，居民们联名请求增加公交线路。
appeal warning 出租车司机因为公交线路重叠收入下降，司机们准备集体停运并去市政府请愿。
""",
    "transport.road": """
appeal none 门口这条公路坑坑洼洼，下雨天积水严重，车辆经常爆胎，请交通部门修路。
appeal none 路口的红绿灯坏了两个月，车辆乱闯，十分危险，请交警部门尽快维修。
appeal watch 我们村六十户村民出行只有一条烂路，村民们强烈要求硬化道路，请领导重视。
appeal warning 大货车压坏道路，村民们已经集体堵路拦车，再不修路大家只能去省政府上访。
suggestion none 建议在学校路口设置减速带和红绿灯，建议拓宽道路，缓解拥堵。
accusation none 我举报修路工程偷工减料，负责人受贿，公路刚修好就坏了，请纪委严肃查处。
""",
    "education.fees": """
appeal none 学校强制收取补课费和资料费，不交钱就不让上课，请教育局查处乱收费。
appeal none 幼儿园学费突然上涨一倍，还要收取兴趣班费用，请教育局管一管收费。
accusation none 我举报某中学校长违规收取补课费，贪污学生餐费，请纪委严肃查处。
accusation none 我举报老师收受家长红包，索要礼金，按送礼多少安排座位，请查处。
appeal watch 我们班四十名家长对学校收取平板电脑费用有意见，家长们联名请求教育局调查。
appeal warning 培训机构关门跑路不退学费，一百多名家长多次到教育局聚集讨说法拉横幅。
""",
    "education.enrolment": """
appeal none 孩子户口在本区，报名小学却被学校拒绝，请教育局解决孩子入学问题。
appeal none 学区划分不合理，离家近的小学不能上，要去很远的学校，请重新划分学区。
suggestion none 建议教育局增加小学学位，建议新建一所中学，解决孩子入学难的问题。
suggestion none 建议公开小学入学名额和录取办法，建议网上报名，方便家长。
appeal watch 我们小区两百户业主的孩子不能在对口小学入学，业主们联名要求兑现学区。
appeal warning 学区突然改变，家长们已经集体到市政府静坐，要求恢复原来的学区入学。
""",
    "health.hospital": """
appeal none 我母亲在医院做手术后病情加重，医生不解释，医院拒绝提供病历，请卫生部门调查。
appeal none 医院急诊等了三个小时没有医生看病，护士态度差，请卫健委处理。
accusation none 我举报医院医生收受药商回扣，开大处方，请纪委严肃查处医生受贿。
accusation none 我举报院长贪污医院设备采购款，任用亲属，请纪委严肃查处。
suggestion none 建议医院增加夜间门诊，建议医生分时段预约挂号，减少病人排队。
appeal warning 医院误诊导致病人死亡，家属亲戚三十多人已经围堵医院大门拉横幅讨说法。
""",
    "health.village": """
appeal none 我是乡村医生，在卫生室工作三十年没有养老补助，请卫生部门落实村医待遇。
appeal none 村里的卫生室没有医生，老人看病拿药要走十里路，请卫健委安排村医。
appeal watch 我们全县一百二十名乡村医生联名反映，退休待遇一直没有落实，请卫生部门关心。
appeal warning 全县乡村医生待遇没有落实，几十名村医计划下周集体去省政府上访请愿。
suggestion none 建议给村卫生室配备药品和医生，建议提高村医补助，方便老人看病。
suggestion none 建议医生定期到村里给老人体检，建议卫生室开通医保报销。
""",
    "environment.noise": """
appeal none 楼下烧烤店半夜噪音扰民，油烟熏得不能开窗，请环保部门查处噪音污染。
appeal none 工地夜间施工噪音太大，全家无法睡觉，打电话投诉没有用，请环保局处理。
appeal watch 我们小区几百户居民深受广场噪音折磨，居民们联名请求环保部门治理噪音。
suggestion none 建议在高架桥安装隔音屏，建议限制夜间施工时间，减少噪音污染。
appeal warning 搅拌站噪音粉尘不断，居民们今天已经聚集在门口堵门，拦住了拉料的车。
appeal none 隔壁工厂机器日夜轰鸣，噪音超标，老人孩子无法休息，请环保局检测噪音。
""",
    "environment.water": """
appeal none 上游化工厂偷排污水，河水发黑发臭，鱼都死光了，请环保部门查处污染。
appeal none 养猪场的污水直接排到河里，井水不能喝，臭味难闻，请环保局治理污染。
accusation none 我举报环保局干部收受化工厂好处，包庇企业偷排污水，请纪委严肃查处。
appeal watch 我们村一百户村民的水井被污水污染，村民们联名要求工厂停止排污。
appeal warning 化工厂污染河水，村民们准备下周一集体去省政府上访，如果不关停就堵路。
suggestion none 建议沿河安装污水管网，建议公布水质检测结果，保护河水环境。
""",
    "construction.property": """
appeal none 物业公司乱收停车费，电梯坏了不修，垃圾没人清理，请住建局管一管物业。
appeal none 小区物业不作为，保安打骂业主，物业费却年年上涨，请住建部门处理。
appeal watch 我们小区五百户业主对物业强烈不满，业主们联名要求更换物业公司。
appeal warning 物业公司打伤业主，业主们已经集体到区政府门口拉横幅，要求更换物业。
suggestion none 建议物业公司公开物业费账目，建议小区安装充电桩，方便业主停车。
accusation none 我举报社区主任和物业勾结，侵占小区维修基金，收受贿赂，请纪委严肃查处。
""",
    "construction.house": """
appeal none 开发商延期交房两年，房子漏水墙面开裂，房产证也办不下来，请住建局处理。
appeal none 我买的新房质量差，楼板裂缝，开发商拒绝维修，请住建部门督促开发商。
appeal watch 我们楼盘八百户业主买房多年没有房产证，业主们联名要求开发商办证。
appeal warning 楼盘烂尾，六百户业主准备周六集体去售楼部维权，再去省政府上访静坐。
appeal warning 开发商卷款跑路，购房者已经围堵售楼部，拉横幅要求退房退款。
suggestion none 建议住建局加强楼盘预售资金监管，建议公布开发商信用，保护购房者。
""",
}

# Pairs of letters on one matter, told in different words.
MATTERS = (
    (
        "东湖区翠竹花园小区三号楼电梯坏了两个月，物业公司一直不修，老人上下楼十分困难。",
        "翠竹花园小区三号楼的电梯停用六十天了，物业公司收钱不办事，请住建局催促修理电梯。",
    ),
    (
        "清水镇石桥村的村道被大货车压烂，下雨天全是水坑，孩子上学摔倒好几次，请修路。",
        "石桥村进村的村道坑洼不平，都是拉沙大货车压坏的，村里多次报告清水镇没有人来修。",
    ),
    (
        "红星机械厂拖欠我们车间工资五个月，厂长说没有钱，请劳动监察大队帮助。",
        "我是红星机械厂的工人，从春节到现在没有拿到工资，厂长躲着不见人，请求讨回工资。",
    ),
    (
        "育才小学门口放学时车辆乱停，学生过马路很危险，请交警在育才小学路口维持秩序。",
        "每天下午育才小学放学，路口被接送车辆占满，学生在车缝里穿行，希望交警管理。",
    ),
    (
        "白云化工厂夜里往青龙河排放污水，河里的鱼死了一大片，气味刺鼻，请环保局检查。",
        "青龙河水又黑又臭，是白云化工厂夜里偷排污水造成的，沿河的鱼塘都绝收了，请求环保局治理。",
    ),
    (
        "仁爱医院给我父亲做完手术以后纱布留在体内，仁爱医院不承认责任，请卫健委调查。",
        "父亲在仁爱医院开刀，半年后查出体内有纱布，院方拒不承认，要求追究医院责任。",
    ),
)


@dataclass(frozen=True)
class Example:
    """A letter with what a person says of it."""

    text: str
    code: str
    purpose: str
    level: str


def _example(code: str, line: str) -> Example:
    purpose, level, text = line.split()
    return Example(text, code, purpose, level)


EXAMPLES = tuple(_example(code, line) for code, block in _LETTERS.items() for line in block.split("\n") if line)


def labelled_pairs() -> list[tuple[str, str, str]]:
    """Return pairs of texts with their relation: copies, matters, the same kind of problem, and unlike ones."""
    texts = [example.text for example in EXAMPLES]
    return [
        *((text, f"{text}请尽快处理。", "same_text") for text in texts[::6]),
        *((a, b, "same_matter") for a, b in MATTERS),
        *((a.text, b.text, "related") for a, b in pairwise(EXAMPLES) if a.code == b.code),
        *((a, b, "different") for a, b in zip(texts, texts[18:], strict=False)),
    ]
