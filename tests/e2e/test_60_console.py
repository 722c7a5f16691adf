"""liandongctl console: an officer's desk on a terminal, over the network with his own account; its words, its screen, its
drafts, what is never an incident; and the same as lines of a pipe. What a line means, word by word, is tested in
tests/unit/desk_parse.c; here it is done by real processes, on a terminal of the test's own."""
import os
import re
import signal
import subprocess

import pytest

from harness import BUILD, Daemon, Grid, incident, trusting, until

CTL = os.path.abspath(os.path.join(BUILD, "liandongctl"))
START = "2026-03-02T23:00:00+08:00"
OFFICER = "liming"


class City:
    """A daemon with a manual clock, an officer's token, and incidents under names of their own."""

    def __init__(self, folder):
        (folder / "daemon").mkdir()
        self.home, self.token = folder / "home", folder / "token"
        self.home.mkdir()
        self.d = Daemon(folder / "daemon", clock=START)

    def begin(self):
        self.d.start()
        self.token.write_text(self.d.account(OFFICER, "desk") + "\n")
        self.token.chmod(0o600)
        self.desk = self.d.desk(events=False)
        return self

    def command(self, *arguments):
        return (CTL, "console", "--connect", f"127.0.0.1:{self.d.console_port}", "--token-file", str(self.token), *trusting(),
                *arguments)

    def console(self, columns=80, rows=24, *arguments, **env):
        return Grid(*self.command(*arguments), home=self.home, columns=columns, rows=rows, **env)

    def lines(self, *lines, code=0, local=False, **env):
        """What the lines of a pipe come to."""
        command = (CTL, "-c", self.d.config, "console") if local else self.command()
        done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60,
                              check=False, env={"PATH": os.environ["PATH"], "HOME": str(self.home), **env})
        assert done.returncode == code, f"{done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def report(self, number, **members):
        now = self.desk.call("session.ping")["time"]
        return self.desk.call("incident.report", **incident(number, now, **members))

    def get(self, number):
        return self.desk.call("incident.get", number=number)

    def events(self, number):
        return self.get(number)["events"]

    def numbers(self):
        return {i["number"] for i in self.desk.call("incident.list", limit=500)["incidents"]}

    def close(self):
        """Nothing is open for the next test."""
        with self.d.local() as local:  # a desk may not cancel what is late
            for row in self.desk.call("board.get")["incidents"]:
                local.call("incident.cancel", number=row["number"])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    city = City(tmp_path_factory.mktemp("console"))
    try:
        yield city.begin()
    finally:
        assert city.d.stop() == 0, city.d.log()[-4000:]


@pytest.fixture
def city(world):
    yield world
    world.close()


# -- words, on a pipe ----------------------------------------------------------------------------

def test_every_word_is_done_as_the_officer(city):
    """Over the network with his own account: each act is recorded as his, and he sees what a desk sees."""
    city.report("350881-W-1", units=["water", "power"], address="解放路12号")
    city.report("350881-W-2", units=["water"], address="和平路1号")
    shown = city.lines(
        "a 350881-W-1 李四 13800138000 @23:00 >20m 马上去", "d 350881-W-1-01 李四", "v 350881-W-1-01 李四", "p 350881-W-1 李四 挖开了",
        "+ 350881-W-1 交警 知会 封路", "- 350881-W-1-02 不用停电", "e 350881-W-1 地址 解放路15号 电话 13900000000 级别 紧急", "t 350881-W-1 邻居也来电",
        "u 350881-W-1 又来电话", "f 350881-W-1-01 李四 13800138000 修好了 恢复供水", "b 350881-W-1 满意 13900000000 很快", "x 350881-W-2 重复", "y",
        "l", "s 350881-W-1", "w wa", "w", "q? 解放路15", "?", "? a", "v")
    assert "! " not in shown, shown
    got = city.get("350881-W-1")
    assert (got["address"], got["reporter"]["phone"], got["priority"]) == ("解放路15号", "13900000000", "P2")
    assert got["state"] == "closed" and got["urged"] == 1 and got["callback"]["result"] == "satisfied"
    assert [(x["unit"], x["role"], x["state"]) for x in got["dispatches"]][:2] == [
        ("water", "lead", "completed"), ("power", "assist", "withdrawn")]
    assert (got["dispatches"][2]["unit"], got["dispatches"][2]["role"]) == ("traffic-police", "inform")
    assert got["dispatches"][0]["result"] == "修好了 恢复供水"
    mine = [e for e in got["events"] if e.get("dispatch", "-01").endswith("-01") and e["type"].startswith(("dispatch.ack", "dispatch.dep", "dispatch.arr", "dispatch.prog",
                                                              "dispatch.comp", "incident.am", "incident.ann", "incident.urg",
                                                              "callback"))]
    assert len(mine) == 9 and {e["by"] for e in mine} == {OFFICER}
    first = next(e for e in mine if e["type"] == "dispatch.acknowledged")
    assert (first["person"], first["phone"], first["text"]) == ("李四", "13800138000", "马上去")
    assert city.get("350881-W-2")["state"] == "cancelled"
    assert "13900000000" in shown and "解放路15号" in shown, "unmasked"


def test_every_word_in_english(city):
    """LIANDONG_LANGUAGE=en: English words, fields and choices, and what is said of them; Chinese words are understood as well."""
    city.report("350881-EN-1", units=["water", "power"], address="解放路12号")
    city.report("350881-EN-2", units=["water"], address="和平路1号")
    city.report("350881-EN-3", units=["water"], address="和平路2号")
    with city.d.liaison("water", events=False) as water:
        water.call("dispatch.return", dispatch="350881-EN-3-01", reason="not-our-duty", text="不归我们管")
    shown = city.lines(
        "ack 350881-EN-1 Li 13800138000 @23:00 >20m", "depart 350881-EN-1-01 Li", "签收 350881-EN-1-02 老王", "arrive 350881-EN-1-01 Li",
        "progress 350881-EN-1 Li dug up", "add 350881-EN-1 交警 inform road closed", "withdraw 350881-EN-1-02 error wrong unit",
        "amend 350881-EN-1 address 解放路15号 phone 13900000000 priority critical", "e 350881-EN-1 priority urgent Description the phone is dead",
        "note 350881-EN-1 gate locked", "urge 350881-EN-1", "complete 350881-EN-1-01 Li repaired", "callback 350881-EN-1 mostly quick",
        "return 350881-EN-3 grant 城管", "cancel 350881-EN-2", "y", "list", "show 350881-EN-1", "units water", "find 解放路15", "help", "help ack",
        "messages", LIANDONG_LANGUAGE="en")
    assert "! " not in shown, shown
    got = city.get("350881-EN-1")
    assert (got["address"], got["description"], got["priority"]) == ("解放路15号", "the phone is dead", "P2")
    assert got["state"] == "closed" and got["urged"] == 1 and got["callback"]["result"] == "basically"
    assert [(x["unit"], x["role"], x["state"]) for x in got["dispatches"]][:2] == [
        ("water", "lead", "completed"), ("power", "assist", "withdrawn")]
    assert "dispatch.voided" in [e["type"] for e in got["events"]], "withdrawn as an error"
    assert got["dispatches"][2]["role"] == "inform" and city.get("350881-EN-2")["state"] == "cancelled"
    assert city.get("350881-EN-3")["dispatches"][1]["unit"] == "urban-management"
    for said in ("acknowledge 1.1 自来水: ", "(z takes it back)", "place  解放路15号  area ", "duty room  ", "a  ack acknowledge 签 签收 ",
                 "acknowledge: NUMBER WHO [PHONE]", "—— reminders sent to units: "):
        assert said in shown, shown


@pytest.mark.parametrize("typed, says", [
    ("akc C1-01 Li", "there is no command akc; is a (acknowledge) meant? An incident is reported with n"), ("lsit", "l (the open queue)"),
    ("a water pipe is broken", "“water” is no number"), ("x", "x (cancel and withdraw all dispatches) takes: NUMBER"), ("12", "no incident 12"),
    ("n fire at night", ""), ("the pole fell onto the cables", "no command the"), ("n f", "too short"), ("dispatch fire", "no command dispatch"),
    ("critical fire", "no command critical"), ("address 12", "no command address")])
def test_no_line_in_english_is_an_incident_either(city, typed, says):
    before = city.numbers()
    shown = city.lines(typed, code=1, LIANDONG_LANGUAGE="en")
    assert says in shown and city.numbers() == before, shown


def test_a_return_is_decided_and_a_handover_made(city):
    city.report("R-1", units=["water"])
    with city.d.liaison("water", events=False) as water:
        water.call("dispatch.return", dispatch="R-1-01", reason="not-our-duty", text="不归我们管")
    city.d.account("desk9", "desk")
    shown = city.lines("r R-1 同意 城管 属城管", "h desk9 一件没完")
    assert "! " not in shown and "已记入台账" in shown
    got = city.get("R-1")["dispatches"]
    assert [(x["unit"], x["state"]) for x in got] == [("water", "withdrawn"), ("urban-management", "issued")]


# What was typed, and what the refusal must name: the lines that became live incidents once, and their like.
NOT_INCIDENTS = [
    ("akc C1-01 李明", "没有命令 akc,是否 a(签收)?报警请用 n"), ("lsit", "是否 l(在办队列)"), ("作废", "x(作废"), ("cancle X", "x(作废"),
    ("签收C1-01 李明", "a(签收)"), ("ackC1-01 李明", "a(签收)"), ("解放路路灯杆倒了压住电线", "n 解放路路灯杆倒了压住电线"),
    ("着火了", "没有命令 着火了"), ("12", "没有 12 号警情"), ("3", "没有 3 号警情"), ("y", "没有命令 y"), ("C1763-2-1", "C1763-2-1"),
    ("incident list", "没有命令 incident"), ("n", "太短"), ("n 火", "太短"), ("新 着火了", "太短"), ("new    ", "太短"),
    ("ack", "要写明:编号 谁"), ("x", "要写明:编号"),
    ("no 解放路水管爆裂了", "没有命令 no"), ("！", "没有命令"), ("。。。。。。", "没有命令"), ("a 99 李明", "没有 99 号警情"),
]


def test_what_is_no_word_is_never_an_incident(city):
    before = city.numbers()
    shown = city.lines(*[typed for typed, _ in NOT_INCIDENTS], code=1).split("! ")
    for (typed, said), line in zip(NOT_INCIDENTS, shown[1:], strict=True):
        assert said in line, (typed, line)
    for typed, asks in (("a C1-01", "谁签收?"), ("complete C1-01 李明", "处置结果?")):
        shown = city.lines(typed, code=1)
        assert asks in shown and "! 没有执行" in shown, (typed, shown)
    assert "! " not in city.lines("list", "？", "ＨＥＬＰ", "幫助", "　? ", "", "   ")
    assert city.numbers() == before


def test_a_line_that_is_not_utf8(city):
    before = city.numbers()
    done = subprocess.run(city.command(), input="n 解放路水管爆裂\n".encode("gbk") + b"\n", capture_output=True, check=False)
    assert done.returncode == 1 and "不是 UTF-8" in done.stdout.decode(errors="replace")
    assert city.numbers() == before


@pytest.mark.parametrize("typed", ["n 西门桥头自来水管爆了 13800138000", "新：西门桥头自来水管爆了 13800138000", "ｎ　西门桥头自来水管爆了 13800138000"])
def test_an_incident_by_its_word_and_an_empty_line(city, typed):
    before = city.numbers()
    shown = city.lines(typed, "")
    number, = city.numbers() - before
    assert re.fullmatch(r"C20260302\d{6}-[A-Z0-9]{6}", number) and number in shown
    got = city.get(number)
    assert got["description"] == "西门桥头自来水管爆了 13800138000" and got["reporter"]["phone"] == "13800138000"
    assert got["address"] == "西门桥头"
    assert re.search(rf"已报 \d+ 号 {number}:主办 自来水 0597-", shown)
    assert city.events(number)[0]["by"] == OFFICER


def test_a_draft_that_is_not_confirmed_is_said_and_not_sent(city):
    before = city.numbers()
    assert "草稿没有发出" in city.lines("n 西门桥头自来水管爆了", code=1)
    assert "放弃了草稿" in city.lines("n 西门桥头自来水管爆了", "放弃")
    assert city.numbers() == before


def test_on_the_control_socket_it_is_local_and_masked(city):
    city.report("M-1", address="西园路甲七十七号", reporter={"name": "欧阳明镜", "phone": "13977665544"})
    shown = city.lines("l", "M-1", local=True)
    assert "本机 个人信息隐去" in shown and "139****5544" in shown
    assert not [s for s in ("13977665544", "欧阳明镜", "西园路甲") if s in shown]
    city.lines("t M-1 说明", local=True)
    assert city.events("M-1")[-1]["by"] == "local"


def test_what_a_question_is_answered_with(city):
    """The next line is the answer; a command of its own drops the question, and is done."""
    city.report("Q-1", units=["water"])
    assert "已签收" in city.lines("a Q-1", "李明 13800138000")
    assert city.events("Q-1")[-1]["person"] == "李明"
    shown = city.lines("f Q-1", "u Q-1")
    assert "没有执行:f Q-1" in shown and city.get("Q-1")["urged"] == 1
    assert "没有执行" in city.lines("x Q-1", "n", code=1) and city.get("Q-1")["state"] == "open"
    assert "没有执行:f Q-1" in city.lines("f Q-1", code=1), "a pipe that ends leaves no question open in silence"


def test_an_act_is_taken_back(city):
    city.report("Z-1", units=["water"])
    shown = city.lines("a Z-1 李明", "z", "z", code=1)
    assert "签收 1.1 自来水:已签收(z 撤销)" in shown and "撤销 签收 1.1 自来水:待签收\n! 没有可以撤销的" in shown
    assert city.get("Z-1")["dispatches"][0]["state"] == "issued"


# -- the screen ----------------------------------------------------------------------------------

def test_the_screen_of_an_evening(city):
    city.report("E-1", address="和平中路12号", category="600201", priority="P1", units=["power", "fire"], description="有人触电")
    city.report("E-2", address="八一路与解放路口", units=["water"])
    with city.console() as t:
        lines = t.shows("和平中路12号")
        assert lines[0].startswith("漳平110联动 liming ●在线 23:0") and "危急1 紧急1" in lines[0]
        assert re.search(r"^ 1 ◆危急 电线断落 +和平中路12号 +供电 未 签收 \d:\d\d  消防 未 +\d+:\d\d$", lines[1]), lines[1]
        assert re.search(r"^ 2 ▲紧急 供水爆管 +八一路与解放路口 +自来水 未 签收 \d:\d\d +\d+:\d\d$", lines[2]), lines[2]
        t.enter("a1 林班长 13900000000", "签收 1.1 供电:已签收(z 撤销)")
        t.shows("供电 签 到场")
        t.enter("s1", "── 1 号 E-1 ──")
        lines = t.shows("林班长")
        assert any("报警人  张三 13959001234" in line for line in lines)
        t.type("\x1b")
        t.shows(lambda lines: not any("──" in line for line in lines))
        t.resize(120, 40)
        os.kill(t.process.pid, signal.SIGWINCH)
        t.shows(lambda lines: lines[39] == ">" and "消防支队" not in lines[1] and "供电 签 到场" in lines[1])
        t.resize(60, 12)
        os.kill(t.process.pid, signal.SIGWINCH)
        t.shows(lambda lines: lines[11] == ">" and "供电" in lines[1])
        t.resize(80, 24)
        os.kill(t.process.pid, signal.SIGWINCH)
        t.shows(lambda lines: lines[23] == ">")
        t.type("\x04")
        t.shows("离开接警台?y 离开")
        t.type("y\r")
        assert t.end() == 0
    assert not list(city.home.iterdir()), "what a reporter said is left in no file"


def test_the_screen_in_english(city):
    """Its columns stand where they do: priority, category, place, units, age."""
    city.report("SE-1", address="和平中路12号", category="600201", priority="P1", units=["power", "fire"], description="有人触电")
    city.report("SE-2", address="八一路与解放路口", units=["water"])
    with city.console(LIANDONG_LANGUAGE="en") as t:
        lines = t.shows("和平中路12号")
        assert lines[0].startswith("漳平 110 liming ●online 23:") and " P1:1 P2:1" in lines[0]
        assert re.search(r"^ 1 ◆P1 电线断落 +和平中路12号 +供电 new ack \d:\d\d  消防 new +\d+:\d\d$", lines[1]), lines[1]
        assert re.search(r"^ 2 ▲P2 供水爆管 +八一路与解放路口 +自来水 new ack \d:\d\d +\d+:\d\d$", lines[2]), lines[2]
        t.enter("a1 Lin 13900000000", "acknowledge 1.1 供电: 已签收 (z takes it back)")
        t.shows("供电 ack arrive ")
        t.enter("n 解放路水管爆了", "Enter sends, e amends, =7 joins")
        t.shows("draft>")
        t.type("\x1b")
        t.shows("the draft was dropped, nothing was reported: ")
        t.enter("prog\t", "progress")
        t.type("\x15\x04")
        t.shows("Leave the console? y leaves")
        t.type("y\r")
        assert t.end() == 0


def test_what_falls_due_rings_once_and_stands_out(city):
    city.report("D-1", address="八一路", priority="P1", units=["water", "power"])
    with city.console() as t:
        t.shows("八一路")
        assert t.bells == 0 and t.standing_out() == ""
        city.d.advance("1m5s")
        t.shows(lambda lines: any("待电话 1 自来水 0597-0000201" in line for line in lines))
        t.shows(lambda lines: "待电话2" in lines[0])
        assert t.bells == 0, "an instruction that was not fetched is a call, not yet a lateness"
        city.d.advance("1m")
        t.shows(lambda lines: any(re.search(r"^23:\d\d:\d\d 超时 1 自来水 签收限 23:\d\d:\d\d$", line) for line in lines))
        t.shows(lambda lines: "超时1" in lines[0] and t.bells == 1)
        assert "自来水 未☎ 签收 -0:0" in t.standing_out() and "超时1" in t.standing_out()
        lines = t.shows(lambda lines: re.search(r"催办\d", lines[0]))
        assert not any("请尽快签收" in line for line in lines), "what was sent to units is counted"
        t.enter("v", "── 消息 ──")
        t.shows(lambda lines: any("1 自来水 请尽快签收" in line for line in lines) and "催办" not in lines[0])
        assert t.bells == 1


def kept(t, city, before):
    number, = until(lambda: city.numbers() - before, "a new incident")
    return city.get(number)


def test_a_draft_is_seen_before_it_is_sent(city):
    city.report("S-1", address="八一路与解放路口", description="路口水管爆裂", units=["water"])
    before = city.numbers()
    with city.console() as t:
        t.shows("八一路与解放路口")
        t.enter("n 永福镇后孟村水管爆了 13900001111", "── 草稿 C20260302")
        lines = t.shows("派给  主办 自来水")
        text = "\n".join(lines)
        assert "地点  永福镇后孟村(取自内容)  区域 永福镇(由内容推定)  城区范围外" in text and "电话 13900001111(取自内容)" in text
        assert "类别  供水爆管、大面积漏水" in text and "依据  供水管网" in text and "协办 城管、交警、永福" in text
        assert city.numbers() == before, "nothing was sent"
        draft = re.search(r"草稿 (C\d+-\w+)", text)[1]
        t.enter("e 级别 危急 地址 后孟村口", "地点  后孟村口")
        t.shows("◆危急")
        t.enter("n 又一件别的事情", "已有一份草稿没有发出")
        t.enter("u1", "报警人再次来电 1 号")  # an open incident is served meanwhile
        t.enter("", lambda lines: any(f"已报 2 号 {draft}" in line for line in lines))
        got = kept(t, city, before)
        assert (got["number"], got["priority"], got["address"], got["reporter"]["phone"]) == (draft, "P1", "后孟村口", "13900001111")
        # the same matter: joined to 1, which is shown as similar
        before = city.numbers()
        t.enter("n 八一路与解放路口 水管爆裂", lambda lines: any("相似  1 八一路与解放路口(同地址)" in line for line in lines))
        t.enter("=1", "归入 1 号 S-1")
        got = kept(t, city, before)
        assert got["same_as"] == "S-1" and city.get("S-1")["callers"] == 2
        # a wrong digit alone joins nothing; what was refused reads so
        before = city.numbers()
        t.enter("n 西园镇有个老人走丢了", "派给")
        t.enter("=1", "不在相似的里面")
        t.enter("", "没有执行:=1")
        t.enter("b 1 满意", "回访 1 号 没有记录:")
        t.type("\x1b")
        t.shows("放弃了草稿,没有报出去:西园镇")
        assert city.get("S-1")["callers"] == 2
        # and dropped by Esc
        t.enter("n 中兴大厦电梯坏了", "派给")
        t.type("\x1b")
        t.shows("放弃了草稿,没有报出去")
        t.type("\x1b[A")
        t.shows("> n 中兴大厦电梯坏了")  # the words are still there
        assert city.numbers() == before


def test_pastes(city):
    before = city.numbers()
    with city.console() as t:
        t.shows("没有在办的警情")
        pasted = "\r\n".join(f"第{i}行 解放路水管爆了" for i in range(50))
        t.type(f"\x1b[200~n {pasted}\x1b[201~")
        t.shows("第49行")  # one line that is not carried out
        assert city.numbers() == before
        t.type("\x03")
        t.shows("丢开了这一行")
        # a terminal that marks no paste: each line is a command, and refused; a draft among them is not sent
        t.type("\r".join(["第一行 解放路水管爆了"] * 25 + ["n 解放路水管爆了,水很大"] + [""] * 3 + ["第二行"] * 21) + "\r")
        t.shows("── 草稿")
        t.shows(lambda lines: lines[-1].startswith("草稿>"))
        assert city.numbers() == before
        t.type("\x1b")
        t.shows("放弃了草稿")


def test_editing_in_chinese_and_completion(city):
    city.report("T-1", address="八一路", units=["water"])
    with city.console() as t:
        t.shows("八一路")
        t.type("t 1 水漫了路面\x1b[D\x1b[D\x1b[D\x7f\x7f到处是\x01\x1b[C\x1b[C\x1b[C\x1b[C")
        t.shows("> t 1 到处是了路面")
        t.type("\x05\x17\x17\x17")
        t.shows(">")
        t.type("+\t")
        t.type("\x03")
        t.shows("丢开了这一行")
        t.type("+ 1 jiao\t\x15+ 1 交\t")
        t.shows("交通  交警")
        t.type("警\t")
        t.shows("> + 1 交警")
        t.type("\x15e 1 类别 供水爆\t")
        t.shows("> e 1 类别 供水爆管、大面积漏水")
        t.type("\x15a \t")
        t.shows("> a 1")
        t.type("李明\r")
        t.shows("已签收")
        assert city.events("T-1")[-1]["person"] == "李明"


def test_ctrl_c_and_ctrl_d(city):
    with city.console() as t:
        t.shows("没有在办的警情")
        t.type("n 半句话\x03")
        t.shows("丢开了这一行。再按一次 Ctrl-C 离开")
        t.type("\x03")
        t.shows("离开接警台?y 离开")
        t.type("n\r")
        t.shows("没有离开")
        t.type("\x04")
        t.shows("离开接警台?")
        t.type("\x04")
        assert t.end() == 0
    with city.console() as t:
        t.shows("没有在办的警情")
        t.type("退出\r")
        t.shows("离开接警台?")
        t.type("y\r")
        assert t.end() == 0
    with city.console() as t:
        t.shows("没有在办的警情")
        t.process.terminate()
        assert t.end() == 0


# Keys with Enter: what a desk does most, and how many an experienced dispatcher may need for it.
TABLE = [
    ("acknowledge by phone", "a1 李明\r", "签收 1.1 自来水:已签收"),
    ("acknowledged at 22:50", "a1 李明 @2250\r", "签收 1.1 自来水:已签收"),
    ("arrived", "v1 李明\r", "到场 1.1 自来水:已到场"),
    ("take it back", "z\r", "撤销 到场 1.1 自来水:已签收"),
    ("add a unit", "+1 交警\r", "增派单位 1 号 交警"),
    ("correct the address", "e 1 地址八一路9号\r", "更正 1 号"),
    ("the caller rang again", "u1\r", "再次来电 1 号"),
    ("look at one incident", "1\r", "── 1 号 K-1"),
    ("the queue", "l\r", "── 在办队列"),
    ("a unit's phones", "w wa\r", "分管领导"),
]


def test_keys_are_few(city):
    city.report("K-1", address="八一路", units=["water"])
    with city.console() as t:
        t.shows("八一路")
        for what, keys, said in TABLE:
            t.typed = 0
            t.type(keys)
            t.shows(said)
            assert 2 <= t.typed <= 15, (what, t.typed)
    got = city.get("K-1")
    assert got["address"] == "八一路9号" and len(got["dispatches"]) == 2 and got["urged"] == 1


def test_what_comes_from_outside_is_shown_harmlessly(city):
    names = ["<img src=x onerror=alert(1)>", "\u202e反了\u200b\u061c", "长" * 300, "\x1b[31m红\x1b]0;t\x07", "a\u0301\u0302b"]
    for i, name in enumerate(names):
        city.report(f"X-{i}", address=name, description=name, reporter={"name": name[:90], "phone": "1\x1b[2J3"})
    with city.console(120, 30) as t:  # the grid fails on every sequence and control character that is not ours
        t.shows("<img src=x onerror")  # a row of the board is cut to its room
        for i in range(1, 6):
            t.enter(f"s{i}", f"── {i} 号")
        t.enter("q? 反了", "── 查 反了")
        t.enter("n \u202e\u200b解放路水管爆了", "── 草稿")
        t.shows("<U+202E>")


# -- when something is away ----------------------------------------------------------------------

@pytest.fixture
def own(tmp_path):
    """A city whose processes may be stopped."""
    city = City(tmp_path)
    try:
        yield city.begin()
    finally:
        city.d.stop()


def test_the_engine_away_and_the_connection_lost(own):
    own.report("A-1", address="八一路", units=["water"])
    with own.console() as t:
        t.shows("八一路")
        engine, = own.d.pids("engine")
        t.enter("n 解放路12号水管爆了 13900001111", "派给  主办 自来水")
        os.kill(engine, signal.SIGSTOP)
        t.type("\r")
        t.shows("已发出")
        t.type("a1 李明\r")
        lines = t.shows(lambda lines: "待确认2" in lines[0] and any("待确认,自动重发" in line for line in lines))
        os.kill(engine, signal.SIGCONT)
        lines = t.shows(lambda lines: "待确认" not in lines[0] and any("签收 1.1 自来水:已确认" in line for line in lines))
        number = re.search(r"(C\d+-\w+):已确认", "\n".join(lines))[1]
        t.shows(lambda lines: any("解放路12号" in line and "自来水 未" in line for line in lines))
        assert own.numbers() == {"A-1", number}
        assert [e["type"] for e in own.events("A-1")].count("dispatch.acknowledged") == 1
        os.kill(engine, signal.SIGSTOP)  # a preview that does not come holds nothing up
        t.enter("n 和平路3号水管爆了", "看不到派给谁(还没有答复):回车照样报出")
        os.kill(engine, signal.SIGCONT)
        t.type("\x1b")
        t.shows("放弃了草稿")
        own.d.kill("intake")
        t.shows("连接中断")
        t.shows(lambda lines: "●在线" in lines[0])
        own.desk = own.d.desk(events=False)
        own.report("A-2", address="和平路", units=["water"])
        t.shows("和平路")
        own.d.kill("engine")
        t.enter("u1", lambda lines: any("再次来电 1 号:" in line for line in lines))
        until(lambda: own.get("A-1")["urged"] == 1, "the act, once")


def test_what_is_typed_while_there_is_no_connection_is_sent_once(own):
    with own.console() as t:
        t.shows("没有在办的警情")
        own.d.stop()
        t.shows(lambda lines: "○已断线" in lines[0])
        t.enter("n 解放路12号水管爆了", "正在问派给谁")
        t.enter("", lambda lines: "待确认1" in lines[0])
        t.type("\x04")
        t.shows("还有 1 件没有得到答复")
        t.type("\x03")
        own.d.start()
        own.desk = own.d.desk(events=False)
        t.shows(lambda lines: "●在线" in lines[0] and any("自来水 未" in line for line in lines))
        assert len(own.numbers()) == 1


def test_a_thousand_events_a_second(own):
    """Two hundred reports at once are a thousand events: keys are answered meanwhile, and the screen ends up right."""
    with own.console(120, 40) as t:
        t.shows("没有在办的警情")
        now = own.desk.call("session.ping")["time"]
        ids = [own.desk.send("incident.report", **incident(f"B-{i}", now, units=["water", "power", "fire"])) for i in range(200)]
        t.type("?\r")
        t.shows("── 命令 ──")
        t.type("\x1b")
        for one in ids:
            own.desk.result(one)
        t.shows(lambda lines: "紧急200" in lines[0] and any("… 还有" in line for line in lines))
        t.enter("u 1", "再次来电 1 号")
        t.type("\x04\x04")
        assert t.end() == 0


# -- without a screen ----------------------------------------------------------------------------

@pytest.mark.parametrize("how", [["--plain"], []], ids=["plain", "dumb"])
def test_the_same_as_scrolling_text(city, how):
    city.report(f"P-{len(how)}", address="八一路", units=["water"])
    with Grid(*city.command(*how), home=city.home, TERM="xterm" if how else "dumb") as t:
        t.obey = lambda s: pytest.fail(f"a sequence {s}")
        t.see("接警台。")
        t.type("l\n")
        t.see("八一路")
        t.type("a1\n")
        t.see("1 自来水:谁签收?")
        t.type("李明\n")
        t.see("签收 1.1 自来水:已签收")
        city.d.advance("31m")
        t.see("超时 1 自来水 到场限")
        t.type("n 解放路水管爆了\n")
        t.see("派给  主办 自来水")
        t.type("\n")
        t.see("已报 2 号 ")
        t.type("\x04")
        t.see("离开接警台?")
        t.type("\x04")
        assert t.end() == 0


@pytest.mark.parametrize("env", [{"LANG": "C.UTF-8"}, {"LANG": ""}, {"LANG": "", "LC_ALL": "C"}], ids=["utf-8", "no locale", "C"])
def test_in_any_locale(city, env):
    city.report(f"L-{len(env)}{env['LANG'] != ''}", address="八一路", units=["water"])
    with city.console(**env) as t:
        t.shows("八一路")
        t.enter("a1 李明", "已签收")


def test_without_a_daemon_in_english(tmp_path):
    nowhere = City(tmp_path)
    nowhere.token.write_text("ldt_x")
    nowhere.token.chmod(0o600)
    with nowhere.console(LIANDONG_LANGUAGE="en") as t:
        t.shows("connection lost: the server cannot be reached; connecting again")
        t.type("\x04")
        t.shows("Leave the console?")
        t.type("y\r")
        assert t.end() == 0


def test_without_a_daemon(tmp_path):
    nowhere = City(tmp_path)
    nowhere.token.write_text("ldt_x")
    nowhere.token.chmod(0o600)
    with nowhere.console() as t:
        t.shows("连接中断")
        t.type("\x04")
        t.shows("离开接警台?")
        t.type("y\r")
        assert t.end() == 0


def test_a_token_that_is_not_accepted(city, tmp_path):
    bad = tmp_path / "token"
    bad.write_text("ldt_" + "0" * 60)
    bad.chmod(0o600)
    done = subprocess.run((CTL, "console", "--connect", f"127.0.0.1:{city.d.console_port}", *trusting(), "--token-file", str(bad)),
                          input="l\n", capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1 and "令牌" in done.stderr, done.stderr
