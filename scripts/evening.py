#!/usr/bin/python3
"""An evening with a storm, played on the demonstration server of `make run` in ten minutes, so that everything on the page and
the console moves: reports, units that sign and leave and arrive, returns, late ones, urges, call-backs.

Everything goes over HTTP with accounts of their own, as the desk's system and the units' would do it. Accounts that are
missing are made on the control socket, their tokens kept in the folder that make run keeps its own in. Nothing is
random: the same evening comes each time, under numbers that the server gives.

Usage: evening.py [--http ADDRESS] [--tokens FOLDER] [--ctl COMMAND] [--speed N] [--minutes N]
"""
import argparse
import heapq
import http.client
import json
import os
import shlex
import subprocess
import sys
import time

DESK, LEADER = "desk-1", "leader-1"
# second of the evening, address, what was said, what is special about it
MATTERS = [
    (0, "和平中路与解放路交叉口", "路口地下供水管破裂，水往上冒有半人高，半边车道已积水", ""),
    (8, "桂林路与北环路口", "打雷后变压器冒火花，旁边有一根线掉下来搭在围墙上，不敢靠近", ""),
    (20, "南环路铁路桥下", "下大雨桥下内涝积水快到膝盖，一辆小车熄火泡在里面，后面的车还往里开", ""),
    (33, "和平中路与解放路交叉口", "路口水管爆了，水都漫到药店门口了", "joins 0"),
    (45, "八一路商贸城楼顶", "刮大风把楼顶广告牌吹得翘起来，一角掉下来挂在电线上，底下都是人", "returns"),
    (60, "八一路中兴大厦2号电梯", "停电了，电梯困人，三个大人一个小孩，停在7楼和8楼之间，小孩在哭", ""),
    (75, "西园镇基泰村", "打雷后全村没电，修要多久", "late"),
    (90, "永福镇往官田方向县道8公里处", "塌方了，泥土连树滑下来占满整个路面，两边过不去，班车上有二十三名乘客", ""),
    (110, "东环路高速连接线红绿灯", "一辆小车追尾货车，小车司机腿被卡住，有流血，意识清醒", ""),
    (125, "江滨公园西侧", "公园路灯坏了，沿江那排都不亮，台阶上有人差点摔倒", "late"),
    (140, "溪南镇集镇老街", "溪水漫过防洪堤，老街一楼全部被淹，水深七八十公分还在涨，已经停电", ""),
    (160, "和平镇安靖村12号", "老房子泡了大半天雨，后墙开裂能伸进一只手，二楼两个老人行动不便", ""),
    (175, "解放路新华书店门口人行道", "井盖翻了，旁边拿树枝插着，有老人差点踩空", "urged"),
    (190, "灵地乡易坪村", "雨后电信宽带和固话都断了，医保系统用不了", "dissatisfied"),
    (205, "和平北路加油站斜对面", "一捆黑色线缆掉下来横在路中间离地一米多，电动车差点勒到脖子", "returns"),
    (225, "解放路三巷出租房", "二楼着火了，电动车充电烧起来的，楼道全是烟，三楼还有人在阳台喊", ""),
    (250, "象湖镇杨美村", "隔壁孤寡老人房顶被雨淋漏了，被子全湿，没有干粮，请民政来看一下", "late"),
    (270, "桂林路46号后巷", "下水道堵塞，污水倒灌进屋", "urged"),
    (290, "桂林路廉租房4栋", "隔壁男的喝了酒又打老婆，女的在哭喊救命，屋里还有两个小孩", ""),
    (315, "赤水镇香寮村路口往南500米", "路上有块大石头，下雨滚下来的，挡住半边，转弯看不见", ""),
    (340, "和平南路水岸名都1栋", "楼道里一股臭鸡蛋味，像是煤气漏气，三楼敲门没人应", ""),
    (360, "八一路公交首末站", "广告灯箱被风刮倒压住两部电动车", "dissatisfied"),
]
PEOPLE = ["林班长", "陈师傅", "李队", "黄主任", "小吴", "老周"]
# to whom a dispatch goes that its unit wanted out of: more than one incident has parties
OTHERS = ("telecom", "cable", "urban-management", "mobile", "power", "unicom", "water", "housing", "transport", "emergency", "civil-affairs", "market")
REASONS = {"returns": ("not-our-asset", "现场看过，不是我们的设施")}


class Refused(Exception):
    """An answer that is none of 2xx."""


class Server:
    """HTTP with one account's token."""

    def __init__(self, address, token):
        self.address, self.token = address, token

    def ask(self, method, path, body=None):
        c = http.client.HTTPConnection(self.address, timeout=30)
        try:
            text = None if body is None else json.dumps(body, ensure_ascii=False).encode()
            headers = {"Authorization": f"Bearer {self.token}"}
            if text is not None:
                headers["Content-Type"] = "application/json"
            c.request(method, path, text, headers)
            answer = c.getresponse()
            got = json.loads(answer.read() or b"{}")
        finally:
            c.close()
        if answer.status // 100 != 2:
            raise Refused(got.get("detail") or got.get("title") or str(answer.status))
        return got


class Evening:
    """What is to happen, in the order of its seconds, and what has happened."""

    def __init__(self, options):
        self.options = options
        self.queue, self.n = [], 0
        self.second = 0
        self.servers = {}
        self.incidents = {}  # which of MATTERS -> its number
        self.done = {"报警": 0, "步骤": 0, "改派": 0, "回访": 0, "催促": 0, "被拒绝": 0}

    def at(self, second, act, *arguments):
        self.n += 1
        heapq.heappush(self.queue, (second, self.n, act, arguments))

    def after(self, seconds, act, *arguments):
        self.at(self.second + seconds, act, *arguments)

    def say(self, text):
        print(f"{self.second // 60:02d}:{self.second % 60:02d}  {text}", flush=True)

    # -- accounts

    def server(self, name, role, unit=None):
        """The account's, which is made where there is none yet."""
        if name not in self.servers:
            path = os.path.join(self.options.tokens, f"{name}.token")
            if not os.path.exists(path):
                command = [*shlex.split(self.options.ctl), "--json", "account", "add", name, "--role", role,
                           *(["--unit", unit] if unit else [])]
                made = subprocess.run(command, capture_output=True, text=True, check=False)
                if made.returncode:
                    sys.exit(made.stderr)
                with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as f:
                    f.write(json.loads(made.stdout)["token"] + "\n")
            with open(path, encoding="ascii") as f:
                self.servers[name] = Server(self.options.http, f.read().strip())
        return self.servers[name]

    def desk(self):
        return self.server(DESK, "desk")

    def unit(self, unit):
        return self.server(f"{unit}-1", "liaison", unit)

    # -- the desk

    def report(self, i):
        _, address, text, special = MATTERS[i]
        body = {"address": address, "description": text, "key": f"{self.options.run}-{i}",
                "reporter": {"name": "演示", "phone": f"1390000{1000 + i}"}}
        if special.startswith("joins"):
            body["same_as"] = self.incidents[int(special.split()[1])]
        got = self.desk().ask("POST", "/v1/incidents", body)
        self.incidents[i] = got["incident"]
        self.done["报警"] += 1
        units = "、".join(d["unit_name"] for d in got["dispatches"]) or "归入 " + body.get("same_as", "")
        self.say(f"报警 {address}:{text[:20]}… → {units}")
        for k, d in enumerate(got["dispatches"]):
            self.way(i, k, d, special)
        if special == "urged":
            self.after(100, self.urge, i)

    def urge(self, i):
        self.desk().ask("POST", f"/v1/incidents/{self.incidents[i]}/urge", {"text": "怎么还没有人来"})
        self.done["催促"] += 1
        self.say(f"催促 {MATTERS[i][1]}")

    def call_back(self, i, result):
        if self.desk().ask("GET", f"/v1/incidents/{self.incidents[i]}")["confidential"]:
            return  # ringing back may endanger the caller
        self.desk().ask("POST", f"/v1/incidents/{self.incidents[i]}/callback", {"result": result, "text": "电话回访"})
        self.done["回访"] += 1
        self.say(f"回访 {MATTERS[i][1]}:{'满意' if result == 'satisfied' else '不满意,重新办理'}")

    # -- a unit

    def way(self, i, k, d, special):
        """Its steps. One that is late signs after its limit, once the desk has rung; an assisting one leaves and comes only."""
        lead, role = d["role"] == "lead", d["role"]
        if role == "inform":
            return
        slow = special == "late" and lead
        sign = 150 if slow else 12 + 9 * k + 5 * (i % 4)
        self.after(3 + k, self.fetch, d["unit"])
        if slow:
            self.after(sign, self.on_behalf, i, d)
        elif special == "returns" and lead:
            self.after(sign, self.ask_return, i, d)
            return
        else:
            self.after(sign, self.step, i, d, "acknowledge", {})
        self.after(sign + 15, self.step, i, d, "depart", {})
        self.after(sign + 60 + 10 * (i % 3), self.step, i, d, "arrive", {})
        if lead:
            self.after(sign + 90, self.step, i, d, "progress", {"text": "正在处置"})
            self.after(sign + 150 + 10 * (i % 5), self.step, i, d, "complete", {"result": "处置完毕，现场已恢复"})
            self.after(sign + 185 + 10 * (i % 5), self.call_back, i, "dissatisfied" if special == "dissatisfied" else "satisfied")
            if special == "dissatisfied":
                self.after(sign + 230, self.step, i, d, "complete", {"result": "再次到场处理好了"})
                self.after(sign + 250, self.call_back, i, "satisfied")
        else:
            self.after(sign + 100, self.step, i, d, "complete", {"result": "配合完毕"})

    def fetch(self, unit):
        """Its page or telephone shows the dispatch: it is delivered."""
        self.unit(unit).ask("GET", "/v1/dispatches?open=1")

    def step(self, i, d, verb, body):
        self.unit(d["unit"]).ask("POST", f"/v1/dispatches/{d['dispatch']}/{verb}", body)
        self.done["步骤"] += 1
        words = {"acknowledge": "签收", "depart": "出发", "arrive": "到场", "progress": "反馈", "complete": "办完"}
        self.say(f"{d['unit_name']} {words[verb]} {MATTERS[i][1]}")

    def on_behalf(self, i, d):
        """The unit did not sign in time: the desk rings it, and signs for it."""
        who = PEOPLE[i % len(PEOPLE)]
        self.desk().ask("POST", f"/v1/dispatches/{d['dispatch']}/acknowledge",
                        {"on_behalf": {"person": who, "phone": "13900000000"}, "text": "打电话才知道"})
        self.done["步骤"] += 1
        self.say(f"超时之后,接警台打电话:{d['unit_name']} {who} 签收 {MATTERS[i][1]}")

    def ask_return(self, i, d):
        reason, text = REASONS["returns"]
        self.unit(d["unit"]).ask("POST", f"/v1/dispatches/{d['dispatch']}/return", {"reason": reason, "text": text})
        self.done["改派"] += 1
        self.say(f"{d['unit_name']} 申请改派 {MATTERS[i][1]}:{text}")
        self.after(45, self.decide, i, d)

    def decide(self, i, d):
        """To another unit: the next one that is no party to it yet."""
        board = self.desk().ask("GET", f"/v1/incidents/{self.incidents[i]}")
        has = {x["unit"] for x in board["dispatches"]}
        other = next(u for u in OTHERS if u not in has)
        got = self.desk().ask("POST", f"/v1/dispatches/{d['dispatch']}/decide-return", {"grant": True, "unit": other})
        self.done["改派"] += 1
        self.say(f"接警台同意改派 {MATTERS[i][1]}")
        again = self.desk().ask("GET", f"/v1/incidents/{self.incidents[i]}")
        for x in again["dispatches"]:
            if x["unit"] == other and x["state"] == "issued":
                self.way(i, 0, x, "")
        return got

    # -- all of it

    def carry_out(self, act, arguments):
        try:
            act(*arguments)
        except Refused as why:
            self.done["被拒绝"] += 1
            self.say(f"没有做成({act.__name__}):{why}")

    def play(self):
        began, end = time.monotonic(), self.options.minutes * 60
        for i, (second, *_) in enumerate(MATTERS):
            self.at(second, self.report, i)
        while self.queue and self.queue[0][0] <= end:
            second, _, act, arguments = heapq.heappop(self.queue)
            wait = began + second / self.options.speed - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self.second = second
            self.carry_out(act, arguments)
        print(",".join(f"{word} {n}" for word, n in self.done.items()))
        return self.done["被拒绝"]


def options():
    p = argparse.ArgumentParser(description="演一个有暴雨的晚上")
    p.add_argument("--http", default="127.0.0.1:8110")
    p.add_argument("--tokens", default="var/demo")
    p.add_argument("--ctl", default="build/release/liandongctl -c config/liandong.yaml")
    p.add_argument("--speed", type=float, default=1)
    p.add_argument("--minutes", type=float, default=11)
    o = p.parse_args()
    o.run = f"evening-{int(time.time())}"
    return o


def main():
    o = options()
    try:
        os.makedirs(o.tokens, mode=0o700, exist_ok=True)
        http.client.HTTPConnection(o.http, timeout=5).connect()
    except OSError as why:
        sys.exit(f"{o.http} 没有应答({why}):先在另一个终端 make run")
    sys.exit(1 if Evening(o).play() else 0)


if __name__ == "__main__":
    main()
