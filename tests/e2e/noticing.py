"""What tests of notices that go out stand on: a daemon whose units are told by the double (vendors.py), and what its notifier
remembers. The clock is manual: what waits for a minute waits for advance()."""
import contextlib
import datetime
import os
import re
import shutil
import sqlite3

import pki
import vendors
from harness import SHIPPED, Daemon, incident, until

AT = "2026-03-05T10:00:00+08:00"
STARTED = datetime.datetime.fromisoformat(AT).timestamp()
RECEIPTS = "receipts-secret-of-this-test"
SMS = 'kind: sms-http, sign: 联动, template: "1001", params: ["{number}", "time={due}"]'
OWN = ('kind: sms-http, sign: 联动, form: {mobile: "{phone}", msg: "{text}", uid: "{id}"}, headers: {X-Key: "{secret}"}, ok_field: code, '
       'ok_value: "0", id_field: "no", receipt_id: "no", receipt_ok_field: state, receipt_ok_value: "0"')
# A channel of each kind, without where it sends to, its secrets and its receipts.
CHANNELS = {"webhook": "kind: webhook", "voice": "kind: voice", "wecom-bot": "kind: wecom-bot",
            "wecom-app": f"kind: wecom-app, corp: {vendors.CORP}, agent: 1000002", "dingtalk-bot": "kind: dingtalk-bot",
            "feishu-bot": "kind: feishu-bot", "sms": OWN,
            "aliyun": f"{SMS}, preset: aliyun",
            "tencent": f'{SMS}, preset: tencent, app: "1400000000"',
            "smtp": f"kind: smtp, from: {vendors.MAIL_USER}, user: {vendors.MAIL_USER}"}
KINDS = tuple(CHANNELS)
BACKUP = "kind: webhook"  # what a unit has besides
UNLIMITED = ", per_number: {minute: 0, hour: 0}"  # of channels to phones, where a test sends many to one number
RECEIPT_KINDS = ("voice", "sms", "aliyun", "tencent")  # whose providers say what became of it
URL_IN_FILE = ("webhook", "backup", "voice", "wecom-bot", "dingtalk-bot", "feishu-bot")
STATES = ["queued", "accepted", "delivered", "opened", "acted", "unknown", "stale", "dead", "cancelled"]
ATTEMPTS = ["waiting", "sending", "accepted", "delivered", "unknown", "failed", "ended"]
CLASSES = ["instruction", "escalation", "decision", "reminder", "digest"]


def city_with_mobiles(folder):
    """The shipped city in a folder that is made, where each contact has a mobile behind the landline: 13905970201 of 0597-0000201. A provider
    of short messages cannot use a landline."""
    shutil.copytree(SHIPPED, folder)
    units = os.path.join(folder, "units.yaml")
    with open(units, encoding="utf-8") as f:
        text = f.read()
    with open(units, "w", encoding="utf-8") as f:
        f.write(re.sub(r'phone: "0597-0000(\d{3})"', r'phone: ["0597-0000\1", "13905970\1"]', text))


def write_secret(folder, name, text, mode=0o600):
    with open(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as f:
        f.write(text + "\n")


def channel(v, keys, name, kind=None, more="", host="127.0.0.1"):
    """A line of notices.yaml, to the double; its secrets are written into the folder `keys`."""
    kind = kind or name
    url = v.url(kind, host)
    where = f'url: "{url}"'
    if kind in URL_IN_FILE:
        write_secret(keys, f"{kind}-url", url)
        where = f"url_file: {kind}-url"
    if kind in vendors.KEYS:
        write_secret(keys, f"{kind}-key", "# of a test\n" + vendors.KEYS[kind])
        where += f", secret_file: {kind}-key"
    if "receipts: " in more:
        write_secret(keys, "receipts", RECEIPTS)
        where += ", receipts_file: receipts"
    return f"  {name}: {{{CHANNELS.get(kind, BACKUP)}, {where}{more}}}\n"


def take_receipts(v, d, kind, name=None):
    """The double says what became of messages of the kind to the channel of that name."""
    v.trust = d.tls
    v.receipts[kind] = f"{d.http_url('localhost' if d.tls else '127.0.0.1')}/v1/receipts/{name or kind}/{RECEIPTS}"


def recipient(who, by):
    return f"  {who}: {by if by.startswith('{') else f'{{duty: {by}}}'}\n"


def notices_yaml(v, keys, recipients, channels, host="127.0.0.1"):
    """channels: the kinds, one channel of each, with more keys of it; their secrets are written into `keys`. recipients: who is told
    by which."""
    lines = [channel(v, keys, kind, more=more, host=host) for kind, more in channels.items()]
    return "channels:\n" + "".join(lines) + "recipients:\n" + "".join(recipient(*one) for one in recipients.items())


@contextlib.contextmanager
def city(tmp_path, v, recipients, more="", names=("webhook",), start=True, receipts=(), host="127.0.0.1", settings=None, clock=AT,
         notices=None, more_channels="", **sections):
    """A daemon whose units are told by the double. recipients: who is told by which channels; names: the kinds of channels, one
    of each; receipts: those that wait for receipts; settings: more keys of a channel; more: the end of notices.yaml; more_channels: lines."""
    folder, keys = tmp_path / "mechanism", tmp_path / "keys"
    city_with_mobiles(folder)
    keys.mkdir()
    mores = {name: (", receipts: true" if name in receipts else "") + (settings or {}).get(name, "") for name in names}
    text = notices_yaml(v, keys, recipients, mores, host).replace("channels:\n", "channels:\n" + more_channels)
    (folder / "notices.yaml").write_text(text + more, encoding="utf-8")
    d = Daemon(tmp_path, clock=clock, mechanism=str(folder),
               notices={"secrets": str(keys), "allow": "127.0.0.0/8", "plain": "true", "timeout": "1s", **(notices or {})}, **sections)
    d.vendors = v
    d.passed = 0  # seconds of the manual clock since the start
    if clock:
        v.clock = lambda: datetime.datetime.fromisoformat(clock).timestamp() + d.passed
    for kind in receipts:
        take_receipts(v, d, kind)
    if start:
        d.start()
        until(lambda: " follows seq=" in d.log(), "the notifier to follow")
    try:
        yield d
    finally:
        assert d.stop() == 0


def report(d, number="N-1", unit="water", **more):
    """One incident with a dispatch to that unit alone; the dispatch's id. The notifier has to be there."""
    until(lambda: "notifier INFO follows" in d.log(), "the notifier to follow")
    with d.desk() as c:
        more.setdefault("received_at", AT)
        return c.call("incident.report", **incident(number, units=[unit], **more))["dispatches"][0]["dispatch"]


def ask_outbox(d, sql, *values):
    path = os.path.join(d.folder, "notices", "notices.db")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=15)) as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute(sql, values)]


def change_outbox(d, sql, *values):
    """By hand, behind the notifier's back: what it holds in memory is not changed."""
    path = os.path.join(d.folder, "notices", "notices.db")
    with contextlib.closing(sqlite3.connect(path, timeout=15)) as db, db:
        db.execute("PRAGMA wal_autocheckpoint = 0")  # the notifier sets a file aside that others write to
        db.execute(sql, values)


def rows(d):
    """What the notifier remembers, the oldest first."""
    return ask_outbox(d, "SELECT * FROM notice ORDER BY n")


def attempts(d, since=0):
    """By the id of a notice: its way through its channels, in order. since: only of what lives, or has ended after that (ms)."""
    by = {}
    for a in ask_outbox(d, "SELECT a.* FROM attempt a JOIN notice n ON n.id = a.notice WHERE n.ended_at = 0 OR n.ended_at > ? "
                           "ORDER BY a.notice, a.i", since):
        by.setdefault(a["notice"], []).append(a)
    return by


def states(d):
    return [STATES[r["state"]] for r in rows(d)]


def authority(folder):
    """Ours; a good certificate; and three that are none: of another host, of years ago, of somebody else's authority."""
    ours, theirs = pki.Authority(folder / "ca"), pki.Authority(folder / "other", "Another CA")
    good = ours.issue("good")
    bad = [ours.issue("host", san="DNS:elsewhere.test"), ours.issue("old", start="20200101000000Z", end="20210101000000Z"), theirs.issue("self")]
    return ours, good, bad


def over_tls(ours, **notices):
    """What a city() takes whose providers have certificates."""
    return {"host": "localhost", "notices": {"allow": "127.0.0.0/8,::1", "ca": ours.ca, "timeout": "4s", **notices}}


def follows(d):
    """Does the notifier that was started last follow the events?"""
    log = d.log()
    return log.rfind("notifier INFO follows") > log.rfind("started child=notifier")


def sending(d):
    return bool(ask_outbox(d, "SELECT 1 FROM attempt WHERE state = ?", ATTEMPTS.index("sending")))


def settled(d):
    """The notifier has heard of the clock and has done what it can now: the answers of every request have come. The engine tells all
    processes of a move in one go; what was asked of the notifier after that is answered after that."""
    instant = d.vendors.clock()
    until(lambda: d.http_clock().timestamp() >= int(instant), "the HTTP process to hear of the clock")
    until(lambda: follows(d), "the notifier to follow")
    for _ in range(2):
        until(lambda: b"\nliandong_notifier_behind_events 0\n" in d.http("GET", "/metrics")[2], "the notifier to deal with every event")
        until(lambda: not sending(d), "every answer")


def soon(condition, seconds=3):
    """Is it so within some seconds? A condition that may be waited for in vain, because the clock has to go on first."""
    with contextlib.suppress(AssertionError):
        return until(condition, limit=seconds)
    return False


def advance(d, seconds):
    d.passed += seconds
    d.vendors.moved(seconds)
    with d.local() as c:
        c.call("clock.advance", duration=f"{seconds}s", within=60)
