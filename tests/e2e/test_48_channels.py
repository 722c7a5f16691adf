"""Each kind of channel against a double of its provider (vendors.py), with every fault: what liandongctl notice test says of it, that
what may have been taken is written once, and that no secret is in an answer or in the log."""
import contextlib
import json
import os

import pytest

import pki
import vendors
from harness import Daemon, Refused, incident, until
from noticing import KINDS, RECEIPT_KINDS, RECEIPTS, SMS, channel, city_with_mobiles, take_receipts, write_secret
from vendors import Vendors

PATIENCE_S = 2

# What a test by the kind says where the fault is not the same for all.
VERDICTS = {
    "ok": {}, "drop": "unknown", "stall": "unknown", "trickle": "unknown", "garbage": "unknown", "huge": "unknown",
    "redirect": "broken", "error": "retry",
    "lie": {"wecom-bot": "broken", "wecom-app": "refused", "dingtalk-bot": "broken", "feishu-bot": "broken", "sms": "refused",
            "aliyun": "refused", "tencent": "refused", "smtp": "refused"},
    "throttle": {"webhook": "retry", "voice": "retry", "wecom-bot": "hold", "wecom-app": "hold", "dingtalk-bot": "hold", "feishu-bot": "hold",
                 "sms": "retry", "aliyun": "refused", "tencent": "refused", "smtp": "retry"},
    "skew": {"webhook": "broken", "voice": "broken", "dingtalk-bot": "broken", "feishu-bot": "broken", "aliyun": "broken", "tencent": "broken"},
}
MAIL = {"garbage": "retry", "redirect": "accepted", "error": "refused"}  # of the banner nothing was written yet; of a mail server


def expected(fault, kind):
    verdicts = VERDICTS[fault]
    if kind == "smtp" and fault in MAIL:
        return MAIL[fault]
    return verdicts if isinstance(verdicts, str) else verdicts.get(kind, "accepted")


def write_city(folder, v, more=""):
    """A mechanism whose notices.yaml has a channel of each kind, and its secrets. Those whose provider gives receipts have a second
    one, "aliyun-r", that waits for them."""
    city, secrets = os.path.join(folder, "city"), os.path.join(folder, "secrets")
    city_with_mobiles(city)
    os.makedirs(secrets)
    lines = [channel(v, secrets, kind, more=", receipts: false" if kind == "voice" else "") for kind in KINDS]
    lines += [channel(v, secrets, f"{kind}-r", kind, ", receipts: true") for kind in RECEIPT_KINDS]
    with open(os.path.join(city, "notices.yaml"), "w", encoding="utf-8") as f:
        f.write("channels:\n" + "".join(lines) + more + "recipients:\n  water: {duty: [wecom-bot, sms], wecom: water, mail: water@city.test}\n")
    return city, secrets


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("channels"))
    with Vendors() as v:
        write_secret(folder, "open", v.url("wecom-bot"), 0o644)
        extra = ("  open: {kind: wecom-bot, url_file: open}\n  gone: {kind: wecom-bot, url_file: gone}\n"
                 f'  holes: {{{SMS.replace("{number}", "{app}")}, preset: aliyun, url: "{v.url("aliyun")}", secret_file: aliyun-key}}\n'
                 '  missing: {kind: webhook, url: "https://127.0.0.1/hook", secret_file: no-such-file}\n'
                 '  inside: {kind: webhook, url: "http://10.0.0.1/hook", secret_file: webhook-key}\n'
                 '  nowhere: {kind: webhook, url: "https://no-such-host.invalid/hook", secret_file: webhook-key}\n'
                 '  wrong-key: {kind: dingtalk-bot, url_file: dingtalk-bot-url, secret_file: receipts}\n'
                 f'  wrong-corp: {{kind: wecom-app, corp: other, agent: 1, url: "{v.url("wecom-app")}", secret_file: wecom-app-key}}\n')
        city, secrets = write_city(folder, v, extra)
        os.rename(os.path.join(folder, "open"), os.path.join(secrets, "open"))
        with Daemon(folder, mechanism=city, notices={"secrets": secrets, "allow": "127.0.0.0/8", "plain": "true", "timeout": f"{PATIENCE_S}s"}) as d:
            serves(d)
            for kind in RECEIPT_KINDS:
                take_receipts(v, d, kind, f"{kind}-r")
            yield v, d


def serves(d):
    """The daemon is ready without its notifier; a test is not."""
    until(lambda: "notifier INFO follows" in d.log(), "the notifier to follow")


def ask(console, *channels, recipient="water"):
    """All at once; gives the answers in order."""
    ids = [console.send("notice.test", channel=channel, recipient=recipient) for channel in channels]
    return [console.result(id) for id in ids]


@pytest.mark.parametrize("faults", [("stall", "trickle"), *((fault,) for fault in sorted(VERDICTS) if fault not in ("stall", "trickle"))],
                         ids="-".join)
def test_each_kind_with_each_fault(place, faults):
    v, d = place
    before = {kind: (len(v.of(kind)), len(v.told(kind))) for kind in KINDS}
    for kind in KINDS:
        v.fault(kind, *faults)
    with d.local() as c:
        answers = ask(c, *KINDS * len(faults))
    for kind, a in zip(KINDS * len(faults), answers):
        assert a["verdict"] in {expected(fault, kind) for fault in faults}, (kind, a)
        assert not any(secret in str(a) for secret in (*vendors.SECRETS, RECEIPTS)), (kind, a)
    for kind in KINDS:
        assert len(v.of(kind)) - before[kind][0] == len(faults), f"{kind}: written once"
        assert len(v.told(kind)) - before[kind][1] <= len(faults)
    assert not v.wrong


def test_what_people_get_to_see_is_marked_and_whole(place):
    v, d = place
    with d.local() as c:
        answers = dict(zip(KINDS, ask(c, *KINDS)))
    for kind in KINDS:
        id, to, text = v.told(kind)[-1]
        assert "测试" in text, (kind, text)
        if kind in ("webhook", "voice", "sms", "aliyun", "tencent", "smtp"):
            assert id == answers[kind]["notice"]
    assert v.told("smtp")[-1][1] == "water@city.test"
    assert v.told("wecom-app")[-1][1] == "water"
    assert v.told("tencent")[-1][1].startswith("+86")
    assert "****" in answers["aliyun"]["to"] and answers["aliyun"]["request"].count("****") >= 2


@pytest.mark.parametrize("faults,receipts", [
    (("ok", "duplicate", "failed-receipt", "ok"), ("answered", "delivered", "delivered", "delivered")),
    (("no-receipt", "other-receipt", "no-receipt", "other-receipt"), (None, None, None, None))])
def test_receipts(place, faults, receipts):
    v, d = place
    for kind, fault in zip(RECEIPT_KINDS, faults):
        v.fault(kind, fault)
    with d.local() as c:
        answers = ask(c, *(f"{kind}-r" for kind in RECEIPT_KINDS))
    assert tuple(a.get("receipt") for a in answers) == receipts
    assert all(a["verdict"] == "accepted" for a in answers)
    assert all(status == 200 for status, _ in v.receipt_answers)


def test_receipts_need_their_secret(place):
    v, d = place
    for path in (f"/v1/receipts/aliyun-r/{RECEIPTS}x", "/v1/receipts/aliyun-r/none", f"/v1/receipts/nothing/{RECEIPTS}", f"/v1/receipts/wecom-bot/{RECEIPTS}"):
        assert d.http("POST", path, body=[])[0] == 401
    foreign = [{"phone_number": "1", "success": True, "biz_id": "1^0", "out_id": "f" * 16}]
    for body, kind, answer in ((foreign, "aliyun", (200, {"code": 0, "msg": "接收成功"})), ([], "tencent", (200, {"result": 0, "errmsg": "OK"}))):
        status, _, said = d.http("POST", f"/v1/receipts/{kind}-r/{RECEIPTS}", body=body)
        assert (status, said) == answer
    assert d.http("POST", f"/v1/receipts/tencent-r/{RECEIPTS}", body=7)[0] == 400


def test_a_token_is_renewed_once_for_all(place):
    v, d = place
    with d.local() as c:
        ask(c, "wecom-app")
        fetched = len(v.of("token"))
        v.expire_tokens()
        answers = ask(c, "wecom-app", "wecom-app", "wecom-app")
        assert [a["verdict"] for a in answers] == ["accepted"] * 3
        assert len(v.of("token")) - fetched <= 3
        fetched = len(v.of("token"))
        assert ask(c, "wecom-app")[0]["verdict"] == "accepted"
        assert len(v.of("token")) == fetched, "a good one is kept"


@pytest.mark.parametrize("channel,verdict,code", [
    ("open", "broken", "missing url_file"), ("gone", "broken", "missing url_file"), ("holes", "broken", "missing {app}"),
    ("inside", "broken", "address-forbidden"), ("nowhere", "retry", "name-unknown"), ("wrong-corp", "broken", "token: errcode 40001")])
def test_what_is_wrong_is_named(place, channel, verdict, code):
    v, d = place
    with d.local() as c:
        answer = ask(c, channel)[0]
    assert (answer["verdict"], answer["code"]) == (verdict, code)


def test_a_wrong_key_is_found(place):
    v, d = place
    with d.local() as c:
        assert ask(c, "wrong-key")[0]["code"] == "errcode 310000"
    assert v.wrong.pop() == "dingtalk-bot: signature"


def test_a_file_of_secrets_that_is_put_right_is_used_at_once(place):
    """No reload tells of it: the files of the mechanism are the same."""
    _, d = place
    secrets = os.path.join(d.folder, "secrets")
    code = lambda c, name: ask(c, name)[0].get("code")  # noqa: E731
    with d.local() as c:
        assert code(c, "gone") == "missing url_file"
        write_secret(secrets, "gone", open(os.path.join(secrets, "wecom-bot-url"), encoding="utf-8").read())
        until(lambda: code(c, "gone") == "errcode 0", "the file that was missing")
        assert code(c, "open") == "missing url_file"
        os.chmod(os.path.join(secrets, "open"), 0o600)
        until(lambda: code(c, "open") == "errcode 0", "the file that was open")
        os.remove(os.path.join(secrets, "gone"))
        until(lambda: code(c, "gone") == "missing url_file", "the file that was deleted")
        os.chmod(os.path.join(secrets, "open"), 0o644)
        until(lambda: code(c, "open") == "missing url_file", "the file that others can read")
    assert 'channel=open why="url_file open: others may read it' in d.log()


def test_a_key_without_the_form_of_standard_webhooks_signs_nothing(place):
    """A password, or the key without its beginning: the test says which line of which file, and nothing was sent."""
    v, d = place
    secrets = os.path.join(d.folder, "secrets")
    good = open(os.path.join(secrets, "webhook-key"), encoding="utf-8").read()
    try:
        for bad in vendors.WEBHOOK_KEY.removeprefix("whsec_"), "Passw0rdCanary":
            write_secret(secrets, "webhook-key", bad)
            with d.local() as c:
                until(lambda: ask(c, "webhook")[0]["verdict"] == "broken", "the file to be taken up")
                sent = len(v.of("webhook"))
                said = ask(c, "webhook")[0]
            assert said["fault"] == "secret_file webhook-key:第 1 行不是 whsec_ 加 base64" and "Canary" not in json.dumps(said)
            assert len(v.of("webhook")) == sent
    finally:
        write_secret(secrets, "webhook-key", good)
    with d.local() as c:
        until(lambda: ask(c, "webhook")[0]["verdict"] == "accepted", "the good one to be taken up")


def test_unknown_names(place):
    v, d = place
    with d.local() as c:
        for params, field in (({"channel": "none", "recipient": "water"}, "channel"), ({"channel": "hall", "recipient": "water"}, "channel"),
                              ({"channel": "wecom-bot", "recipient": "nobody"}, "recipient")):
            with pytest.raises(Refused) as refused:
                c.call("notice.test", **params)
            assert (refused.value.word, refused.value.field) == ("not-found", field)
        assert c.call("notice.test", channel="smtp", recipient="x@b.test")["verdict"] == "accepted"
        assert c.call("notice.test", channel="sms", recipient="139 0000 1234")["to"] == "139****1234"
    assert v.told("sms")[-1][1] == "13900001234"


def test_the_command_line_shows_request_answer_receipt(place):
    v, d = place
    good = d.ctl("notice", "test", "aliyun-r", "water")
    assert "POST http://127.0.0.1:" in good.stdout and "BizId" in good.stdout and "对方收下了" in good.stdout and "发到" in good.stdout
    v.fault("wecom-bot", "lie")
    bad = d.ctl("notice", "test", "wecom-bot", "water", check=False)
    assert bad.returncode == 1 and "errcode 93000" in bad.stdout and vendors.ROBOT_KEY not in bad.stdout
    assert d.ctl("notice", "test", "aliyun", check=False).returncode == 2
    assert "errcode" in d.ctl("--json", "notice", "test", "wecom-bot", "water").stdout


def test_what_is_wrong_is_said_where_it_is(place):
    """Not of the provider what is wrong here: the address that is forbidden, the host, the file, the recipient."""
    v, d = place
    said = {(channel, who): d.ctl("notice", "test", channel, who, check=False).stdout for channel, who in
            (("inside", "water"), ("nowhere", "water"), ("sms", "x@b.test"), ("missing", "water"))}
    assert "notices.allow" in said["inside", "water"] and "主机名" in said["nowhere", "water"]
    assert "没有这个通道能发的号码" in said["sms", "x@b.test"] and "没有能发的号码" in said["sms", "x@b.test"]
    assert "secret_file no-such-file:" in said["missing", "water"]
    english = d.ctl("--en", "notice", "test", "sms", "x@b.test", check=False).stdout
    assert "has no number that this channel serves" in english
    assert d.ctl("notices", "--unit", "nosuch", check=False).stderr == "没有单位 nosuch\n"
    assert d.ctl("notices", "--unit", "desk").returncode == 0


def test_a_training_store_tries_nothing(place, tmp_path):
    v, _ = place
    before = len(v.of("wecom-bot"))
    city, secrets = write_city(tmp_path, v)
    with Daemon(tmp_path, mechanism=city, training="true", notices={"secrets": secrets, "allow": "127.0.0.0/8", "plain": "true"}) as d:
        serves(d)
        done = d.ctl("notice", "test", "wecom-bot", "water", check=False)
        assert done.returncode == 1 and "培训库什么也不发" in done.stderr
        assert any(line.startswith("培训库,什么也不发 ") and line.endswith(" 是") for line in d.ctl("status").stdout.splitlines())
    assert len(v.of("wecom-bot")) == before


def test_only_an_administrator_tests(place):
    v, d = place
    for role, unit in (("desk", None), ("office", None), ("liaison", "water")):
        with d.console(f"t-{role}", role, unit) as c, pytest.raises(Refused) as refused:
            c.call("notice.test", channel="wecom-bot", recipient="water")
        assert refused.value.word == "forbidden"
    with d.console("t-admin", "admin") as c:
        assert c.call("notice.test", channel="wecom-bot", recipient="water")["verdict"] == "accepted"


def test_an_incident_shows_who_was_told(place):
    v, d = place
    with d.desk() as c:
        c.call("incident.report", **incident("TOLD-1", units=["water"]))
    shown = until(lambda: "wecom-bot" in (out := d.ctl("incident", "show", "TOLD-1").stdout) and out, "the notice in incident show")
    assert "TOLD-1-01" in shown


def test_over_http(place):
    v, d = place
    admin, desk = d.account("h-admin", "admin"), d.account("h-desk", "desk")
    status, _, answer = d.http("POST", "/v1/notices/test", admin, {"channel": "wecom-bot", "recipient": "water"})
    assert (status, answer["verdict"], answer["kind"]) == (200, "accepted", "wecom-bot")
    assert d.http("POST", "/v1/notices/test", admin, {"channel": "none", "recipient": "water"})[0] == 404
    assert d.http("POST", "/v1/notices/test", desk, {"channel": "wecom-bot", "recipient": "water"})[0] == 403


def test_nothing_secret_is_in_the_log(place):
    v, d = place
    log = d.log()
    assert "notice test" in log and "channel cannot send" in log
    for secret in (*vendors.SECRETS, RECEIPTS, vendors.KEYS["sms"]):
        assert secret not in log
    assert "0000201" not in log, "no phone"


def test_certificates_are_verified(tmp_path):
    ours = pki.Authority(tmp_path / "ca")
    ours.issue("good")
    ours.issue("other", san="DNS:elsewhere.test")
    with contextlib.ExitStack() as stack:
        good, other = (stack.enter_context(Vendors(certificate=(ours.path(f"{n}.pem"), ours.path(f"{n}.key")))) for n in ("good", "other"))
        city, secrets = write_city(str(tmp_path), good)
        with open(os.path.join(city, "notices.yaml"), "w", encoding="utf-8") as f:
            f.write("channels:\n" + "".join(f'  {name}: {{kind: webhook, url: "{url}", secret_file: webhook-key}}\n' for name, url in (
                ("good", good.url("webhook", "localhost")), ("other", other.url("webhook", "localhost")))) + "recipients: {water: [good]}\n")
        with Daemon(tmp_path, mechanism=city, notices={"secrets": secrets, "allow": "127.0.0.0/8,::1", "plain": "true", "ca": ours.ca}) as d, d.local() as c:
            serves(d)
            answers = ask(c, "good", "other")
        assert [(a["verdict"], a["code"]) for a in answers] == [("accepted", "HTTP 200"), ("retry", "tls-certificate")]
        assert good.told("webhook") and not other.requests
