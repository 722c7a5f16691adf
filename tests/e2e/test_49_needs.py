"""What exchange.yaml and notices.yaml need beside themselves: a second administrator where personal data go elsewhere, accounts with
their commands, files of secrets, targets that liandong.yaml permits; each is said where it is looked for, by check and by reload."""
import json
import os
import re
import shutil
import subprocess

import pytest

from harness import BUILD, SHIPPED, Daemon
from test_49_exchange import example, secret

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
    shutil.copytree(SHIPPED, folder)
    (folder / "exchange.yaml").write_text(example(), encoding="utf-8")
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
    ("unit", "unit: hotline-12345", "unit: water", "hotline-12345", "water"),
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
    assert status == 200 and agreed["changed"] and in_force(d) == told["revision"]
    change = [{"target": "exchange.yaml hotline send.url", "before": URL, "after": ELSEWHERE}]
    assert activated(d)["data"]["targets"] == change and activated(d)["by"] == "admin2"
    assert f"target changed target=\"exchange.yaml hotline send.url\" before={URL} after={ELSEWHERE}" in d.log()
    # the files on disk are the old ones: a reload would take it back, which is a change as well
    back = json.loads(d.ctl("--json", "reload").stdout)
    assert back["pending"] and back["targets"] == [{"target": "exchange.yaml hotline send.url", "before": ELSEWHERE, "after": URL}]
    d.ctl("route", "rollback", activated(d)["data"]["before"], "--why", "还是原来的")  # was agreed to once
    assert activated(d)["data"]["targets"] == back["targets"]


def test_what_carries_no_personal_data_is_said_and_not_asked_about(d):
    told = put(d, "notices.yaml", "https://a.example/hook", "https://b.example/hook?key=canary")
    assert told["changed"] and not told["pending"]
    assert told["targets"] == [{"target": "notices.yaml hall url", "before": "https://a.example", "after": "https://b.example"}]
    assert "canary" not in json.dumps(activated(d))
    d.ctl("route", "rollback", activated(d)["data"]["before"], "--why", "还是原来的")


@pytest.mark.parametrize("new", ["", "second_admin: {moved: 1001, since: 30d, lapses: 72h}\n"])
def test_the_gate_is_not_opened_by_one(d, new):
    told = put(d, "policy.yaml", "second_admin: {moved: 1000, since: 30d, lapses: 72h}\n", new)
    assert told["pending"] and told["why"] == ["policy.yaml 的 second_admin 去掉了,或者放宽了"]


def test_reload_says_what_a_partner_s_account_lacks(d):
    """And names the command that helps, with which it lacks nothing."""
    lacking = json.loads(d.ctl("--json", "reload").stdout)["lacking"]
    assert len(lacking) == 1 and "hotline 不存在" in lacking[0], lacking
    command = re.search(r"liandongctl (account add hotline .*)", lacking[0])[1].split()
    d.ctl("account", "add", "hotline", "--role", "integration", "--commands", "dispatch.acknowledge,dispatch.complete")
    (one,) = json.loads(d.ctl("--json", "reload").stdout)["lacking"]
    assert "dispatch.progress" in one and "dispatch.return" in one and "dispatch.complete" not in one, one
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
