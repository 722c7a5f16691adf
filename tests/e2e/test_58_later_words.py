"""What is said of an incident after its report, or by another caller who is joined to it: each command with a free text, both
ways in, made from the program's own table, so that a new command cannot be left out. And what must stay quiet: notes of
ordinary work."""
import pytest

from harness import Daemon, endpoints, incident, protocol, until

AT = "2026-03-02T10:00:00+08:00"
DANGER, QUIET = "现在着火了，有人受伤", {"description": "路灯不亮，在八一路12号门口，晚上看不清"}
TEXTS = {"description", "text", "result", "reason"}
# what they say is of how a matter was handled, some time ago
OF_HANDLING = {"finding.open", "finding.appeal", "finding.decide", "incident.hold", "dispatch.correct"}


def says():
    """(command, text) of all acts that have a free text."""
    return sorted((name, f["name"]) for name, row in protocol().items() if row.get("act") and not row["internal"]
                  for f in row["fields"] if f["name"] in TEXTS and f["type"] == "text")


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("later"), clock=AT) as daemon:
        daemon.desk_console = daemon.desk(events=False)
        daemon.unit_console = daemon.liaison("urban-management", events=False)
        daemon.names = iter(f"W{n}" for n in range(1, 10000))
        yield daemon
        audit = daemon.ctl("audit", "verify", check=False)
        assert audit.returncode == 0, audit.stdout + audit.stderr


def report(d, **more):
    """A street lamp is out: it is not urgent."""
    number = next(d.names)
    d.desk_console.call("incident.report", **{**incident(number, AT, category="600605", description="路灯不亮"), **more})
    return number


def act(d, who, name, way, **params):
    console = d.unit_console if who == "unit" else d.desk_console
    if way == "console":
        return console.call(name, **params)
    path = next(p for m, p, c in endpoints() if m == "POST" and c == name)
    for key in ("number", "dispatch", "request"):
        if f"{{{key}}}" in path:
            path = path.replace(f"{{{key}}}", params.pop(key))
    token = d.account("liaison-urban-management", "liaison", "urban-management") if who == "unit" else d.account("desk1", "desk")
    status, _, body = d.http("POST", path, token, params)
    assert status in (200, 201), (name, body)
    until(lambda: d.desk_console.call("session.ping")["seq"] >= body["seq"], "the console's process has heard")
    return body


def returned(d, n):
    d.unit_console.call("dispatch.return", dispatch=f"{n}-01", reason="not-our-duty")


def completed(d, n):
    d.unit_console.call("dispatch.complete", dispatch=f"{n}-01", result="灯修好了")


def of_incident(n):
    return {"number": n}


def of_dispatch(n):
    return {"dispatch": f"{n}-01"}


def of_request(n):
    return {"request": f"{n}.r1"}


# command -> who gives it, what comes before it, what it names, what else it says
COMMANDS = {
    "incident.amend": ("desk", None, of_incident, {}),
    "incident.annotate": ("desk", None, of_incident, {}),
    "incident.urge": ("desk", None, of_incident, {}),
    "incident.close": ("desk", completed, of_incident, {}),
    "incident.cancel": ("desk", None, of_incident, {}),
    "incident.callback": ("desk", completed, of_incident, {"result": "dissatisfied"}),
    "incident.reopen": ("desk", completed, of_incident, {}),
    "incident.link": ("desk", None, of_incident, {"other": "OTHER"}),
    "dispatch.add": ("desk", None, of_incident, {"unit": "power", "role": "assist"}),
    "dispatch.withdraw": ("desk", None, of_dispatch, {}),
    "dispatch.acknowledge": ("unit", None, of_dispatch, {}),
    "dispatch.depart": ("unit", None, of_dispatch, {}),
    "dispatch.arrive": ("unit", None, of_dispatch, {}),
    "dispatch.progress": ("unit", None, of_dispatch, {}),
    "dispatch.complete": ("unit", None, of_dispatch, {"result": "灯修好了"}),
    "dispatch.return": ("unit", None, of_dispatch, {"reason": "not-our-duty"}),
    "dispatch.extend": ("unit", None, of_dispatch, {"until": "2026-03-06T10:00:00+08:00"}),
    "request.decide": ("desk", returned, of_request, {"grant": False}),
    "dispatch.decide-return": ("desk", returned, of_dispatch, {"grant": False}),
}


def raised(d, number):
    got = d.desk_console.call("event.list", number=number, after=0, limit=500)["events"]
    return [e for e in got if e["type"] == "escalation.raised" and e["data"].get("why") in
            ("later-words", "other-units", "graver-follower")]


def codes(answer):
    return {w["code"] for w in answer["warnings"]} & {"graver-words", "other-units", "units-added", "desk-told"}


def on_board(d, number):
    return [row for row in d.desk_console.call("board.get")["incidents"] if row["number"] == number]


def test_every_command_with_a_text_is_tried():
    assert {name for name, _ in says()} == set(COMMANDS) | OF_HANDLING


@pytest.mark.parametrize("way", ["console", "http"])
@pytest.mark.parametrize("name,text", [one for one in says() if one[0] not in OF_HANDLING], ids="-".join)
def test_danger_that_is_said_later_is_told(d, name, text, way):
    who, before, names, more = COMMANDS[name]
    n = report(d)
    if not d.desk_console.call("incident.list", limit=500, find="OTHER")["incidents"]:
        d.desk_console.call("incident.report", **incident("OTHER", AT))
    if before:
        before(d, n)
    answer = act(d, who, name, way, **{**names(n), **more, text: DANGER})
    assert codes(answer) == ({"desk-told"} if who == "unit" else {"graver-words", "other-units"}), answer["warnings"]
    told, = raised(d, n)
    assert (told["data"]["why"], told["data"]["priority"], told["data"]["command"]) == ("later-words", "P1", name)
    assert told["data"]["recipients"] == [{"role": "desk"}] and "dispatch" not in told and "unit" not in told
    assert {"fire", "ems-120"} <= set(told["data"]["units"]) and "urban-management" not in told["data"]["units"]
    inc = d.desk_console.call("incident.get", number=n)
    assert inc["graver"]["priority"] == "P1" and "fire" in [u["unit"] for u in inc["graver"]["units"]]
    if inc["state"] not in ("closed", "cancelled"):
        assert on_board(d, n)[0]["graver"] is True
    seen = d.unit_console.call("incident.get", number=n)
    assert "graver" not in seen and "escalation.raised" not in [e["type"] for e in seen.get("events", [])]
    # no unit is sent for words alone, and the desk's priority stays the desk's
    assert inc["priority"] == "P4" and {x["unit"] for x in inc["dispatches"] if x["role"] != "inform"} <= {"urban-management", "power"}


@pytest.mark.parametrize("name,text", [one for one in says() if one[0] not in OF_HANDLING], ids="-".join)
def test_what_is_said_of_ordinary_work_raises_nothing(d, name, text):
    who, before, names, more = COMMANDS[name]
    n = report(d)
    if before:
        before(d, n)
    answer = act(d, who, name, "console", **{**names(n), **more, text: QUIET.get(text, "已到现场，正在处置")})
    assert not codes(answer) and not raised(d, n) and "graver" not in d.desk_console.call("incident.get", number=n)


def test_it_is_told_once_until_the_desk_decides(d):
    """The same again is no news; another unit's danger is; the priority that the desk says ends the mark, and the very same
    words do not bring it back, but others do."""
    n = report(d)

    def says_(text):
        return codes(d.desk_console.call("incident.annotate", number=n, text=text))

    assert says_("着火了") == {"graver-words", "other-units"} == says_("又着火了")
    assert len(raised(d, n)) == 1
    says_("有人要跳河")
    assert len(raised(d, n)) == 1, "fire, 120 and the police are named already"
    says_("山体滑坡了")
    assert len(raised(d, n)) == 2 and {"fire", "natural-resources"} <= set(raised(d, n)[0]["data"]["units"]) | set(raised(d, n)[1]["data"]["units"])
    d.desk_console.call("incident.amend", number=n, priority="P4")
    assert "graver" not in d.desk_console.call("incident.get", number=n) and "graver" not in on_board(d, n)[0]
    assert not says_("山体滑坡了") and len(raised(d, n)) == 2
    assert says_("现在有人晕倒") and len(raised(d, n)) == 3 and on_board(d, n)[0]["graver"]


def test_the_mark_ends_when_all_are_there(d):
    n = report(d)
    d.unit_console.call("dispatch.progress", dispatch=f"{n}-01", text="有人触电昏迷")
    units = raised(d, n)[0]["data"]["units"]
    d.desk_console.call("incident.amend", number=n, category="600201", priority="P1")
    d.unit_console.call("dispatch.progress", dispatch=f"{n}-01", text="有人触电昏迷，一直没有醒")
    assert on_board(d, n)[0]["graver"]
    for unit in units:
        d.desk_console.call("dispatch.add", number=n, unit=unit, role="assist")
    assert "graver" not in on_board(d, n)[0]
    before = len(raised(d, n))
    answer = d.unit_console.call("dispatch.progress", dispatch=f"{n}-01", text="触电的人还是昏迷")
    assert not codes(answer) and len(raised(d, n)) == before


def test_what_the_report_said_is_known(d):
    """The desk gave it P4 all the same: repeating it is no news."""
    n = report(d, description="路灯杆着火了", priority="P4")
    assert not codes(d.unit_console.call("dispatch.progress", dispatch=f"{n}-01", text="到场查看，路灯杆着火了一下"))
    assert not raised(d, n)


def test_fire_that_comes_back_is_news(d):
    n = report(d, category="400101", description="厂房着火")
    fire = next(x["dispatch"] for x in d.desk_console.call("incident.get", number=n)["dispatches"] if x["unit"] == "fire")
    person = {"person": "李工"}
    d.desk_console.call("dispatch.add", number=n, unit="urban-management", role="assist")
    own = next(x["dispatch"] for x in d.desk_console.call("incident.get", number=n)["dispatches"] if x["unit"] == "urban-management")
    assert not codes(d.desk_console.call("dispatch.complete", dispatch=fire, result="火已扑灭，起火原因是电线老化", on_behalf=person))
    assert not raised(d, n)
    assert codes(d.unit_console.call("dispatch.progress", dispatch=own, text="又着火了")) == {"desk-told"}
    assert raised(d, n)[0]["data"]["units"] == ["fire"]


def test_the_desk_hears_of_a_closed_incident_too(d):
    n = report(d)
    completed(d, n)
    d.desk_console.call("incident.close", number=n, text="")
    assert codes(d.desk_console.call("incident.annotate", number=n, text="又打来，电线冒火花，有人触电"))
    assert codes(d.unit_console.call("dispatch.progress", dispatch=f"{n}-01", text="孩子掉井里了，没有呼吸")) == {"desk-told"}
    assert len(raised(d, n)) >= 1


# -- another caller ----------------------------------------------------------------------------------

CAVED = {"category": None, "description": "路面塌陷", "area": "350881001"}
IN_IT = {"category": None, "description": "塌陷的坑里车掉进去了，里面着火，有人晕倒没有呼吸"}


def caved(d):
    n = next(d.names)
    d.desk_console.call("incident.report", **{k: v for k, v in {**incident(n, AT), **CAVED}.items() if v is not None})
    return n


def joins(d, n, **members):
    own = next(d.names)
    params = {k: v for k, v in {**incident(own, AT, same_as=n), **members}.items() if v is not None}
    return own, d.desk_console.call("incident.report", **params)


def test_another_caller_who_is_critical_sends_the_units_that_he_names(d):
    n = caved(d)
    before = {x["unit"] for x in d.desk_console.call("incident.get", number=n)["dispatches"] if x["role"] != "inform"}
    assert not before & {"fire", "ems-120"}
    own, answer = joins(d, n, **IN_IT)
    assert "units-added" in codes(answer) and not answer["dispatches"]
    sentence = next(w["detail"] for w in answer["warnings"] if w["code"] == "units-added")
    assert "消防" in sentence and n in sentence and "dispatch.withdraw" in sentence
    inc = d.desk_console.call("incident.get", number=n)
    added = {x["unit"]: x for x in inc["dispatches"] if x["role"] != "inform" and x["unit"] not in before}
    assert {"fire", "ems-120"} <= set(added) and all(x["role"] == "assist" and x["acknowledge_due"] for x in added.values())
    told, = raised(d, n)
    assert (told["data"]["why"], told["data"]["follower"]) == ("other-units", own)
    assert set(told["data"]["added"]) == set(added)
    with d.liaison("fire", events=False) as fire:  # who is sent reads why
        words = [e.get("text") for e in fire.call("incident.get", number=n)["events"] if e["type"] == "dispatch.issued"]
        assert any(w and "没有呼吸" in w for w in words), words
    again = joins(d, n, **IN_IT)[1]  # a third one: all are there
    assert "units-added" not in codes(again) and len(raised(d, n)) == 1


def test_another_caller_who_is_urgent_makes_the_desk_look(d):
    """P2: no unit is sent, the desk is told once, and by what it can do."""
    n = report(d, category="600604", priority="P2", description="树倒了", units=["urban-management"])
    own, answer = joins(d, n, category="601703", priority="P2", description="路上落石")
    assert codes(answer) == {"other-units"}
    assert any("dispatch.add" in w["detail"] and n in w["detail"] for w in answer["warnings"])
    told, = raised(d, n)
    assert told["data"]["why"] == "other-units" and "transport" in told["data"]["units"] and "added" not in told["data"]
    assert {x["unit"] for x in d.desk_console.call("incident.get", number=n)["dispatches"] if x["role"] != "inform"} == {"urban-management"}
    assert on_board(d, n)[0]["graver"]
    joins(d, n, category="601703", priority="P2", description="落石又多了")
    assert len(raised(d, n)) == 1


def test_units_that_the_desk_names_for_a_follower_are_not_dropped_silently(d):
    n = report(d)
    assert codes(joins(d, n, category="600605", description="路灯不亮", units=["power"])[1]) == {"other-units"}
    assert codes(joins(d, n, category="600605", description="路灯不亮")[1]) == set()


def test_one_that_was_cancelled_for_another_leaves_its_units_to_it(d):
    n, other = caved(d), next(d.names)
    d.desk_console.call("incident.report", **{k: v for k, v in {**incident(other, AT), **IN_IT}.items() if v is not None})
    answer = d.desk_console.call("incident.cancel", number=other, same_as=n)
    assert "units-added" in codes(answer)
    assert "fire" in {x["unit"] for x in d.desk_console.call("incident.get", number=n)["dispatches"] if x["state"] != "withdrawn"}


# -- how often it errs --------------------------------------------------------------------------------

# as units write them; none of them is a reason to call anybody
ORDINARY = [
    "已到场，火已扑灭，无人受伤", "已到现场，正在关阀", "到场后已恢复供水", "已修复漏点，恢复正常供水", "现场已处置完毕，群众满意", "人员已到场，正在排查原因", "路灯线路老化，已更换灯泡",
    "树枝已清理，道路恢复通行", "井盖已更换，设围挡警示", "已联系业主，上门维修", "正在前往，预计二十分钟到", "堵车，预计晚到十分钟", "现场正在抢修，预计两小时恢复", "需要挖机，已联系",
    "已通知物业到场配合", "电梯已修好，被困人员已救出", "被困老人已安全救出，无人受伤", "伤者已由120送往市医院", "双方已调解，达成一致", "当事人情绪稳定，已劝离", "噪音已停止，摊主配合",
    "已制止施工，责令整改", "现场没有明火，只是烧垃圾冒烟，已浇灭", "烟雾为居民烧柴火，无险情", "燃气阀门已关闭，检测无泄漏", "已检测，未发现燃气泄漏", "马蜂窝已摘除", "狗已捕捉，交收容所",
    "流浪狗没找到，现场已巡查", "积水已排空，交通恢复", "水位下降，继续观察", "路面塌陷处已围挡，明天回填", "已回填压实，恢复通行", "停电因线路跳闸，已送电", "变压器故障，正在更换",
    "供电抢修队已到位，预计18点恢复", "欠费停电，已告知用户缴费", "查看现场未见异常", "现场没有人，联系不上报警人", "已电话联系报警人，约明天上门", "报警人说不用去了", "不属于我单位管辖，建议转城管局",
    "已移交派出所处理", "车主已挪车", "交通事故已处理，双方自行协商", "事故车已拖离，道路畅通", "已疏导交通", "道路结冰，已撒盐", "山体滑坡土方已清除，单侧通行", "边坡有小量落石，已封闭道路，无人员伤亡",
    "隐患已消除", "已安排专人值守", "已开具整改通知书", "食品抽样送检，等结果", "投诉已受理，三个工作日内答复", "老人已送回家，家属签字", "走失儿童已找到，平安", "醉酒男子已由家人接走",
    "已清运垃圾，现场干净", "工地已停工，扬尘已洒水"]
DANGEROUS = [
    "现场有人被电击昏迷，煤气泄漏，请求120和消防", "路灯不亮，有人触电倒地没有呼吸", "有人触电倒地没有呼吸，快来救护车", "现在着火了", "火势变大了，控制不住", "又着火了", "现场发现燃气泄漏",
    "坑里掉进去一辆车，里面有人", "发现一人昏迷", "有人晕倒", "现场有人受伤流血", "老人被困屋内", "水里有个小孩", "房子快塌了，里面还有人", "双方打起来了，有人拿刀", "有人要跳楼", "施工工人被埋",
    "变压器爆炸起火", "山体还在滑，下面有住户", "有毒气体泄漏，工人中毒", "电线掉下来了，路边有人", "化工桶漏了，有刺激性气味", "需要救护车", "请求消防增援", "请求增派公安，现场有人闹事",
    "塌陷的坑里车掉进去了，里面着火，有人晕倒没有呼吸", "孩子没气了", "呼吸机没电了"]


def alarmed(d, notes):
    """Those that raise something, each as the progress of an incident of its own that is not urgent."""
    out = []
    for note in notes:
        n = report(d)
        answer = d.unit_console.call("dispatch.progress", dispatch=f"{n}-01", text=note)
        assert bool(codes(answer)) == bool(raised(d, n))
        out += [note] if codes(answer) else []
    return out


def test_ordinary_notes_are_quiet_and_dangerous_ones_are_not(d):
    """The figures of docs/ROUTING.md."""
    assert len(ORDINARY) == 60 and len(DANGEROUS) == 28
    false = alarmed(d, ORDINARY)
    print("false", false)
    assert len(false) <= 3, false
    missed = set(DANGEROUS) - set(alarmed(d, DANGEROUS))
    assert len(missed) <= 3, missed
