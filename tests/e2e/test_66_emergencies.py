"""Emergencies as people say them, and what sounds like them and is none.

Each row of URGENT comes out P1 with the danger shown; one of the leads leads, where any is named, and each of the others
leads or assists, so that its clock runs: a unit that is only informed has none. The desk chose no category.
"""
import pytest

from harness import Daemon

# what is said, who may lead, who leads or assists
URGENT = [
    ("我爸没气了", "ems-120", ""),
    ("孩子没气了", "ems-120", ""),
    ("他没气了 胸口不动", "ems-120", ""),
    ("老人家没气了,身体都凉了", "ems-120", ""),
    ("婴儿没有气了", "ems-120", ""),
    ("呼吸机没电了", "power ems-120", "power ems-120"),
    ("停电了,我妈妈上着呼吸机", "power ems-120", "power ems-120"),
    ("家里停电,制氧机停了,老人靠氧气", "power ems-120", "power ems-120"),
    ("透析机停电", "power ems-120", "power ems-120"),
    ("ICU停电", "power ems-120", "power ems-120"),
    ("新桥镇人民医院停电,手术正在做", "power", "power ems-120"),
    ("公交车刹车失灵", "traffic-police", ""),
    ("树倒了压着人", "", "ems-120 fire"),
    ("广告牌掉下来砸到人", "", "ems-120"),
    ("狗咬人流血不止", "", "ems-120"),
    ("藏獒咬住小孩不放", "", "ems-120 public-security"),
    ("help! fire in my house", "", "fire"),
    ("My wife is not breathing", "", "ems-120"),
    ("car accident, people bleeding", "", "ems-120 traffic-police"),
    ("someone is drowning in the river", "", "fire ems-120"),
    ("加油站漏油", "fire", ""),
    ("南洋镇和溪南镇交界处塌方", "natural-resources transport emergency fire", "emergency/transport fire"),
    ("几个部门都不管,我家后山在塌,人还在屋里", "natural-resources fire emergency", "fire emergency"),
    ("蜂蛰了喘不上气", "ems-120", ""),
    ("被蛇咬了", "", "ems-120"),
    ("厂里氨气漏了，好几个倒了", "", "fire ems-120"),
    ("化工厂泄漏 有人晕倒", "", "fire ems-120"),
    ("河里有具尸体", "public-security", ""),
    ("我奶奶好像没气了", "ems-120", ""),
    ("爷爷躺床上没了气", "ems-120", ""),
    ("我老公突然没气了,嘴唇发紫", "ems-120", ""),
    ("宝宝没气了快来", "ems-120", ""),
    ("同事倒下去没有气了", "ems-120", ""),
    ("外婆断气了", "ems-120", ""),
    ("孩子不喘气了", "ems-120", ""),
    ("我妈叫不应,好像没呼吸了", "ems-120", ""),
    ("他心跳停了", "ems-120", ""),
    ("小区停电,我爸在家用呼吸机", "power ems-120", "power ems-120"),
    ("停电了,家里有病人靠制氧机", "power ems-120", "power ems-120"),
    ("停电四个小时了,父亲的制氧机快没电了", "power ems-120", "power ems-120"),
    ("呼吸机报警,家里跳闸了", "power ems-120", "power ems-120"),
    ("血透室没电了,病人还在机器上", "power ems-120", "power ems-120"),
    ("县医院重症监护室断电", "power ems-120", "power ems-120"),
    ("医院手术室停电了", "power ems-120", "power ems-120"),
    ("新生儿保温箱断电了", "power ems-120", "power ems-120"),
    ("吸痰机没电,老人痰堵住了", "power ems-120", "power ems-120"),
    ("大货车刹车失灵,正在下坡", "traffic-police", ""),
    ("我车刹不住了,在高速下坡", "traffic-police", ""),
    ("班车没有刹车了,一车人", "traffic-police", ""),
    ("油门卡住踩刹车没用", "traffic-police", ""),
    ("脚手架上的钢管砸中一个路人", "", "ems-120"),
    ("围墙倒了压到两个人", "", "ems-120 fire"),
    ("空调外机掉下来砸到老人头", "", "ems-120"),
    ("大树砸中一辆车,里面有人", "", "fire ems-120"),
    ("玻璃掉下来砸伤一个小孩", "", "ems-120"),
    ("货架倒了人压在底下", "", "ems-120 fire"),
    ("拖拉机翻了压着人", "", "ems-120"),
    ("石头滚下来砸着一个人", "", "ems-120"),
    ("狗咬着孩子不松口", "", "public-security ems-120"),
    ("被狗咬了,血止不住", "", "ems-120"),
    ("两条狼狗在撕咬一个老人", "", "public-security ems-120"),
    ("被猪咬断手指,血流不止", "", "ems-120"),
    ("油罐车在漏油", "fire", ""),
    ("加油站汽油流了一地", "fire", ""),
    ("货车油箱破了,汽油在漏", "fire", ""),
    ("加油站闻到很浓的汽油味,地上有油", "fire", ""),
    ("冷库氨气泄漏,工人倒了三个", "", "fire ems-120"),
    ("化工厂冒黄烟,有人昏倒", "", "fire ems-120"),
    ("厂里毒气漏出来,好几个人晕了", "", "fire ems-120"),
    ("有人在污水池里熏倒了,下去救的也倒了", "", "fire ems-120"),
    ("氯气漏了,附近的人都在咳,有人吐", "", "fire ems-120"),
    ("车间硫酸溅到脸上", "", "ems-120"),
    ("我被五步蛇咬了脚肿起来", "", "ems-120"),
    ("爬山的被毒蛇咬了走不动", "", "ems-120"),
    ("小孩被蛇咬到手", "", "ems-120"),
    ("被马蜂蛰了几十下,头晕喘不过气", "", "ems-120"),
    ("蜜蜂蜇了全身起疹子,呼吸困难", "", "ems-120"),
    ("被蜂蜇了,人昏过去了", "", "ems-120"),
    ("please help, my father fell down and he is not breathing", "", "ems-120"),
    ("a man with a gun", "public-security", "public-security"),
    ("there is a big fire on the second floor", "", "fire"),
    ("he has a knife, help me", "", "public-security"),
    ("I smell gas in my apartment", "", "fire"),
    ("my baby is choking", "", "ems-120"),
    ("two cars crashed, a woman is bleeding", "", "ems-120 traffic-police"),
    ("my friend fell into the river, he can't swim", "", "fire ems-120"),
    ("I am trapped in the elevator", "", "fire"),
    ("heart attack, need ambulance", "", "ems-120"),
    ("Help!!", "", "public-security"),
    ("someone is hurt, call an ambulance", "", "ems-120"),
    ("he is unconscious", "", "ems-120"),
    ("earthquake, people are buried", "", "fire ems-120"),
    ("芦芝镇和永福镇交界的地方山体滑坡,路断了人埋了", "", "fire ems-120"),
    ("三不管的地方着火了,村里和镇里都推", "fire", ""),
    ("两个村交界的桥塌了,车掉下去了", "", "fire ems-120/traffic-police"),
    ("跟几个部门反映都没人管,现在墙要倒了,人在里面", "", "fire/housing/public-security/emergency"),
    ("医院停车场两车相撞有人受伤", "traffic-police", "ems-120"),
    ("人民医院着火了", "fire", ""),
    ("永福镇卫生院停电,产妇正在生", "power ems-120", "power ems-120"),
    ("漳平市医院门口有人拿刀", "public-security", ""),
    ("和平镇中学楼梯踩踏,学生压着学生", "", "ems-120"),
    ("我从楼上摔下来腿断了", "ems-120", ""),
    ("人触电了,手拿不开", "", "power ems-120"),
    ("孩子溺水捞上来没气了", "", "ems-120 fire"),
    ("喂,快点来,我爸不行了", "ems-120", ""),
    ("羊水破了要生了", "ems-120", ""),
    ("老人噎住了脸发紫", "ems-120", ""),
    ("水里漂着一个人", "", "public-security/fire"),
    ("河边发现一具女尸", "public-security", ""),
    ("小孩吞了硬币", "ems-120", ""),
    ("老人喝了84", "ems-120", ""),
    ("孩子把纽扣电池吞了", "ems-120", ""),
    ("水库要垮了", "emergency", ""),
    ("堤坝渗水", "emergency", ""),
    ("有人跳溪", "public-security", "fire ems-120"),
    ("女儿发消息说永别了", "public-security", ""),
    ("有人沉下去了", "fire", "ems-120"),
    ("小孩逆水了", "fire", "ems-120"),
    ("摔下山崖", "", "fire ems-120"),
    ("小孩爬到空调外机上", "fire", ""),
    ("老公掉到化粪池了", "fire", "ems-120"),
    ("塔吊倒了", "emergency housing", "fire"),
    ("舞台塌了", "emergency", "fire ems-120"),
    ("看台挤压踩踏", "", "ems-120"),
    ("桥要断了", "emergency", "fire"),
    ("桥面下沉", "emergency urban-management", "fire"),
    ("俺娘摔了动弹不得", "ems-120", ""),
    ("人贩子抢小孩", "public-security", ""),
    ("有人拖小女孩上车", "public-security", ""),
    ("好像有人被拖上面包车", "public-security", ""),
    ("传销关着我不让走", "public-security", ""),
    ("热水器洗澡晕了", "", "fire ems-120"),
    ("电表箱着了", "fire", ""),
    ("煤气灌爆了", "fire", ""),
    ("钢筋插到腿里", "ems-120", ""),
    ("流了好多学", "ems-120", ""),
    ("眼睛被鞭炮炸了", "ems-120", ""),
    ("门缝里流出血", "", "ems-120"),
    ("有人躺在马路中间", "", "ems-120"),
    ("早产", "ems-120", ""),
    ("狗把小孩脖子咬了", "", "ems-120"),
    ("大巴翻了", "traffic-police", "ems-120"),
]
# no P1: a pipe without gas, a machine that is sent back, a tree that hit no person
CALM = [
    "取款机吞了硬币",
    "120急救中心门口有流动摊贩",
    "急救中心门口积水",
    "炸药厂宿舍停水",
    "隔壁装修吵死人了",
    "空调坏了热死人了",
    "广场舞踩踏草坪",
    "水库边好多学生游泳请劝离",
    "半夜放鞭炮扰民",
    "家里没气了做不了饭",
    "整个小区没气了,灶打不着",
    "煤气灶没气了",
    "车胎没气了",
    "没了气,热水器点不着,什么时候来气",
    "液化气罐没气了,送气的电话多少",
    "家里停电了",
    "小区停电两个小时了,什么时候来电",
    "医院门口路灯没电",
    "呼吸机想咨询一下怎么报销",
    "制氧机坏了要求店家退货",
    "中医院旁边停电",
    "广告牌快掉下来了,怕砸到人",
    "树倒了没有压着人",
    "花盆掉下来差点砸到人",
    "小狗咬了一下破点皮,要不要打疫苗",
    "我的摩托车漏机油",
    "加油站加的油有问题",
    "油烟机漏油",
    "家门口有蜂窝,没蜇人",
    "蛇在鸡窝里,没咬人",
    "hello, I lost my passport",
    "where is the hotel",
    "my wifi does not work",
    "begun",
    "helpful fireworks show tonight?",
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("emergencies")) as d, d.desk(events=False) as c:
        yield c


@pytest.mark.parametrize("text, leads, others", URGENT, ids=[x[0] for x in URGENT])
def test_an_emergency_is_heard(desk, text, leads, others):
    said = desk.call("incident.draft", description=text)
    sent = {said["lead"], *said["assist"]}
    assert said["priority"] == "P1" and said["danger"] is True
    assert not leads or said["lead"] in leads.split(), said["lead"]
    for one in others.split():
        assert sent & set(one.split("/")), sent


@pytest.mark.parametrize("text", CALM)
def test_what_only_sounds_like_one_is_not(desk, text):
    assert desk.call("incident.draft", description=text)["priority"] != "P1"


def test_a_hospital_stands_in_the_town_that_its_name_begins_with(desk):
    said = desk.call("incident.draft", description="新桥镇人民医院停电,手术正在做")
    assert said["area"] == "350881100"
    assert desk.call("incident.draft", description="救助站来了个新桥镇人")["area"] is None


def test_letters_of_a_foreign_word_are_no_category(desk):
    said = desk.call("incident.draft", description="someone is drowning in the river")
    assert "power" not in {said["lead"], *said["assist"], *said["inform"]} and said["category"] == "400201"
