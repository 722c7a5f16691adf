"""What broken clients send: a report is taken wherever its meaning is clear, whichever way it comes, and
what cannot be read is answered to the right request. Each input was sent by somebody once; the values
beside it are what must come out.
"""
import json
import os
import re

import pytest

from harness import BUILD, Daemon, incident

NOW = "2026-03-02T09:00:00+08:00"


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("input"), clock=NOW) as daemon:
        yield daemon


def line_of(number, description, id_="41"):
    report = {**incident(number, received_at=NOW), "description": "DESCRIPTION"}
    text = json.dumps({"jsonrpc": "2.0", "id": 0, "method": "incident.report", "params": report}, ensure_ascii=False)
    return text.replace('"id": 0', f'"id": {id_}').encode().replace(b"DESCRIPTION", description)


def ask(c, data):
    before = len(c.lines)
    c.send_bytes(data + b"\n")
    c.wait(lambda: len(c.lines) > before, "an answer")
    return c.lines[before]


# name: (bytes of the description inside its quotes, what is stored, the warning)
BROKEN = {
    "a Windows line end": ("路面冒水\\r\\n水管破裂".encode(), "路面冒水\n水管破裂", "line-ends"),
    "half an emoji": ("水管爆了\\ud83d".encode(), "水管爆了\ufffd", "damaged-characters"),
    "the other half": ("\\udca7水管爆了".encode(), "\ufffd水管爆了", "damaged-characters"),
    "a NUL": ("水管爆了\\u0000".encode(), "水管爆了\ufffd", "damaged-characters"),
    "a bare NUL": ("水管爆了".encode() + b"\0", "水管爆了\ufffd", "damaged-characters"),
    "a bare tab": ("水管\t爆了".encode(), "水管\t爆了", None),
    "cut inside a character": ("水管爆了".encode()[:-1], "水管爆\ufffd\ufffd", "damaged-characters"),
    "a byte of another charset": ("水管爆了".encode() + b"\xff", "水管爆了\ufffd", "damaged-characters"),
    "a direction": ("水管\u202e爆了".encode(), "水管爆了", "characters-removed"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_report_is_taken_by_both_ways(d, name):
    data, stored, warning = BROKEN[name]
    number = f"BROKEN-{list(BROKEN).index(name)}"
    with d.desk(events=False) as c:
        reply = ask(c, line_of(number, data))
        assert reply["id"] == 41 and reply["result"]["dispatches"], reply
        codes = [w["code"] for w in reply["result"]["warnings"]]
        assert codes == ([warning] if warning else [])
        assert c.call("incident.get", number=number)["description"] == stored
        again = ask(c, line_of(number, data))["result"]  # the same bytes are the same report
        assert again["duplicate"] and again["warnings"] == reply["result"]["warnings"]
        body = json.dumps({**incident(number + "-H", received_at=NOW), "description": "DESCRIPTION"},
                          ensure_ascii=False).encode().replace(b"DESCRIPTION", data)
        status, _, got = d.http("POST", "/v1/incidents", d.account("desk1", "desk"), body,
                                {"Content-Type": "application/json"})
        assert status == 201 and [w["code"] for w in got["warnings"]] == codes
        assert c.call("incident.get", number=number + "-H")["description"] == stored


@pytest.mark.parametrize("name", BROKEN)
def test_a_report_is_taken_from_a_file(d, tmp_path, name):
    """liandongctl and with it libliandong: what the server mends is not refused before it gets there."""
    data, stored, warning = BROKEN[name]
    number = f"BROKEN-{list(BROKEN).index(name)}-F"
    file = tmp_path / "reports"
    report = {**incident(number, received_at=NOW), "description": "DESCRIPTION"}
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(report, ensure_ascii=False).encode().replace(b"DESCRIPTION", data) + b"\r\n")
    done = d.ctl("--json", "report", str(file))
    assert [w["code"] for w in json.loads(done.stdout)["warnings"]] == ([warning] if warning else []), done.stderr
    with d.desk(events=False) as c:
        assert c.call("incident.get", number=number)["description"] == stored


def test_gbk_is_read_by_every_way(d, tmp_path):
    """A desk's system that is older than UTF-8. 骪 has a backslash as its second byte."""
    def report(number):
        return {**incident(number, received_at=NOW, category=None), "description": "有人骪在路口，地下水管爆了"}

    def read(result, number):
        assert [(w["code"], w.get("field")) for w in result["warnings"]] == [("charset-mended", None)]
        with d.desk(events=False) as c:
            got = c.call("incident.get", number=number)
        assert (got["description"], got["address"], got["reporter"]["name"]) == ("有人骪在路口，地下水管爆了", "菁城街道解放路12号", "张三")
        assert got["route"]["rule"] == "water-supply"

    with d.desk(events=False) as c:
        line = json.dumps({"jsonrpc": "2.0", "id": "甲", "method": "incident.report", "params": report("GBK-1")}, ensure_ascii=False)
        reply = ask(c, line.encode("gbk"))
        assert reply["id"] == "甲"
        read(reply["result"], "GBK-1")
    status, _, got = d.http("POST", "/v1/incidents", d.account("desk1", "desk"), json.dumps(report("GBK-2"), ensure_ascii=False).encode("gbk"),
                            {"Content-Type": "application/json"})
    assert status == 201
    read(got, "GBK-2")
    file = tmp_path / "reports"
    file.write_bytes(json.dumps(report("GBK-3"), ensure_ascii=False).encode("gbk") + b"\r\n")
    read(json.loads(d.ctl("--json", "report", str(file)).stdout), "GBK-3")


def test_a_file_of_utf16_says_so(d, tmp_path):
    file = tmp_path / "reports"
    file.write_bytes(json.dumps(incident("UTF16", received_at=NOW), ensure_ascii=False).encode("utf-16"))
    done = d.ctl("report", str(file), check=False)
    assert done.returncode == 1 and "reports:1: 像是 UTF-16 编码,请把文件另存为 UTF-8" in done.stderr


def test_what_is_no_object_is_named_with_its_place(d, tmp_path):
    file = tmp_path / "reports"
    file.write_text('{"number":"X1"\n[1]\n{"number" "X2"}\n', encoding="utf-8")
    done = d.ctl("report", str(file), check=False)
    assert done.returncode == 1
    assert re.search(r"reports:1: 参数应为一个 JSON 对象,第 \d+ 字节附近不是\n", done.stderr)
    assert "reports:2: 参数应为一个 JSON 对象\n" in done.stderr and re.search(r"reports:3: 第 \d+ 字节附近不是有效的 JSON", done.stderr)


def test_a_units_words_are_taken_by_both_ways(d):
    with d.desk(events=False) as c, d.liaison("water", events=False) as water:
        dispatch = c.call("incident.report", **incident("UNIT-1", received_at=NOW))["dispatches"][0]["dispatch"]
        token = d.account("liaison-water", "liaison", "water")
        text = "已到现场\r\n正在关阀"
        status, _, got = d.http("POST", f"/v1/dispatches/{dispatch}/progress", token, {"text": text})
        assert status == 200 and [(w["code"], w["field"]) for w in got["warnings"]] == [("line-ends", "text")]
        got = water.call("dispatch.progress", dispatch=dispatch, text=text, eta="2026/3/2 10:00")
        assert [(w["code"], w["field"]) for w in got["warnings"]] == [("line-ends", "text"), ("time-mended", "eta")]
        assert got["dispatch"]["eta"] == "2026-03-02T10:00:00+08:00"
        got = water.call("dispatch.complete", dispatch=dispatch, result="修好了\u0007", key="once")
        assert [(w["code"], w["field"]) for w in got["warnings"]] == [("damaged-characters", "result")]
        again = water.call("dispatch.complete", dispatch=dispatch, result="修好了\u0007", key="once")
        assert again == got
        assert c.call("dispatch.get", dispatch=dispatch)["result"] == "修好了\ufffd"
        texts = [e["text"] for e in c.call("incident.get", number="UNIT-1")["events"] if e["type"] == "dispatch.progressed"]
        assert texts == [text.replace("\r\n", "\n")] * 2


UNREADABLE = {  # name: (line, id, field)
    "an escape that is none": (line_of("X-1", b"a\\x"), 41, "description"),
    "a key twice": (line_of("X-2", b"a").replace(b'"area":', b'"number": "Y", "area":'), 41, "number"),
    "a word without quotes": (line_of("X-3", b"a").replace(b'"601301"', b"water"), 41, "category"),
    "cut short": (line_of("X-4", "水管爆了".encode())[:-5], 41, "description"),
    "a NUL behind a number": (b'{"jsonrpc":"2.0","id":41,"method":"incident.report","params":{"number":1\0}}', 41, "number"),
    "a NUL behind a truth": (b'{"jsonrpc":"2.0","id":"q","method":"x","params":{"drill":true\0}}', "q", "drill"),
    "nothing that tells": (b"hello", None, None),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_answered_to_the_right_request(d, name):
    data, id_, field = UNREADABLE[name]
    with d.desk(events=False) as c:
        reply = ask(c, data)
        assert reply["error"]["code"] == -32700 and reply["id"] == id_, reply
        assert reply["error"]["data"].get("field") == field, reply
        assert c.call("session.ping")


@pytest.mark.parametrize("id_", ["18446744073709551615", "-99999999999999999999", "9" * 100])
def test_an_id_of_any_size_comes_back(d, id_):
    with d.desk(events=False) as c:
        before = len(c.lines)
        c.send_bytes(f'{{"jsonrpc":"2.0","id":{id_},"method":"session.ping","params":{{}}}}\n'.encode())
        c.wait(lambda: len(c.lines) > before, "an answer")
        assert c.lines[before]["id"] == int(id_) and "result" in c.lines[before]


def test_a_line_too_long_is_answered_by_its_id(d):
    with d.desk(events=False) as c:
        reply = ask(c, line_of("X-9", b"x" * 70000, '"long"'))
        assert reply["id"] == "long" and reply["error"]["code"] == -32700
        c.end()


def test_echoes_are_bounded(d):
    with d.desk(events=False) as c:
        for method, params in (("水" * 5000, {}), ("incident.report", {"水" * 5000: 1}), ("incident.get", {"n" * 5000: 1})):
            error = c.reply(c.send(method, **params))["error"]
            said, _, known = error["message"].partition("。它的参数:")  # the list of those there are is ours, no echo
            assert len(said) < 200 and "水" not in known and "n" * 65 not in known and len(error["data"]["field"]) <= 64, error
            json.dumps(error, ensure_ascii=False).encode()  # whole characters
        error = ask(c, b'{"jsonrpc":"2.0","id":1,"method":"session.ping","' + b"m" * 5000 + b'":1}')["error"]
        assert len(error["message"]) < 200 and len(error["data"]["field"]) <= 64


# -- rule files as editors leave them --------------------------------------------------------------

def check(d, tmp_path, name, old, new):
    import shutil
    import subprocess
    source = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "config")
    shutil.copytree(source, tmp_path / "config")
    path = tmp_path / "config" / "zhangping" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "-c", str(tmp_path / "config" / "liandong.yaml"), "check"],
                          capture_output=True, check=False)
    return done.returncode, done.stdout.decode() + done.stderr.decode()  # whole characters, or this fails


@pytest.mark.parametrize("new,code,said", [
    ("[停止呼吸，没有心跳, ", 1, "有 “，”"), ("[\"停止呼吸,没有心跳\", ", 1, "有 “,”"), ("[\" 停止呼吸\", ", 1, "首尾有空格"),
    ("[停止呼吸\u3000, ", 1, "首尾有空格"), ("【停止呼吸, 天然气泄漏, 液化气泄漏, 燃气漏, 煤气漏, 天然气漏】\n#[", 1, "全角括号"),
    ("[龘, ", 0, "只有一个字"),
])
def test_a_list_that_is_none_is_named(d, tmp_path, new, code, said):
    found = re.search(r"id: find-medical-before-rescue.*?keywords: \[", open(os.path.join(
        os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "config/zhangping/routing.yaml"),
        encoding="utf-8").read(), re.S)[0]
    status, text = check(d, tmp_path, "routing.yaml", found, found[:-1] + new)
    assert status == code and said in text and re.search(r"routing.yaml:\d+:\d+: ", text), text


def test_what_a_comment_cuts_off_is_named(d, tmp_path):
    status, text = check(d, tmp_path, "routing.yaml", "because: 有明火或浓烟", "because: 见文件 #3 先按泄漏处置")
    assert status == 0 and "都成了注释" in text and re.search(r"routing.yaml:\d+:18: ", text), text
