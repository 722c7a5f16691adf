"""What exchange.yaml and notices.yaml need beside themselves: a second administrator where personal data go elsewhere, accounts with
their commands, files of secrets, targets that liandong.yaml permits; each is said where it is looked for, by check and by reload."""
import json
import os
import pathlib
import re
import shutil
import subprocess
from hashlib import sha256

import pytest

from harness import BUILD, ROOT, SHIPPED, Daemon
from test_49_exchange import example, secret
from test_68_sessions import by, cookie_of, post

NOTICES = "channels:\n  hall: {kind: webhook, url: https://a.example/hook, secret_file: hall}\nrecipients:\n  desk: [hall]\n"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def gate(folder, moved):
    """second_admin of policy.yaml; None: without."""
    path = folder / "policy.yaml"
    text = re.sub(r"(?m)^second_admin:.*\n", "", path.read_text(encoding="utf-8"))
    path.write_text(text + ("" if moved is None else f"second_admin: {{moved: {moved}, since: 30d, lapses: 72h}}\n"), encoding="utf-8")


def city(folder):
    """The small mechanism of tests/check, whose water company is the partner: it takes no seconds to be read."""
    shutil.copytree(SHIPPED, folder)
    os.unlink(folder / "cases.jsonl")
    for file in (pathlib.Path(ROOT) / "tests/check/base").iterdir():
        shutil.copy(file, folder / file.name)
    (folder / "exchange.yaml").write_text(example().replace("unit: hotline-12345", "unit: water"), encoding="utf-8")
    (folder / "notices.yaml").write_text(NOTICES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    folder = tmp_path_factory.mktemp("needs")
    gate(city(folder / "city"), 1000)
    with Daemon(folder, mechanism=folder / "city", clock="2026-03-02T09:00:00+08:00") as daemon:
        daemon.city = folder / "city"
        daemon.admins = [daemon.account(name, "admin") for name in ("admin1", "admin2")]
        yield daemon


def in_force(d):
    with d.local() as c:
        return c.call("routing.log")["in_force"]


def put(d, name, old, new):
    text = (d.city / name).read_text(encoding="utf-8")
    assert old in text
    status, _, told = d.http("PUT", "/v1/routing", d.admins[0], {
        "files": {name: text.replace(old, new)}, "revision": in_force(d), "why": "换地址"})
    assert status == 200, told
    return told


def activated(d):
    with d.local() as c:
        return [e for e in c.call("event.list", limit=500)["events"] if e["type"] == "config.activated"][-1]


URL = "https://12345.example/exchange/push"
ELSEWHERE = "https://elsewhere.example/exchange/push"


@pytest.mark.parametrize("target, old, new, before, after", [
    ("send.url", f"url: {URL}", f"url: {ELSEWHERE}", URL, ELSEWHERE),
    ("compare.url", "url: https://12345.example/exchange/open", "url: https://elsewhere.example/open",
     "https://12345.example/exchange/open", "https://elsewhere.example/open"),
    ("account", "account: hotline", "account: other", "hotline", "other"),
    ("receive.signature.secret_file", "secret_file: hotline-in", "secret_file: mine", "hotline-in", "mine"),
    ("send.signature.secret_file", "secret_file: hotline-out", "secret_file: mine", "hotline-out", "mine"),
    ("unit", "unit: water", "unit: police", "water", "police"),
])
def test_where_personal_data_go_is_no_one_administrator_s(d, target, old, new, before, after):
    was = in_force(d)
    told = put(d, "exchange.yaml", old, new)
    assert told["pending"] and not told["changed"] and in_force(d) == was
    assert told["targets"] == [{"target": f"exchange.yaml hotline {target}", "before": before, "after": after}]
    (why,) = told["why"]
    assert f"hotline {target} 由 {before} 改为 {after}" in why and "姓名、电话" in why


def test_the_second_administrator_agrees_and_the_event_says_what_changed(d):
    told = put(d, "exchange.yaml", f"url: {URL}", f"url: {ELSEWHERE}")
    approve = {"revision": told["revision"]}
    assert d.http("POST", "/v1/routing/approve", d.admins[0], approve)[0] == 403
    status, _, agreed = d.http("POST", "/v1/routing/approve", d.admins[1], approve)
    assert status == 200 and agreed["changed"]
    d.comes_into_force(told["revision"])
    change = [{"target": "exchange.yaml hotline send.url", "before": URL, "after": ELSEWHERE}]
    assert activated(d)["data"]["targets"] == change and activated(d)["by"] == "admin2"
    assert f"target changed target=\"exchange.yaml hotline send.url\" before={URL} after={ELSEWHERE}" in d.log()
    # the way back asks the second one, too, though it was in force: another may listen there by now
    was, now = activated(d)["data"]["before"], in_force(d)
    status, _, told = d.http("POST", "/v1/routing/rollback", d.admins[0], {"revision": was, "why": "还是原来的"})
    assert status == 200 and told["pending"] and not told["changed"] and in_force(d) == now
    # the files on disk are the old ones: a reload would take it back, which is the same change
    back = json.loads(d.ctl("--json", "reload").stdout)
    assert back["pending"] and back["targets"] == [{"target": "exchange.yaml hotline send.url", "before": ELSEWHERE, "after": URL}]
    assert "send.url" in "".join(told["why"]) and told["targets"] == back["targets"]
    assert d.http("POST", "/v1/routing/approve", d.admins[0], {"revision": was})[0] == 403
    assert d.http("POST", "/v1/routing/approve", d.admins[1], {"revision": was})[2]["changed"]
    d.comes_into_force(was)
    assert activated(d)["data"]["targets"] == back["targets"] and activated(d)["data"]["proposed_by"] == "admin1"


def test_one_administrator_shuts_a_way_and_opens_none(d):
    """Shutting waits for no second one: it may be urgent, and sends nothing to anyone. The same way back is asked about."""
    was, whole = in_force(d), (d.city / "exchange.yaml").read_text(encoding="utf-8")
    told = put(d, "exchange.yaml", whole, "partners: {}\n")
    assert told["changed"] and not told["pending"], told
    assert {"target": "exchange.yaml hotline send.url", "before": URL, "after": None} in \
        [{"target": t["target"], "before": t.get("before"), "after": t.get("after")} for t in told["targets"]]
    status, _, told = d.http("PUT", "/v1/routing", d.admins[0], {
        "files": {"exchange.yaml": whole}, "revision": told["revision"], "why": "再接上"})
    assert status == 200 and told["pending"] and not told["changed"], told
    d.ctl("route", "rollback", was, "--why", "还是原来的")  # was agreed to once


def test_what_carries_no_personal_data_is_said_and_not_asked_about(d):
    told = put(d, "notices.yaml", "https://a.example/hook", "https://b.example/hook?key=canary")
    assert told["changed"] and not told["pending"]
    assert told["targets"] == [{"target": "notices.yaml hall url", "before": "https://a.example", "after": "https://b.example"}]
    assert "canary" not in json.dumps(activated(d))
    first = activated(d)["data"]["before"]
    told = put(d, "notices.yaml", "https://a.example/hook", "https://b.example:8443/hook?key=canary")  # another may listen there
    assert told["targets"] == [{"target": "notices.yaml hall url", "before": "https://b.example", "after": "https://b.example:8443"}]
    d.ctl("route", "rollback", first, "--why", "还是原来的")


@pytest.mark.parametrize("new", ["", "second_admin: {moved: 1001, since: 30d, lapses: 72h}\n",
                                 "second_admin: {moved: 1000, since: 1d, lapses: 72h}\n"])
def test_the_gate_is_not_opened_by_one(d, new):
    told = put(d, "policy.yaml", "second_admin: {moved: 1000, since: 30d, lapses: 72h}\n", new)
    assert told["pending"] and told["why"] == ["policy.yaml 的 second_admin 去掉了,或者放宽了"]


def test_nor_is_it_by_a_way_back_to_before_it_was_there(d):
    """Two took it away and put it back: that revision was in force, and brings no single one through the gate."""
    gated = in_force(d)
    opened = put(d, "policy.yaml", "second_admin: {moved: 1000, since: 30d, lapses: 72h}\n", "")["revision"]
    assert d.http("POST", "/v1/routing/approve", d.admins[1], {"revision": opened})[2]["changed"]
    assert not json.loads(d.ctl("--json", "route", "rollback", gated, "--why", "写回来").stdout)["pending"], "to close it, nobody is asked"
    for who in ("http", "server"):
        if who == "http":
            told = d.http("POST", "/v1/routing/rollback", d.admins[0], {"revision": opened, "why": "退回"})[2]
        else:
            told = json.loads(d.ctl("--json", "route", "rollback", opened, "--why", "退回").stdout)
        assert told["pending"] and not told["changed"] and told["why"] == ["policy.yaml 的 second_admin 去掉了,或者放宽了"]
    assert in_force(d) == gated
    assert "等第二名管理员同意" in d.ctl("route", "rollback", opened, "--why", "退回").stdout


def test_one_administrator_makes_no_second_one(d):
    """An account of another name, another's second token, a certificate of one: with each it would agree with itself."""
    for name, with_what in (("puppet", {"token_sha256": "ab" * 32}), ("admin2", {"token_sha256": "cd" * 32}),
                            ("admin2", {"certificate": "URI:liandong:account:admin2"})):
        status, _, problem = d.http("POST", "/v1/accounts", d.admins[0], {"name": name, "role": "admin", **with_what})
        assert status == 403 and f"liandongctl account add {name} --role admin" in problem["detail"], problem
    # what was taken from another does not come back by one either
    d.account("admin3", "admin")
    assert d.http("DELETE", "/v1/accounts/admin3", d.admins[0])[0] == 200
    assert d.http("POST", "/v1/accounts", d.admins[0], {"name": "admin3", "role": "admin", "token_sha256": "ef" * 32})[0] == 403
    # one's own token may be renewed, others than administrators may be made, and at the server all may
    own = "ldt_" + "o" * 40
    assert d.http("POST", "/v1/accounts", d.admins[0], {"name": "admin1", "role": "admin", "token_sha256": sha256(own.encode()).hexdigest()})[0] == 200
    assert d.http("POST", "/v1/accounts", d.admins[0], {"name": "office-new", "role": "office", "token_sha256": "09" * 32})[0] == 200
    revision = put(d, "exchange.yaml", f"url: {URL}", f"url: {ELSEWHERE}")["revision"]
    assert d.http("POST", "/v1/routing/approve", own, {"revision": revision})[0] == 403, "it is the same administrator"
    # a login code for another is a session that has shown no token: it approves nothing
    code = d.http("POST", "/v1/session/codes", d.admins[0], {"account": "admin2"})[2]["code"]
    cookie = cookie_of(post(d, {"code": code})[1])
    assert d.http("POST", "/v1/routing/approve", None, {"revision": revision}, by(cookie))[2]["code"] == "token-again"
    assert d.http("POST", "/v1/routing/approve", d.account("admin4", "admin"), {"revision": revision})[2]["changed"], "one made at the server"


def test_reload_says_what_a_partner_s_account_lacks(d):
    """And names the command that helps, with which it lacks nothing."""
    lacking = json.loads(d.ctl("--json", "reload").stdout)["lacking"]
    assert len(lacking) == 1 and "hotline 不存在" in lacking[0], lacking
    command = re.search(r"liandongctl (account add hotline .*)", lacking[0])[1].split()
    d.ctl("account", "add", "hotline", "--role", "integration", "--commands", "dispatch.acknowledge,dispatch.complete")
    (one,) = json.loads(d.ctl("--json", "reload").stdout)["lacking"]
    missed = one.split("没有命令 ")[1].split(",这些消息")[0]
    assert "dispatch.progress" in missed and "dispatch.return" in missed and "dispatch.complete" not in missed, one
    assert one in d.ctl("reload").stdout
    with d.local() as c:
        c.call("account.revoke", name="hotline")
    assert "不存在或已停用" in d.ctl("reload").stdout
    d.ctl(*command)
    assert "lacking" not in json.loads(d.ctl("--json", "reload").stdout)


def test_without_the_gate_the_reload_says_where_it_goes(tmp_path):
    gate(city(tmp_path / "city"), None)
    with Daemon(tmp_path, mechanism=tmp_path / "city", clock="2026-03-02T09:00:00+08:00") as d:
        edit(tmp_path / "city/exchange.yaml", f"url: {URL}", f"url: {ELSEWHERE}")
        said = d.ctl("reload").stdout
        assert f"去向变了:exchange.yaml hotline send.url 由 {URL} 改为 {ELSEWHERE}" in said and "已生效" in said, said
        assert activated(d)["data"]["targets"][0]["after"] == ELSEWHERE
        os.unlink(tmp_path / "city/exchange.yaml")
        assert "改为 无" in d.ctl("reload").stdout


# -- offline ------------------------------------------------------------------------------------------

EXCHANGE = "exchange.yaml"


@pytest.fixture
def place(tmp_path):
    """A mechanism, options and the secrets that both files name, all as they should be. The check says nothing of them."""
    city(tmp_path / "city")
    os.mkdir(tmp_path / "secrets", 0o700)
    secret(tmp_path / "secrets", "hotline-in", "key\n")
    secret(tmp_path / "secrets", "hotline-out", "key\n")
    secret(tmp_path / "secrets", "hall", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    options(tmp_path)
    return tmp_path


def options(folder, **notices):
    notices = {"secrets": folder / "secrets", **notices}
    lines = "".join(f"  {k}: {v}\n" for k, v in notices.items())
    (folder / "liandong.yaml").write_text(f"store: {folder}/store/liandong.db\nmechanism: {folder}/city\nnotices:\n{lines}", encoding="utf-8")


WANTED = ("secret-file", "secrets-folder", "target-forbidden", "partner-account", "channel-inside", "template-json")


def found(folder):
    """(code, file, line's text, sentence) of each that is of interest."""
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "-c", str(folder / "liandong.yaml"), "check", "--format", "json"],
                          capture_output=True, text=True, check=False)
    out = []
    for p in json.loads(done.stdout)["problems"]:
        if p["code"] in WANTED:
            lines = open(p["file"], encoding="utf-8").read().split("\n")
            out.append((p["code"], os.path.basename(p["file"]), lines[p["line"] - 1].strip() if p.get("line") else "", p["text"]))
    return out


def test_what_is_there_is_not_complained_of(place):
    assert found(place) == []


def missing(folder):
    os.unlink(folder / "secrets/hotline-in")


def open_to_others(folder):
    os.chmod(folder / "secrets/hotline-out", 0o640)


def empty(folder):
    secret(folder / "secrets", "hall", "# nothing\n")


def no_key(folder):
    secret(folder / "secrets", "hall", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nPassw0rdCanary\n")


def of_another(folder):
    if os.geteuid() != 0:
        pytest.skip("who runs the tests cannot give a file away")
    with open(folder / "liandong.yaml", "a", encoding="utf-8") as f:
        f.write("users:\n  engine: nobody\n  intake: nobody\n  api: nobody\n  report: nobody\n  notifier: nobody\n")
    for name in "hotline-out", "hall":
        shutil.chown(folder / "secrets" / name, "nobody")


def by_webhook(folder):
    text = (folder / "city" / EXCHANGE).read_text(encoding="utf-8")
    text = re.sub(r"kind: hmac-sm3\n( +)secret_file: hotline-out\n(?: +(?:signature: x|timestamp|nonce|over|joined).*\n)+",
                  r"kind: webhook\n\1secret_file: hotline-out\n", text)
    (folder / "city" / EXCHANGE).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("spoil, file, line, says", [
    (missing, EXCHANGE, "secret_file: hotline-in", ("receive.signature.secret_file hotline-in", "没有这个文件")),
    (open_to_others, EXCHANGE, "secret_file: hotline-out", ("send.signature.secret_file hotline-out", "chmod 600")),
    (empty, "notices.yaml", "hall: {kind: webhook", ("secret_file hall", "什么也没有")),
    (no_key, "notices.yaml", "hall: {kind: webhook", ("secret_file hall 第 2 行", "whsec_ 加 base64")),
    (of_another, EXCHANGE, "secret_file: hotline-in", ("不属于 nobody", "chown nobody")),
    (by_webhook, EXCHANGE, "secret_file: hotline-out", ("第 1 行不是 Standard Webhooks 的密钥",)),
])
def test_a_file_of_secrets_that_cannot_be_used_is_named(place, spoil, file, line, says):
    spoil(place)
    ((code, where, at, sentence),) = found(place)
    assert (code, where) == ("secret-file", file) and at.startswith(line), at
    assert all(part in sentence for part in says) and "Canary" not in sentence, sentence


@pytest.mark.parametrize("mode, says", [(0o777, "别人能往里放、换掉文件"), (0o755, "别人能进"), (0o710, "别人能进")])
def test_a_folder_of_secrets_that_others_may_enter_is_named(place, mode, says):
    os.chmod(place / "secrets", mode)
    ((code, where, _, sentence),) = found(place)
    assert (code, where) == ("secrets-folder", "liandong.yaml") and says in sentence and f"{mode:04o}" in sentence, sentence


def test_a_folder_of_secrets_that_is_not_there_is_named(place):
    shutil.rmtree(place / "secrets")
    assert sorted(code for code, *_ in found(place)) == ["secret-file"] * 3 + ["secrets-folder"]


@pytest.mark.parametrize("url, more, line", [
    ("http://12345.example/push", {}, "url: http://12345.example/push"),
    ("https://10.1.2.3/push", {}, "url: https://10.1.2.3/push"),
    ("https://12345.example:9443/push", {}, "url: https://12345.example:9443/push"),
    ("http://12345.example/push", {"plain": "true"}, None),
    ("https://10.1.2.3/push", {"allow": "10.0.0.0/8"}, None),
])
def test_a_target_is_held_against_what_liandong_yaml_permits(place, url, more, line):
    options(place, **more)
    edit(place / "city" / EXCHANGE, URL, url)
    edit(place / "city/notices.yaml", "https://a.example/hook", url)
    got = found(place)
    if not line:
        assert got == []
        return
    assert [(code, where) for code, where, *_ in got] == [("target-forbidden", EXCHANGE), ("target-forbidden", "notices.yaml")], got
    assert got[0][2] == line and "send.url" in got[0][3]


def test_a_url_in_a_file_of_secrets_is_looked_at_and_not_shown(place):
    secret(place / "secrets", "url", "http://a.example/key=canary\n")
    edit(place / "city/notices.yaml", "url: https://a.example/hook", "url_file: url")
    ((code, _, _, sentence),) = found(place)
    assert code == "target-forbidden" and "url_file" in sentence and "canary" not in sentence


SMS = "  sms: {kind: sms-http, ok_field: code, ok_value: \"0\", %s}\n"


def short_messages(folder, rest, **files):
    """A channel of short messages beside the other one."""
    edit(folder / "city/notices.yaml", "recipients:", SMS % rest + "recipients:")
    for name, text in files.items():
        secret(folder / "secrets", name, text)


@pytest.mark.parametrize("template, near", [
    ('{"to": "{phone}", "p": {params}, "t": "{text}"}', None),
    ('{"to": {phone}, "t": "{text}"}', "第 1 行"),
    ('{"to": "{phone}", "t": "{text}"', "第 1 行"),
    ('{"to": "{phone}", "t": "{text}",}', "第 1 行"),
    ('{"to": "{phone}", "to": "{text}"}', "第 1 行"),
    ('{"to": "{phone}", "p": "{params}"}', "第 1 行"),
])
def test_a_template_that_makes_no_json_is_named(place, template, near):
    """Whatever it is filled with: quotation marks, line ends, four bytes."""
    short_messages(place, f"url: https://sms.example/send, params: [number, due], json: '{template}'")
    got = found(place)
    if not near:
        assert got == []
        return
    ((code, file, at, sentence),) = got
    assert (code, file) == ("template-json", "notices.yaml") and at.startswith("sms:") and near in sentence and "附近" in sentence, got


def test_the_number_may_stand_in_the_url_of_a_file(place):
    short_messages(place, "url_file: smsurl, method: get, form: {t: \"{text}\"}", smsurl="https://sms.example/send?to={phone}&key=canary\n")
    assert found(place) == []
    secret(place / "secrets", "smsurl", "https://sms.example/send?key=canary\n")
    ((code, _, _, sentence),) = found(place)
    assert code == "secret-file" and "{phone}" in sentence and "canary" not in sentence


@pytest.mark.parametrize("rest, says", [
    ('headers: {X-A: "a\\r\\nHost: b"}, url: https://sms.example/', "请求头只能是一行"),
    ("url: 'https://{phone}.sms.example/'", "主机名"),
])
def test_what_a_request_cannot_have_is_an_error(place, rest, says):
    short_messages(place, rest + ', form: {to: "{phone}", t: "{text}"}')
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "check", str(place / "city")], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and says in done.stdout, done.stdout[-1500:]


def test_a_file_of_secrets_is_of_one_provider(place):
    """And a receipt's secret of one channel."""
    short_messages(place, 'url: https://sms.example/, secret_file: hall, receipts: true, receipts_file: back, form: {to: "{phone}"}', back="s1\n")
    edit(place / "city/notices.yaml", "secret_file: hall}", "secret_file: hall, receipts: true, receipts_file: back}")
    assert sorted(x[3].split(" 也是")[0] for x in found(place)) == ["receipts_file back", "secret_file hall"]


def test_another_path_of_the_same_host_is_a_target_that_changed(d):
    """Neither is shown: what follows the host may be a key."""
    first = in_force(d)
    told = put(d, "notices.yaml", "https://a.example/hook", "https://a.example/canary")
    (target,) = told["targets"]
    assert target["target"] == "notices.yaml hall url" and target["before"] != target["after"]
    assert all(re.fullmatch(r"https://a\.example/…[0-9a-f]{8}", target[k]) for k in ("before", "after")), target
    d.ctl("route", "rollback", first, "--why", "还是原来的")


def test_the_account_is_looked_up_in_the_store_where_there_is_one(tmp_path):
    folder = city(tmp_path / "city")
    os.mkdir(tmp_path / "secrets", 0o700)
    for name in "hotline-in", "hotline-out":
        secret(tmp_path / "secrets", name, "key\n")
    secret(tmp_path / "secrets", "hall", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    with Daemon(tmp_path, mechanism=folder, notices={"secrets": tmp_path / "secrets"}) as d:
        said = d.ctl("check", check=False).stdout
        assert f"{EXCHANGE}:3:" in said and "接入账号 hotline 不存在" in said, said
        d.ctl("account", "add", "hotline", "--role", "integration", "--commands",
              "dispatch.acknowledge,dispatch.progress,dispatch.complete,dispatch.return,dispatch.extend,incident.annotate,incident.report")
        assert "接入账号" not in d.ctl("check", check=False).stdout
    assert "接入账号" not in d.ctl("check", check=False).stdout  # and without a daemon
