"""Notices say nothing of people. Words that mark each piece of personal data are planted in reports and acts; then every class of notice goes
by every kind of channel, is taken, refused, lost, merged and sent again; and the words are looked for wherever notices leave a trace.

What is handed over to 12345 is another matter: that centre is the unit that acts, and is told what docs/EXCHANGE.md lists. The files beside
the store and the log have nothing of it all the same.
"""
import contextlib
import glob
import json
import os
import re
import sqlite3
import urllib.parse

import pytest

from centre12345 import Desk
from harness import Daemon, incident, until
from noticing import CHANNELS, city_with_mobiles, write_secret
from test_49_exchange import example
from vendors import KEYS, Vendors

AT = "2026-03-05T10:00:00+08:00"
STATES = ["queued", "accepted", "delivered", "opened", "acted", "unknown", "stale", "dead", "cancelled"]

# A unit for each kind, so that each class goes by each.
UNITS = dict(zip(CHANNELS, ("water", "power", "health", "fire", "traffic-police", "urban-management", "housing", "civil-affairs", "telecom", "market")))
HOTLINE = "hotline-12345"
PII = {"name": "QZNAME甲", "phone": "13900007711", "address": "QZADDR路88号", "description": "QZDESC漏水", "note": "QZNOTE", "urge": "QZURGE",
       "person": "QZPERSON", "caller": "13700008822", "text": "QZTEXT", "reason": "QZREASON", "withdraw": "QZWITHDRAW", "amended": "QZAMENDED",
       "place": "117.43211"}
SECRET_CATEGORY, SECRET_NAME = "200601", "家庭暴力"
CLASSES = ["instruction", "escalation", "decision", "reminder", "digest"]


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("canaries")
    with Vendors() as v, contextlib.closing(Desk("out-key")) as desk:
        with Daemon(folder, clock=AT, mechanism=write_city(folder, v, desk),
                    notices={"secrets": folder / "secrets", "allow": "127.0.0.0/8", "plain": "true", "timeout": "1s"}) as d:
            v.clock = lambda: d.http_clock().timestamp()
            until(lambda: "notifier INFO follows" in d.log(), "the notifier to follow")
            live_through(d, v, desk)
            yield v, desk, d


def clock(d):
    with d.local() as c:
        return c.call("clock.get")["time"]


def write_city(folder, v, desk):
    """A city whose units are told by one kind of channel each, and that exchanges with the centre."""
    city, secrets = folder / "city", folder / "secrets"
    city_with_mobiles(city)
    secrets.mkdir()
    lines, told = [], []
    for kind, settings in CHANNELS.items():
        whole = kind in ("aliyun", "tencent", "wecom-app", "smtp", "sms")
        write_secret(secrets, f"{kind}-url", v.url(kind))
        where = f"url: \"{v.url(kind)}\"" if whole else f"url_file: {kind}-url"
        if kind in KEYS:
            write_secret(secrets, f"{kind}-key", KEYS[kind])
            where += f", secret_file: {kind}-key"
        if kind == "voice":
            where += ", receipts_file: receipts"
        lines.append(f"  {kind}: {{{settings}, {where}}}\n")
        roles = ", ".join(f"{role}: [{kind}]" for role in ("duty", "liaison", "person_in_charge", "leader"))
        told.append(f"  {UNITS[kind]}: {{{roles}, wecom: someone, mail: someone@city.test}}\n")
    told.append("  desk: [webhook]\n  office: [webhook]\n  shift-leader: [webhook]\n")
    (city / "notices.yaml").write_text("link: https://page.test/#/d/\ndigest: [\"10:37\", \"11:20\"]\nchannels:\n" + "".join(lines) + "recipients:\n" + "".join(told), encoding="utf-8")
    (city / "exchange.yaml").write_text(example().replace("https://12345.example/exchange/push", desk.url), encoding="utf-8")
    write_secret(secrets, "receipts", "receipts-of-this-test")
    write_secret(secrets, "hotline-in", "in-key")
    write_secret(secrets, "hotline-out", "out-key")
    return city


def report(c, number, at, **more):
    who = {"name": PII["name"], "phone": PII["phone"]}
    return c.call("incident.report", **incident(number, at, units=[*UNITS.values(), HOTLINE], address=PII["address"], description=PII["description"],
                                                reporter=who, location={"lon": 117.43211, "lat": 25.123456}, **more))


def act(c, number):
    """What is said of a matter meanwhile, and of its units."""
    c.call("incident.annotate", number=number, text=PII["note"])
    c.call("incident.urge", number=number, text=PII["urge"])
    c.call("incident.amend", number=number, description=PII["amended"])
    by = {"person": PII["person"], "phone": PII["caller"]}
    c.call("dispatch.acknowledge", dispatch=f"{number}-01", on_behalf=by, text=PII["text"])
    c.call("dispatch.progress", dispatch=f"{number}-01", on_behalf=by, text=PII["text"])


def live_through(d, v, desk):
    """TAKEN: taken by all. SECRET: confidential, and refused. LOST: of none is anything known. Each is told by every kind."""
    with d.desk(events=False) as c:
        report(c, "TAKEN-1", clock(d), priority="P2")
        settled(d)
        for _ in range(8):  # reminders and escalations of who does not answer
            d.advance("5m")
            settled(d)
        act(c, "TAKEN-1")
        for n in range(1, len(UNITS) + 1):
            c.call("dispatch.withdraw", dispatch=f"TAKEN-1-{n:02}", reason=PII["withdraw"])
        settled(d)
        v.always.update({kind: "lie" for kind in CHANNELS})
        report(c, "SECRET-1", clock(d), priority="P2", category=SECRET_CATEGORY, confidential=True)
        settled(d)
        v.always.update({kind: "drop" for kind in CHANNELS})
        d.advance("15m")  # a channel that was broken is tried again
        desk.faults[:] = ["echo"] * 3
        report(c, "LOST-1", clock(d), priority="P1")
        settled(d)
        until(lambda: len(desk.faults) < 3, "the centre to refuse it")
        v.always.clear()
        d.advance("40m")
        settled(d)


def settled(d):
    """The notifier has followed everything, and waits for no provider."""
    def is_so():
        text = d.http("GET", "/metrics")[2].decode()
        return "\nliandong_notifier_behind_events 0\n" in text and not [a for a in table(d, "attempt") if a["state"] == SENDING]
    until(is_so, "the notifier to be done")


SENDING = 1


def table(d, name, file="notices.db"):
    path = os.path.join(d.folder, "notices", file)
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute(f"SELECT * FROM {name}")]


def found_in(text):
    """The names of what is in it, as it is, and as URLs, JSON and base64 have it."""
    forms = {text, urllib.parse.unquote_plus(text), re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)}
    return [k for k, said in PII.items() if any(said in one for one in forms)]


def sent(request):
    """What a provider got of it."""
    return json.dumps({k: request[k] for k in ("path", "headers", "body", "phone", "text") if k in request}, ensure_ascii=False, default=str)


def test_each_class_went_by_each_kind(lived):
    """Otherwise the rest says nothing."""
    v, _, d = lived
    kinds = dict(zip(UNITS.values(), UNITS))
    went = {(kinds[r["unit"]], CLASSES[r["class"]]) for r in table(d, "notice") if r["unit"] in kinds}
    assert went == {(kind, name) for kind in CHANNELS for name in CLASSES}
    states = {STATES[r["state"]] for r in table(d, "notice")}
    assert {"delivered", "dead", "unknown"} <= states, states
    assert all(v.told(kind) for kind in CHANNELS)


def test_no_provider_got_it(lived):
    v, _, _ = lived
    for request in v.requests:
        assert not found_in(sent(request)), request
    for kind in CHANNELS:
        for message in v.told(kind):
            assert not found_in(str(message)), (kind, message)
    assert not v.wrong


def test_of_what_is_confidential_not_even_the_category_is_said(lived):
    v, _, _ = lived
    said = [str(m) for kind in CHANNELS for m in v.told(kind)] + [sent(r) for r in v.requests]
    assert any("ECRET-1" in text for text in said)
    code = re.compile(rf"(?<![0-9A-Za-z.]){SECRET_CATEGORY}(?![0-9A-Za-z.])")  # and no part of a signature
    assert [text for text in said if "汇总" in text and "ECRET-1" in text], "in a digest, too"
    assert not [text for text in said if SECRET_NAME in text or code.search(text)]


def test_no_file_beside_the_store_has_it(lived):
    """Both databases with their logs, and what providers answered to what was refused."""
    _, _, d = lived
    files = glob.glob(os.path.join(d.folder, "notices", "*"))
    assert {"notices.db", "exchange.db"} <= {os.path.basename(f) for f in files}
    for path in files:
        with open(path, "rb") as f:
            assert not found_in(f.read().decode("utf-8", "replace")), path


def test_no_log_no_metric_and_no_answer_has_it(lived):
    _, _, d = lived
    assert not found_in(d.log())
    for path in ("/metrics", "/healthz", "/readyz"):
        assert not found_in(str(d.http("GET", path)[2])), path
    with d.console("seer", "admin") as c:
        for method, params in (("status.get", {}), ("notice.list", {"limit": 200}), ("notice.list", {"state": "dead"}), ("notice.list", {"state": "unknown"})):
            assert not found_in(json.dumps(c.call(method, **params), ensure_ascii=False)), method
    for arguments in (["status"], ["notices"], ["notices", "--dead"], ["incident", "show", "TAKEN-1"]):
        assert not found_in(d.ctl(*arguments).stdout), arguments


def test_the_centre_is_told_what_the_document_lists_and_no_more(lived):
    """It is the unit that acts: reporter, address and words, those of an urging, too, as its liaison would see them."""
    _, desk, d = lived
    bodies = [json.dumps(body, ensure_ascii=False) for _, _, body in desk.seen]
    assert bodies and not desk.wrong
    seen = set().union(*(found_in(b) for b in bodies))
    assert {"name", "phone", "address", "description"} <= seen <= {"name", "phone", "address", "description", "amended", "urge"}
    assert table(d, "handed", "exchange.db")
