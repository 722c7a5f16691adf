"""The page in a browser: tests/page/*.test.mjs, each test of which is one here. One daemon under the manual clock, one Chromium.

Without Chromium, Node.js or what tests/page/package.json names they are skipped, and fail where CI=true.
"""
import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import urllib.parse

import pytest

from harness import ROOT, SHIPPED, Daemon, incident, png, until
from noticing import city_with_mobiles, notices_yaml, take_receipts
from vendors import Vendors

FOLDER = os.path.join(ROOT, "tests", "page")
TOOLS = os.path.join(ROOT, "build", "page-tools")
BROWSER = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FRIDAY = "2026-07-10T15:00:00+08:00"
ACCOUNTS = {"desk1": ("desk",), "desk2": ("desk",), "lead1": ("shift-leader",), "office1": ("office",), "admin1": ("admin",), "admin2": ("admin",), "water1": ("liaison", "water"),
            "power1": ("liaison", "power"), "wall": ("wall",)}
# Who of tests/page/told.test.mjs is told by what: the webhook takes everything, the robot nothing.
TOLD = {"water": "[webhook]", "power": "[wecom-bot]", "telecom": "[wecom-bot, webhook]", "cable": "[wecom-bot]"}
HOSTILE = "<img src=x onerror=alert(1)>"
ENDS = (".test.mjs", ".torture.mjs") if os.environ.get("LIANDONG_PAGE") == "all" else (".test.mjs",)  # make torture: all
FILES = sorted(name for name in os.listdir(FOLDER) if name.endswith(ENDS))


def names():
    for file in FILES:
        with open(os.path.join(FOLDER, file), encoding="utf-8") as f:
            yield from (f"{file.partition('.')[0]}: {name}" for name in re.findall(r"^test\('([^']+)'", f.read(), re.M))


def missing():
    wanted = {"chromium": BROWSER, "node": shutil.which("node"), "playwright-core": os.path.join(TOOLS, "node_modules", "playwright-core")}
    return [name for name, path in wanted.items() if not path or not os.path.exists(path)]


class Runner:
    """One browser for all; a daemon of its own for each file, so that no file finds another one's incidents or time."""

    def __init__(self, folder):
        self.folder, self.daemon, self.file, self.vendors = folder, None, None, None
        self.node = subprocess.Popen(["node", os.path.join(FOLDER, "run.mjs"), TOOLS, *(os.path.join(FOLDER, name) for name in FILES)],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                     env={**os.environ, "CHROMIUM": BROWSER})

    def begin(self, file):
        self.stop()
        path = self.folder / file
        path.mkdir()
        self.file, self.daemon = file, Daemon(path, clock=FRIDAY, http={"hosts": "a"}, **(self.told(path) if file == "told" else {}))
        self.daemon.start()
        if self.vendors:
            self.vendors.clock = lambda: self.daemon.http_clock().timestamp()
            take_receipts(self.vendors, self.daemon, "sms")
            until(lambda: "notifier INFO follows" in self.daemon.log(), "the notifier to follow")
        for name, (role, *unit) in ACCOUNTS.items():
            self.daemon.account(name, role, *unit)
        self.rig = {"url": f"http://127.0.0.1:{self.daemon.http_port}", "control": self.daemon.control, "pid": self.daemon.process.pid,
                    "tokens": self.daemon.tokens, "pictures": os.environ.get("LIANDONG_PICTURES", "")}

    def told(self, path):
        """What a daemon takes whose notices go out: by a webhook that takes them, and by a robot that refuses all."""
        self.vendors = Vendors().__enter__()
        self.vendors.always["wecom-bot"] = "lie"
        city, keys = path / "city", path / "keys"
        city_with_mobiles(city)
        keys.mkdir()
        (city / "notices.yaml").write_text(notices_yaml(self.vendors, keys, TOLD, {"webhook": "", "wecom-bot": "", "sms": ", receipts: true"}), encoding="utf-8")
        units = (city / "units.yaml").read_text(encoding="utf-8")
        assert units.count("short: 广电网络\n") == 1
        duty = 'duty: {phone: ["0597-0000205", "13905970205"], title: 值班室, placeholder: true}'  # a mobile alone, as most have
        assert units.count(duty) == 1
        units = units.replace(duty, 'duty: {phone: "13905970205", title: 值班室}')
        (city / "units.yaml").write_text(units.replace("short: 广电网络\n", f'short: "{HOSTILE}"\n'), encoding="utf-8")
        return {"mechanism": str(city), "notices": {"secrets": str(keys), "allow": "127.0.0.0/8", "plain": "true", "timeout": "2s"}}

    def run(self, name):
        file = name.partition(":")[0]
        if file != self.file:
            self.begin(file)
        answer = self.say({"test": name, "rig": self.rig})
        while "host" in answer:  # the test asks for what only the machine can do
            answer = self.say(getattr(self, answer["host"])())
        assert answer["ok"], answer["error"] + "\n" + self.daemon.log()[-2000:]

    def say(self, what):
        self.node.stdin.write(json.dumps(what) + "\n")
        self.node.stdin.flush()
        line = self.node.stdout.readline()
        assert line, f"the runner ended with {self.node.wait(10)}"
        return json.loads(line)

    def backup(self):
        self.backed_up = str(self.folder / f"{self.file}.db")
        self.daemon.ctl("backup", self.backed_up)
        return {}

    def stranger_replies(self):
        assert self.vendors.reply("sms", "13800000000", HOSTILE)[0] == 200
        return {}

    def webhook_fails(self):
        self.vendors.always["webhook"] = "error"
        return {}

    def webhook_works(self):
        self.vendors.always.pop("webhook")
        return {}

    def restore(self):
        """As an administrator does it: stopped, the backup in place, started."""
        assert self.daemon.stop() == 0, self.daemon.log()[-4000:]
        self.daemon.ctl("restore", self.backed_up, "--yes")
        self.daemon.start()
        self.rig["pid"] = self.daemon.process.pid
        return {"pid": self.rig["pid"]}

    def stop(self):
        if self.daemon:
            assert self.daemon.stop() == 0, self.daemon.log()[-4000:]
        if self.vendors:
            self.vendors.__exit__()
        self.vendors = None

    def end(self):
        self.node.stdin.close()
        self.node.wait(30)
        self.stop()


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    if missing():
        what = f"网页的测试没有运行,缺少 {', '.join(missing())}:scripts/deps.sh page(the page was not tested)"
        print(f"\n!!! {what}", flush=True)
        pytest.fail(what) if os.environ.get("CI") == "true" else pytest.skip(what)
    runner = Runner(tmp_path_factory.mktemp("page"))
    yield runner
    runner.end()


@pytest.mark.parametrize("name", names())
def test_page(runner, name):
    runner.run(name)


# -- without a browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def acorn():
    if not (shutil.which("node") and os.path.exists(os.path.join(TOOLS, "node_modules", "acorn"))):
        pytest.fail("scripts/deps.sh page") if os.environ.get("CI") == "true" else pytest.skip("scripts/deps.sh page")


def lint(*arguments):
    return subprocess.run(["node", os.path.join(FOLDER, "lint.mjs"), TOOLS, *arguments], capture_output=True, text=True, check=False)


def test_modules_hold_to_the_rules(acorn):
    done = lint()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("text, said", [
    ("el.innerHTML = text;", "markup"), ("new Function(text);", "code"), ("eval(text);", "code"), ("setTimeout('go()', 5);", "of a text"),
    ("a ||= b;", "not ES2020"), ("class A { #x = 1; }", "not ES2020"), ("text.replaceAll('a', 'b');", "2020"), ("list.at(-1);", "2020"),
    ("w('no such key');", "no row"), ("w(a ? b ? 'live' : 'no such key' : 'other');", "no row"), ("words({ a: ['甲'] });", "English"),
])
def test_what_the_rules_refuse(acorn, tmp_path, text, said):
    (tmp_path / "planted.mjs").write_text(f"/* planted */\n{text}\n")
    done = lint(str(tmp_path))
    assert done.returncode == 1 and "planted.mjs:2:" in done.stdout and said in done.stdout, done.stdout


def test_what_is_served_means_what_the_source_says(acorn):
    done = subprocess.run(["node", os.path.join(FOLDER, "squeezed.mjs"), TOOLS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_vendored_files_are_as_they_came():
    subprocess.run(["python3", os.path.join(ROOT, "scripts", "vendor.py"), "check"], check=True)


def test_files_are_kept_by_their_names(shared):
    """What is named by its bytes is kept for ever; `/` is asked for anew each time, by its ETag; gzipped for who takes it."""
    status, headers, page = shared.http("GET", "/")
    assert status == 200 and headers["Cache-Control"] == "no-cache" and headers["ETag"] and 'lang="zh-CN"' in page.decode()
    assert shared.http("GET", "/", headers={"If-None-Match": headers["ETag"]})[0] == 304
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "script-src 'self'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types liandong"):
        assert part in policy.split("; ")
    assert "unsafe" not in policy
    module = re.search(r'src="(/page/main\.[0-9a-f]{16}\.mjs)"', page.decode())[1]
    status, plain, text = shared.http("GET", module)
    assert status == 200 and plain["Cache-Control"] == "public, max-age=31536000, immutable" and plain["Content-Encoding"] is None
    status, packed, data = shared.http("GET", module, headers={"Accept-Encoding": "gzip, deflate"})
    assert packed["Content-Encoding"] == "gzip" and packed["ETag"] != plain["ETag"] and gzip.decompress(data) == text
    assert packed["Vary"] == "Accept-Encoding" and packed["Content-Type"] == "text/javascript; charset=utf-8"
    assert (others := re.findall(rb"""['"]\./([^'"]+)['"]""", text)) and all(re.search(rb"\.[0-9a-f]{16}\.mjs$", name) for name in others)
    assert shared.http("GET", "/page/main.mjs")[0] == 404 and shared.http("POST", module, body={})[0] == 405
    worker = shared.http("GET", "/sw.js")
    assert worker[1]["Content-Type"].startswith("text/javascript") and "require-trusted-types-for" in worker[1]["Content-Security-Policy"]


def test_english(tmp_path):
    with Daemon(tmp_path, language="en") as d:
        assert 'lang="en"' in d.http("GET", "/")[2].decode()
        assert "110 joint action" in json.dumps(d.http("GET", "/manifest.webmanifest")[2])


@pytest.mark.parametrize("face, most", [("phone", 35_000), ("sign", 35_000), ("desk", 60_000)])
def test_first_load_is_small(shared, face, most):
    """Gzipped bytes of the shell and a face, until it shows something."""
    page = shared.http("GET", "/", headers={"Accept-Encoding": "gzip"})[2]
    seen, todo, size = set(), re.findall(r'/page/[^"]+', gzip.decompress(page).decode()), len(page)
    while todo:
        path = todo.pop()
        if path in seen or path.endswith(".png"):
            continue
        seen.add(path)
        packed = shared.http("GET", path, headers={"Accept-Encoding": "gzip"})[2]
        size += len(packed)
        if path.endswith(".mjs"):
            text = gzip.decompress(packed).decode()
            names = re.findall(r"""from\s*["']\./([^"']+)["']""", text) + re.findall(rf"""\(["']\./({face}\.[^"']+)["']\)""", text)
            todo += [f"/page/{name}" for name in names]
    assert any(f"/{face}." in path for path in seen) and size < most, (size, sorted(seen))


# -- the list without scripts ---------------------------------------------------------------------------


def form(d, path, cookie=None, headers=None, **fields):
    """A form as a browser of 2020 sends it; headers None: by a page of ours."""
    own = {"Origin": f"http://127.0.0.1:{d.http_port}"} if headers is None else headers
    return d.http("POST", path, None, urllib.parse.urlencode(fields).encode(),
                  {"Content-Type": "application/x-www-form-urlencoded", **({"Cookie": cookie} if cookie else {}), **own})


def test_plain_list(shared):
    token = shared.account("plain-water", "liaison", "water")
    with shared.desk() as c:
        c.call("incident.report", **incident("PLAIN-1", address="<b>一号路</b>\u202e3号"))
    status, headers, page = shared.http("GET", "/plain")
    assert status == 200 and b"/plain/in" in page and b"<script" not in page
    assert "form-action 'self'" in headers["Content-Security-Policy"] and "script-src" not in headers["Content-Security-Policy"]
    status, _, page = form(shared, "/plain/in", secret="no")
    assert status == 401 and "登录码无效" in page.decode() and b"/plain/in" in page
    for other in {}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.cn"}, {"Origin": "null"}:
        assert form(shared, "/plain/in", None, other, secret=token)[0] == 403
    status, headers, _ = form(shared, "/plain/in", secret=token)
    assert (status, headers["Location"]) == (303, "/plain")
    cookie = headers["Set-Cookie"].split(";")[0]
    page = shared.http("GET", "/plain", headers={"Cookie": cookie})[2].decode()
    assert "&lt;b&gt;一号路&lt;/b&gt;" in page and "紧急 · 供水爆管" in page and "P2" not in page and page.count("PLAIN-1-01/acknowledge") == page.count("PLAIN-1-01/arrive") == 1
    with shared.local() as c:
        assert c.call("dispatch.get", dispatch="PLAIN-1-01")["delivered_at"]
    sent = dict(re.findall(r'name="(form|key)" value="([^"]+)"', page))
    place = "/plain/PLAIN-1-01/acknowledge"
    for other in {}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.cn"}:
        assert form(shared, place, cookie, other, **sent)[0] == 403
    assert form(shared, place, cookie, **{**sent, "form": "0" * 64})[0] == 403
    assert form(shared, place, None, **sent)[0] == 401
    for _ in range(2):  # the same again is the same
        assert form(shared, place, cookie, {"Sec-Fetch-Site": "same-origin"}, **sent)[0] == 303
    with shared.local() as c:
        assert c.call("dispatch.get", dispatch="PLAIN-1-01")["acknowledged_at"]
    page = shared.http("GET", "/plain", headers={"Cookie": cookie})[2].decode()
    assert "PLAIN-1-01/acknowledge" not in page and "PLAIN-1-01/arrive" in page
    assert form(shared, "/plain/NONE-01/arrive", cookie, **{**sent, "key": "other"})[0] == 404
    page_of = f"http://127.0.0.1:{shared.http_port}"  # a text browser says of a form which page it was on, and nothing else
    for other in {"Referer": "https://evil.cn/plain"}, {"Referer": f"https://evil.cn/{page_of}/plain"}, {"Referer": f"{page_of}/plain", "Origin": "https://evil.cn"}, {"Referer": "plain"}:
        assert form(shared, "/plain/in", None, other, secret=token)[0] == 403, other
    assert form(shared, "/plain/in", None, {"Referer": f"{page_of}/plain"}, secret=token)[0] == 303
    cookie = form(shared, "/plain/in", secret=shared.account("plain-desk", "desk"))[1]["Set-Cookie"].split(";")[0]
    assert shared.http("GET", "/plain", headers={"Cookie": cookie})[0] == 403


def test_plain_list_shows_photos(shared):
    """Small, each a link to itself, said in words where there are no pictures; of one's own dispatch."""
    token = shared.account("plain-photo", "liaison", "power")
    with shared.desk() as c:
        c.call("incident.report", **incident("PLAIN-2", units=["power"]))
    image = base64.b64encode(png()).decode()
    with shared.console("plain-photo", "liaison", "power", events=False) as c:
        c.call("dispatch.arrive", dispatch="PLAIN-2-01")
        photo = c.call("photo.add", dispatch="PLAIN-2-01", image=image, step="arrived")["photo"]
    cookie = form(shared, "/plain/in", secret=token)[1]["Set-Cookie"].split(";")[0]
    status, headers, page = shared.http("GET", "/plain", headers={"Cookie": cookie})
    path, alt = re.search(r'<img src="(/v1/[^"]+)" alt="(到场的照片 \d\d:\d\d)"', page.decode()).groups()
    assert path == f"/v1/dispatches/PLAIN-2-01/photos/{photo}" and f'<a href="{path}">' in page.decode()
    assert "img-src 'self'" in headers["Content-Security-Policy"]
    status, headers, data = shared.http("GET", path, headers={"Cookie": cookie})
    assert status == 200 and headers["Content-Type"] == "image/png" and data == png()


INSTANTS = """
globalThis.document = { documentElement: { dataset: {}, lang: '' }, querySelectorAll: () => [] };
globalThis.localStorage = { getItem: () => null };
const { now, when } = await import(process.argv[1]);
console.log(JSON.stringify([-7, -1, 0, 1, 2, 6, 7].map((days) => when(now() + days * 86400000).split(' ')[0])));
"""


def test_a_weekday_says_which_day():
    """What is a week ahead has the weekday of today: its date is said."""
    if not shutil.which("node"):
        pytest.skip("there is no node")
    done = subprocess.run(["node", "--input-type=module", "-e", INSTANTS, os.path.join(ROOT, "src", "page", "time.mjs")],
                          capture_output=True, text=True, check=True)
    kinds = ("月", "昨天", ":", "明天", "周", "周", "月")
    said = json.loads(done.stdout)
    assert [kind in one for kind, one in zip(kinds, said)] == [True] * 7, said
