"""The documents say what the program does: PROTOCOL.md against a running daemon, command by command
and parameter by parameter; options, man pages, completion; and the example of the client library
against an installed tree, linked both ways.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from harness import BUILD, ROOT, Refused, free_port, incident, now_text, protocol

ROLES = ["desk", "shift-leader", "liaison", "office", "admin", "integration", "local"]
NOT_A_VALUE = {}  # no parameter is of this type, but files; one that is not empty has words in it
# One good value of each kind, so that a command lacks nothing but what is left out of it.
GOOD = {"channel": "hall", "notice": "0123456789abcdef", "recipient": "water", "by": "unit", "every": "week", "number": "DOC-1", "dispatch": "DOC-1-01", "received_at": "2026-03-02T08:00:00+08:00", "address": "一号路",
        "description": "路灯不亮", "text": "说明", "unit": "water", "role": "assist", "reason": "not-our-duty", "result": "satisfied", "step": "departed", "other": "DOC-9",
        "name": "doc", "year": 2025, "sha256": "0" * 64, "content_sha256": "0" * 64, "token_sha256": "0" * 64, "duration": "1m", "instant": "2026-03-02T08:00:00+08:00",
        "file": "/nonexistent/x.db", "mode": "typhoon", "document": "1号", "account": "desk2", "meeting": "2026-01", "period": "2026-01",
        "attendance": ["water"], "owner.unit": "power", "owner.object": "电线杆", "at": "2026-03-02T08:00:00+08:00", "request": "DOC-1.r1", "grant": True,
        "until": "2027-01-01T00:00:00+08:00", "people": ["li"], "from": "2026-03-02T08:00:00+08:00", "to": "2026-03-02T09:00:00+08:00", "on": True,
        "files": {"routing.yaml": ""}, "revision": "0" * 12, "why": "试试", "finding": "DOC-1-01.f1", "photo": "0" * 64, "image": "AAAA", "contacts": {"duty": {"name": "甲"}}, "class": "refused", "measure": "order"}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def table_rows(text):
    for line in text.splitlines():
        if line.startswith("|") and not set(line) <= set("|- "):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


class Documented:
    """One command of PROTOCOL.md."""

    def __init__(self, title, body):
        self.roles = names(re.search(r"角色[:\uff1a](.*?)。", body)[1])
        rows = [r for r in table_rows(body) if len(r) == 4 and names(r[0]) and r[1] in ("", "是", "应有")]
        self.required = [names(r[0])[0] for r in rows if r[1] == "是"]
        self.optional = [names(r[0])[0] for r in rows if r[1] != "是"]
        self.expected = [names(r[0])[0] for r in rows if r[1] == "应有"]
        self.title = title


def documented():
    text = read("docs/PROTOCOL.md")
    commands = text[text.index("\n## 命令"):text.index("\n## 事件")]
    found = {}
    for title, body in re.findall(r"^#### ([^\n]+)\n(.*?)(?=^###|\Z)", commands, re.M | re.S):
        for name in names(title):
            assert name not in found, name
            found[name] = Documented(name, body)
    return found


COMMANDS = documented()
EVERY = sorted({p for c in COMMANDS.values() for p in c.required + c.optional})


def params(**values):
    """{"reporter.name": x} as it stands on the wire."""
    out = {}
    for name, value in values.items():
        outer, _, inner = name.partition(".")
        if inner:
            out.setdefault(outer, {})[inner] = value
        else:
            out[outer] = value
    return out


def refusal(console, method, values):
    """The error of a command that must be refused."""
    reply = console.reply(console.send(method, **params(**values)))
    assert "error" in reply, f"{method} {values} was carried out: {reply}"
    return reply["error"]


def fields(error):
    """What the refusal is about: reporter.name is named so, or by its last part."""
    return error.get("data", {}).get("field", "")


# -- the console protocol against the daemon ------------------------------------------------------

@pytest.fixture(scope="module")
def local(shared):
    with shared.local() as c:
        yield c


def test_tables_are_as_the_program_has_them():
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts/tables.py"), BUILD, "--check"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_is_documented():
    assert set(COMMANDS) == {name for name, row in protocol().items() if not row["internal"]}
    assert len(COMMANDS) > 30


def test_an_undocumented_command_is_refused(local):
    for name in ("incident.destroy", "dispatch.deliver", "personal.read", "session.close"):
        assert refusal(local, name, {})["code"] == -32601


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_documented_parameters_are_taken(local, name):
    """Each is known: a value of a wrong type is refused for its type, not for its name."""
    for p in COMMANDS[name].required + COMMANDS[name].optional:
        if left_out(name, p):
            continue
        error = refusal(local, name, {p: NOT_A_VALUE if p != "files" else {"?": 1}})
        assert error["code"] == -32602, (p, error)
        assert fields(error).split(".")[-1] == p.split(".")[-1], (p, error)
        assert "没有参数" not in error["message"], (p, error)


def left_out(name, p):
    """Is it no reason to refuse the command, as "提醒" says?"""
    if name in ("incident.report", "route.explain", "incident.draft", "incident.similar"):
        return p != "number" or name == "route.explain"
    step = name.startswith("dispatch.") and "eta" in COMMANDS[name].optional
    return step and p in ("eta", "evidence", "ticket", "location.lon", "location.lat", "on_behalf.phone", "owner.unit", "owner.object",
                          "owner.mark")


@pytest.mark.parametrize("name", ["incident.report", "dispatch.arrive"])
def test_what_may_be_left_out_is_and_said(shared, name):
    given = {"number": "LEFT-1"} if name == "incident.report" else {"dispatch": "LEFT-2-01", "on_behalf.person": "李明"}
    with shared.desk(events=False) as c:
        if "dispatch" in given:  # once: sent again a second later it would be another report under the same number
            c.call("incident.report", **incident("LEFT-2"))
        spare = [p for p in COMMANDS[name].optional if left_out(name, p)]
        got = c.call(name, **params(**given, **{p: NOT_A_VALUE for p in spare}))
        said = {w.get("field") for w in got["warnings"]}
        assert said == set(spare), got["warnings"]


def test_a_report_with_other_parameters_is_taken(shared):
    """What a system sends besides is left out, a name with a letter wrong is understood, and both are said."""
    given = incident("OTHER-1", descripton="有人跳楼", receivedAt="2026-03-02T09:00:00+08:00", Drill=True, surprise={"a": [1]})
    del given["description"], given["received_at"], given["category"]
    with shared.desk(events=False) as c:
        got = c.call("incident.report", **given)
        assert {(w["code"], w.get("field")) for w in got["warnings"]} == {
            ("parameter-mended", "description"), ("parameter-mended", "received_at"), ("parameter-mended", "drill"),
            ("parameter-unknown", None)}
        stored = c.call("incident.get", number="OTHER-1")
        assert (stored["category"], stored["drill"]) == ("500801", True)
        assert stored["received_at"] == "2026-03-02T09:00:00+08:00"
        twice = c.call("incident.report", **incident("OTHER-2", descripton="有人跳楼"))
        assert [(w["code"], w["detail"]) for w in twice["warnings"]] == [
            ("parameter-unknown", "没有参数 descripton,已略去,请核对接警系统的接口")]
        personal = c.call("incident.report", **incident("OTHER-3", **{"张三 13959001234": 1}))
        assert "13959001234" not in json.dumps(personal["warnings"])
        many = c.call("incident.report", **incident("OTHER-4", **{f"more{i}": i for i in range(500)}))
        assert [w["code"] for w in many["warnings"]] == ["parameter-unknown"] * 5


def test_what_a_report_should_have_is_missed(shared):
    assert COMMANDS["incident.report"].expected == ["received_at", "address", "description"]
    with shared.desk(events=False) as c:
        got = c.call("incident.report", number="MISSED-1")
        assert [(w["code"], w["field"]) for w in got["warnings"]] == [
            ("missing", p) for p in COMMANDS["incident.report"].expected]
        assert got["dispatches"] and c.call("incident.get", number="MISSED-1")["received_at"]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_other_parameters_are_refused(local, name):
    if name == "incident.report":
        return
    known = set(COMMANDS[name].required + COMMANDS[name].optional)
    objects = {p.split(".")[0] for p in known if "." in p}
    for p in EVERY + ["surprise"]:
        if p in known or p in objects:
            continue
        error = refusal(local, name, {p: NOT_A_VALUE})
        assert error["code"] == -32602 and "没有参数" in error["message"], (p, error)
        assert fields(error) in (p, p.split(".")[0]), (p, error)


@pytest.mark.parametrize("name", sorted(n for n, c in COMMANDS.items() if c.required))
def test_required_parameters_are_required(local, name):
    required = COMMANDS[name].required
    for missing in required:
        given = {p: GOOD[p] if name != "account.add" or p != "role" else "desk" for p in required if p != missing}
        if name == "duty.check" and "result" in given:
            given["result"] = "answered"
        error = refusal(local, name, given)
        assert error["code"] == -32602 and fields(error) == missing, (missing, error)


# Commands that take one of two parameters, as the document says, and which of them a refusal names.
ONE_OF_TWO = {"incident.report": "number", "routing.learn": "accept", "code.make": "account", "session.end": "session", "notice.retry": "notice"}


@pytest.mark.parametrize("name", sorted(n for n, c in COMMANDS.items() if not c.required and n != "session.open"))
def test_what_is_not_required_is_not(local, name):
    """The bare command is not refused for a parameter that the document calls optional."""
    if name == "dispatch.list":
        assert fields(refusal(local, name, {})) == "unit"  # of anyone but a liaison, as the document says
        return
    if name in ONE_OF_TWO:
        assert fields(refusal(local, name, {})) == ONE_OF_TWO[name]
        return
    local.call(name)


@pytest.mark.parametrize("role", [r for r in ROLES if r != "local"])
def test_roles_are_as_documented(shared, role):
    named = [n for n, c in COMMANDS.items() if "integration" in c.roles and not n.startswith("session.")]
    for part in range(0, len(named), 16) if role == "integration" else [0]:
        ours = named[part:part + 16] if role == "integration" else None
        with shared.console(f"doc-{role}-{part}", role, "water" if role == "liaison" else None, ours) as c:
            for name, command in COMMANDS.items():
                if name == "session.open" or (ours and name in named and name not in ours):
                    continue
                forbidden = refusal(c, name, {"surprise": 1})["code"] == -32002
                assert forbidden == (role not in command.roles), (role, name)


def test_local_may_do_everything():
    assert all("local" in c.roles for c in COMMANDS.values())


def test_errors_are_those_of_the_program():
    table = read("docs/PROTOCOL.md").split("\n## 错误")[1]
    stated = {(int(r[0]), names(r[1])[0], int(r[2])) for r in table_rows(table) if re.fullmatch(r"-\d+", r[0])}
    source = re.findall(r'\{(-\d+),\s*"([a-z-]+)",\s*(\d+),', read("src/domain/command.c"))
    assert stated == {(int(n), word, int(http)) for n, word, http in source}
    assert len(stated) == 15


def test_warnings_are_those_of_the_program():
    import yaml
    table = read("docs/PROTOCOL.md").split("\n## 提醒")[1].split("\n## ")[0]
    stated = [names(r[0])[0] for r in table_rows(table) if len(r) == 2 and names(r[0]) and names(r[0])[0] != "code"]
    source = re.findall(r'\[WARNING_\w+\] = \{"([a-z-]+)"', read("src/domain/warning.c"))
    assert stated == source and len(source) > 10
    schema = yaml.safe_load(read("docs/openapi.yaml"))["components"]["schemas"]["Warnings"]
    assert schema["items"]["properties"]["code"]["enum"] == source


def event_table():
    section = read("docs/PROTOCOL.md").split("\n## 事件")[1].split("\n## 错误")[0]
    rows = [r for r in table_rows(section) if len(r) == 3 and names(r[0]) and names(r[0])[0] != "type"]
    return {name: set(re.sub(r"\[\]", "", n) for n in names(r[2])) for r in rows for name in names(r[0])}


def test_events_are_those_of_the_program():
    source = re.findall(r'\[EVENT_\w+\] = "([a-z.-]+)"', read("src/domain/incident.c"))
    assert set(event_table()) == set(source)


def test_event_data_has_documented_members_only(daemon):
    """An incident's whole way, and every member of every event's data stands in the table."""
    table = event_table()
    table["escalation.raised"] |= table["reminder.sent"]
    with daemon.desk(after=0) as c:
        c.call("incident.report", **incident("DOC-1", drill=True, secret_reporter=True))
        c.call("incident.amend", number="DOC-1", priority="P3", address="二号路")
        c.call("incident.annotate", number="DOC-1", text="补充")
        c.call("incident.urge", number="DOC-1", text="又打来了")
        c.call("dispatch.add", number="DOC-1", unit="power", role="assist", reason="要停电")
        behalf = {"person": "李明", "phone": "0597-1"}
        for act in ("acknowledge", "depart", "arrive", "progress"):
            c.call(f"dispatch.{act}", dispatch="DOC-1-01", on_behalf=behalf, text="好", eta=now_text(3600),
                   location={"lon": 117.4, "lat": 25.3})
        c.call("dispatch.complete", dispatch="DOC-1-01", on_behalf=behalf, result="修好了")
        c.call("dispatch.withdraw", dispatch=c.call("incident.get", number="DOC-1")["dispatches"][-1]["dispatch"],
               reason="不需要了")
        c.call("incident.report", **incident("DOC-2"))
        c.call("incident.cancel", number="DOC-2", text="误报")
        seq = c.call("session.ping")["seq"]
        c.wait(lambda: c.events and c.events[-1]["seq"] >= seq, "the last event")
        seen = {e["type"] for e in c.events}
        for e in c.events:
            assert set(e["data"]) <= table[e["type"]], e
    assert {"incident.reported", "dispatch.issued", "dispatch.acknowledged", "dispatch.progressed",
            "dispatch.withdrawn", "incident.completed", "incident.cancelled", "system.started",
            "config.activated"} <= seen


def test_dispatch_and_incident_members_are_documented(daemon):
    words = set(names(read("docs/PROTOCOL.md"))) | {n.split("[")[0] for n in names(read("docs/PROTOCOL.md"))}
    with daemon.desk() as c:
        reported = c.call("incident.report", **incident("DOC-1", location={"lon": 117.4, "lat": 25.3}))
        got = c.call("incident.get", number="DOC-1")
        dispatch = c.call("dispatch.get", dispatch="DOC-1-01")
        answers = [reported, got, dispatch, c.call("unit.get", unit="water"), c.call("status.get"),
                   c.call("route.explain", number="DOC-1"), c.call("event.list"), c.call("incident.list"),
                   c.call("dispatch.deadlines", dispatch="DOC-1-01", explain=True),
                   *reported["dispatches"], *dispatch["call"], c.call("session.ping"), c.session]
        c.call("dispatch.list", unit="water")
    for answer in answers:
        missing = set(answer) - words
        assert not missing, missing


def test_after_beyond_the_last_event_is_refused_as_documented(daemon):
    token = daemon.account("desk1", "desk")
    with daemon.raw() as c, pytest.raises(Refused) as refused:
        c.call("session.open", token=token, after=10**9)
    assert refused.value.word == "invalid-params" and refused.value.field == "after"


def test_every_metric_has_a_type_and_a_help(daemon):
    with daemon.desk() as c:
        c.call("incident.report", **incident("DOC-1"))
    daemon.http("GET", "/healthz")  # so that there is a request to count
    text = daemon.http("GET", "/metrics")[2].decode()
    told = {what: dict(re.findall(rf"^# {what} (\S+) (.+)$", text, re.M)) for what in ("HELP", "TYPE")}
    shown = {re.sub(r"_(bucket|sum|count)$", "", n) if told["TYPE"].get(re.sub(r"_(bucket|sum|count)$", "", n)) ==
             "histogram" else n for n in re.findall(r"^(liandong_\w+)", text, re.M)}
    assert len(shown) >= 50
    assert set(told["HELP"]) == set(told["TYPE"]) == shown
    assert all(help_.endswith(".") for help_ in told["HELP"].values())


# -- options --------------------------------------------------------------------------------------

def options():
    found = re.findall(r'^OPTION\("(\w*)", "(\w+)", [\w.]+, \w+, \d+, \d+, "([^"]*)",\s*"([^"]*)"',
                       read("src/mechanism/options.def"), re.M)
    assert len(found) > 20
    return [(f"{s}.{k}" if s else k, default, zh) for s, k, default, zh in found]


def plain(page):
    """A man page as it is read, on endless lines."""
    env = dict(os.environ, MANWIDTH="1000", MAN_KEEP_FORMATTING="", LC_ALL="C.UTF-8")
    done = subprocess.run(["man", "-l", os.path.join(ROOT, "docs/man", page)], env=env, capture_output=True, check=True)
    return re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.stdout.decode())


def test_options_stand_in_the_man_page_and_the_guide():
    page, guide = plain("liandong.yaml.5"), read("docs/CONFIGURATION.md")
    for name, default, _ in options():
        assert re.search(rf"^\s+{re.escape(name)}\s.*默认 {re.escape(default)}[。,,]", page, re.M | re.S), name
        assert f"| `{name}` | `{default}` |" in guide, name
    listed = re.findall(r"^     ((?:\w+\.)?[a-z_]+)\b.*(?=\n|$)", page.split("选项")[1].split("例子")[0], re.M)
    assert set(listed) <= {name for name, _, _ in options()} | {"insecure"}


def test_installed_options_are_all_and_only_the_options():
    import yaml
    for path in ("dist/liandong.yaml", "config/liandong.yaml"):
        tree = yaml.safe_load(read(path))
        given = {f"{s}.{k}" if isinstance(v, dict) else s for s, v in tree.items()
                 for k in (v if isinstance(v, dict) else [""])}
        assert given == {name for name, _, _ in options()}, path
    installed = yaml.safe_load(read("dist/liandong.yaml"))
    assert installed["store"] == "/var/lib/liandong/liandong.db"
    assert installed["listen"]["control"] == "/run/liandong/control.sock"


def test_every_key_of_the_mechanism_stands_in_its_man_page():
    page = plain("liandong-mechanism.5")
    for name in ("units", "areas", "categories", "calendar", "policy", "routing", "contacts", "rosters", "routing-tests", "exchange", "notices"):
        schema = json.loads(read(f"config/schema/{name}.schema.json"))
        keys = set()

        def walk(node):
            if isinstance(node, dict):
                keys.update(k for k in node.get("properties", {}) if not re.fullmatch(r"P\d", k))
                for v in node.values():
                    walk(v)
            elif isinstance(node, list):
                for v in node:
                    walk(v)
        walk(schema)
        missing = [k for k in keys if k not in page]
        if name in ("exchange", "notices"):  # in their own section
            section = page.split(f"\n{name}.yaml\n")[1].split("\nrosters.yaml\n" if name == "exchange" else "\nexchange.yaml\n")[0]
            missing = [k for k in keys if not re.search(rf"(?<![a-z_]){k}(?![a-z_])", section.replace("‐", "-"))]
        assert not missing, (name, missing)


# -- man pages, completion, readme ----------------------------------------------------------------

@pytest.mark.parametrize("page", sorted(os.listdir(os.path.join(ROOT, "docs/man"))))
def test_man_page_renders_without_warnings(page):
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", os.path.join(ROOT, "docs/man", page)],
                          env=dict(os.environ, LC_ALL="C.UTF-8"), capture_output=True, check=True)
    assert done.stderr == b"" and len(done.stdout) > 3000


def ctl_commands():
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "--commands"], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def test_man_page_of_liandongctl_has_every_command_with_its_arguments():
    page = plain("liandongctl.1").replace("‐", "-")
    for name in ctl_commands():
        done = subprocess.run([os.path.join(BUILD, "liandongctl"), *name.split(), "--help"], capture_output=True,
                              text=True, check=True)
        usage, about = (line.strip() for line in done.stdout.strip().split("\n")[:2])
        usage = usage.removeprefix("liandongctl ").strip()
        assert re.search(rf"^\s+{re.escape(usage)}\s", page, re.M), usage
        assert about in page, about


@pytest.mark.parametrize("path", ["README.md", "docs/OPERATIONS.md", "docs/CONFIGURATION.md", "docs/PROTOCOL.md",
                                  "scripts/run.sh"])
def test_every_command_that_a_document_prints_is_one(path):
    known = ctl_commands()
    for said in re.findall(r"(?:liandongctl|\$ctl)(?: -c \S+)? ([a-z]+(?: [a-z][a-z-]+)?)", read(path)):
        assert said in known or said.split()[0] in known, said


def package_of(program):
    path = shutil.which(program)
    assert path, program
    done = subprocess.run(["dpkg-query", "-S", os.path.join("*bin", program)], capture_output=True, text=True, check=True)
    return {line.split(":")[0] for line in done.stdout.splitlines() if line.endswith(f"bin/{program}")}


def test_programs_of_the_commands_that_make_run_prints_are_installed_by_it():
    """What is printed can be pasted on a Debian with git and make only: Debian's essential packages have
    the program, or the group `build` of deps.sh."""
    printed = re.search(r"^cat <<TEXT\n(.*?)^TEXT$", read("scripts/run.sh"), re.M | re.S)[1]
    programs = set(re.findall(r"(?:^  |\$\()([a-z][\w-]*)(?= )", printed, re.M))
    assert "curl" in programs and "cat" in programs
    build = set(re.search(r'^build="([^"]*)"', read("scripts/deps.sh"), re.M)[1].split())
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Essential}\n"], capture_output=True, text=True,
                          check=True)
    essential = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" yes")}
    for program in programs:
        assert package_of(program) & (build | essential), program


def test_man_page_of_liandongd_has_every_option():
    page = plain("liandongd.8")
    done = subprocess.run([os.path.join(BUILD, "liandongd"), "--help"], capture_output=True, text=True, check=True)
    for option in set(re.findall(r"--?[a-z]+", done.stdout)):
        assert option in page, option
    for code in re.findall(r"\b(6\d|7\d)\b", done.stdout.split("退出码")[1]):
        assert re.search(rf"^\s+{code}\s", page, re.M), code


def complete(*words):
    """What bash offers behind these words, the last of them half typed."""
    script = ("source dist/liandongctl.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _liandongctl; "
              "printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", script, "bash", os.path.join(BUILD, "liandongctl"), *words], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_completion_has_every_command():
    assert complete("") == {name.split()[0] for name in ctl_commands()}
    for name in ctl_commands():
        first, *second = name.split()
        assert first in complete(first[:3])
        if second:
            assert second[0] in complete(first, second[0][:2])
    assert complete("-c", "x.yaml", "inc") == {"incident"}
    assert {"--role", "--unit", "--commands", "--json"} <= complete("account", "add", "--")
    assert "--follow" in complete("events", "--") and "--follow" not in complete("status", "--")
    assert complete("account", "add", "x", "--role", "li") == {"liaison"}


def test_commands_of_the_documents_exist():
    known = ctl_commands()
    for path in ("README.md", "docs/OPERATIONS.md", "docs/CONFIGURATION.md", "docs/PROTOCOL.md"):
        text = read(path)
        used = re.findall(r"(?:liandongctl(?: -c \S+)?(?: --json)?|\$ctl) ([a-z]+)(?: ([a-z]+))?", text)
        assert used or "PROTOCOL" in path, path
        for first, second in used:
            assert first in known or f"{first} {second}" in known, (path, first, second)


def test_targets_of_the_documents_exist():
    made = set(re.findall(r"^([a-z]+):", read("Makefile"), re.M))
    for path in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"(?:^    |`)make ([a-z]+)", read(path), re.M):
            assert target in made, (path, target)


def test_links_of_the_documents_lead_somewhere():
    for path in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", *(f"docs/{f}" for f in os.listdir(os.path.join(ROOT, "docs"))
                                                                  if f.endswith(".md"))):
        for target in re.findall(r"\]\(([^)#]+)\)", read(path)):
            if not target.startswith("http"):
                assert os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)), (path, target)


def test_the_floors_are_those_of_the_makefile():
    """From the highest to the lowest, each room once."""
    rooms = re.search(r"^ROOMS *:= (.*)$", read("Makefile"), re.M)[1].split()
    floors = read("docs/ARCHITECTURE.md").split("## The floors")[1].split("\n## ")[0]
    named = [room for row in table_rows(floors) for room in re.findall(r"`(\w+)`", row[0])]
    assert named == rooms[::-1]


THREE = {"a": "void a(void)\n{\n\tb();\n}\n", "b": "void b(void)\n{\n\tc();\n}\n", "c": "void c(void)\n{\n\ta();\n}\n"}


@pytest.mark.parametrize("changed,circles", [
    ({}, ["src/room/a.c:1: a circle of 3 files by what they call: room/a, room/b, room/c"]),
    ({"c": "void c(void)\n{\n}\n"}, []),
    ({"c": "static void a(void)\n{\n}\n\nvoid c(void)\n{\n\ta();\n}\n"}, []),  # its own
    ({"c": "void c(struct a *x)\n{\n\tx->a(); /* a */\n}\n"}, []),  # a tag, a member and a word
    ({"c": "const int c[2] =\n    {a, 1};\n", "b": "void b(void)\n{\n\tc[0]++;\n}\n"},  # a table
     ["src/room/a.c:1: a circle of 3 files by what they call: room/a, room/b, room/c"]),
])
def test_a_circle_of_calls_is_found(tmp_path, monkeypatch, capsys, changed, circles):
    monkeypatch.syspath_prepend(os.path.join(ROOT, "scripts"))
    import house
    (tmp_path / "src" / "room").mkdir(parents=True)
    for name, text in {**THREE, **changed}.items():
        (tmp_path / "src" / "room" / f"{name}.c").write_text(text, encoding="utf-8")
    monkeypatch.setattr(house, "ROOT", tmp_path)
    monkeypatch.setattr(house, "CIRCLES", {})
    house.check_calls()
    assert capsys.readouterr().out.splitlines() == circles


def test_every_planted_fault_has_its_place(monkeypatch):
    """What a fault replaces stands once in its file: code that moved takes its faults along."""
    monkeypatch.syspath_prepend(os.path.join(ROOT, "tests", "torture"))
    import planted
    assert not [fault["name"] for fault in planted.FAULTS if read(fault["path"]).count(fault["old"]) != 1]


def test_files_named_in_the_architecture_exist():
    named = set(re.findall(r"`((?:\w+/)+[\w*]+\.\w+)`", read("docs/ARCHITECTURE.md")))
    assert len(named) > 10
    for path in named:
        assert any(glob.glob(os.path.join(ROOT, base, path)) for base in ("", "src")), path
    rooms = re.search(r"^ROOMS\s*:=\s*(.*)$", read("Makefile"), re.M)[1].split()
    floors = read("docs/ARCHITECTURE.md").split("## The floors")[1].split("## One turn")[0]
    for room in rooms:
        assert f"`{room}`" in floors, room


# -- the example, against an installed tree -------------------------------------------------------

@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """`make install DESTDIR=… PREFIX=/usr` of what was built."""
    tree = tmp_path_factory.mktemp("installed")
    build = os.path.relpath(BUILD, ROOT)
    done = subprocess.run(["make", "-s", "--no-print-directory", f"B={build}", f"DESTDIR={tree}", "PREFIX=/usr",
                           *(["MODE=asan"] if "asan" in build else []), "install"],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return tree


def test_installed_tree_has_everything(installed):
    for path in ("usr/sbin/liandongd", "usr/bin/liandongctl", "usr/lib/libliandong.a", "usr/lib/libliandong.so",
                 "usr/include/liandong/client.h", "usr/lib/pkgconfig/liandong.pc", "usr/share/man/man8/liandongd.8",
                 "usr/share/bash-completion/completions/liandongctl", "usr/lib/systemd/system/liandong.service",
                 "usr/lib/systemd/system/liandong-verify.service", "usr/lib/systemd/system/liandong-verify.timer",
                 "usr/lib/systemd/system/liandong-anchor.service", "usr/lib/systemd/system/liandong-anchor.timer",
                 "etc/liandong/liandong.yaml", "etc/liandong/zhangping/units.yaml", "usr/share/doc/liandong/PROTOCOL.md",
                 "usr/share/doc/liandong/notices.yaml", "usr/share/doc/liandong/exchange.yaml"):
        assert (installed / path).exists(), path
    service = (installed / "usr/lib/systemd/system/liandong.service").read_text()
    for program in re.findall(r"^ExecStart\w*=(\S+)", service, re.M):
        assert (installed / program.lstrip("/")).exists(), program
    assert "@" not in (installed / "usr/lib/pkgconfig/liandong.pc").read_text()
    done = subprocess.run([installed / "usr/sbin/liandongd", "-n", "-c", installed / "etc/liandong/liandong.yaml"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_library_exports_its_header_and_nothing_else(installed):
    done = subprocess.run(["nm", "-D", "--defined-only", installed / "usr/lib/libliandong.so"], capture_output=True,
                          text=True, check=True)
    exported = {line.split()[-1] for line in done.stdout.splitlines()}
    declared = set(re.findall(r"^LIANDONG_API [^;]*?\b(liandong_\w+)\(", read("include/liandong/client.h"), re.M))
    assert {name for name in exported if not name.startswith("_")} == declared


@pytest.mark.parametrize("linked", ["shared", "static"])
def test_example_reports_an_incident(installed, shared, tmp_path, linked):
    env = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=str(installed), PKG_CONFIG_PATH=str(installed / "usr/lib/pkgconfig"))
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", *(["--static"] if linked == "static" else []), "liandong"],
                           env=env, capture_output=True, text=True, check=True).stdout.split()
    if linked == "static":
        flags = [":libliandong.a".join(["-l", ""]) if f == "-lliandong" else f for f in flags]
    sanitize = ["-fsanitize=address,undefined"] if "asan" in BUILD else []
    subprocess.run(["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", *sanitize,
                    os.path.join(ROOT, "docs/example/desk.c"), *flags, "-o", tmp_path / "desk"], check=True)
    needed = subprocess.run(["readelf", "-d", tmp_path / "desk"], capture_output=True, text=True, check=True).stdout
    assert ("libliandong.so.0" in needed) == (linked == "shared")
    number = f"DOC-{linked}"
    done = subprocess.run([tmp_path / "desk", f"127.0.0.1:{shared.console_port}", shared.account("desk1", "desk"), number,
                           "350881001", "菁城街道一号路", "路面水管爆裂", "2"],
                          env=dict(os.environ, LD_LIBRARY_PATH=str(installed / "usr/lib")), capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    reply = json.loads(next(line for line in lines if line.startswith(f"{number}: "))[len(number) + 2:])
    assert reply["incident"] == number and not reply["duplicate"]
    assert any("incident.reported" in line for line in lines)
    with shared.local() as c:
        assert c.call("incident.get", number=number)["dispatches"][0]["role"] == "lead"


def run_example(installed, tmp_path, *arguments, **how):
    subprocess.run(["cc", os.path.join(ROOT, "docs/example/desk.c"), f"-I{installed}/usr/include",
                    f"{installed}/usr/lib/libliandong.a", "-ljansson", "-lssl", "-lcrypto",
                    *(["-fsanitize=address,undefined"] if "asan" in BUILD else []), "-o", tmp_path / "desk"], check=True)
    return subprocess.run([tmp_path / "desk", *arguments], capture_output=True, text=True, check=False, **how)


def test_example_without_events_reports_all_the_same(installed, shared, tmp_path):
    token = shared.account("desk1", "desk")
    done = run_example(installed, tmp_path, f"127.0.0.1:{shared.console_port}", token, "DOC-NONE", "350881001", "一号路",
                       "路面水管爆裂", "0", timeout=60)
    assert done.returncode == 0 and json.loads(done.stdout.removeprefix("DOC-NONE: "))["incident"] == "DOC-NONE"
    with shared.local() as c:
        assert c.call("incident.get", number="DOC-NONE")["dispatches"]


def test_example_says_what_is_wrong(installed, shared, tmp_path):
    """That it cannot connect (it goes on trying), that the token is not good, how it is called."""
    port = free_port()
    with pytest.raises(subprocess.TimeoutExpired) as tries:
        run_example(installed, tmp_path, f"127.0.0.1:{port}", "x" * 64, "DOC-AWAY", "350881001", "一号路", "水管爆裂", timeout=2)
    assert b"not connected" in tries.value.stderr
    done = run_example(installed, tmp_path, f"127.0.0.1:{shared.console_port}", "x" * 64, "DOC-AWAY", "350881001", "一号路",
                       "水管爆裂", timeout=60)
    assert done.returncode == 1 and "令牌" in done.stdout + done.stderr
    assert "HOST:PORT" in run_example(installed, tmp_path, timeout=60).stderr
    assert run_example(installed, tmp_path, "nowhere", *"abcde", timeout=60).returncode == 1


def test_example_is_as_short_as_promised():
    code = re.sub(r"/\*.*?\*/", "", read("docs/example/desk.c"), flags=re.S)
    lines = [l for l in code.splitlines() if l.strip() and not l.startswith("#include")]
    assert len(lines) <= 50


# -- both languages -----------------------------------------------------------------------------

sys.path.insert(0, os.path.join(ROOT, "scripts"))
import languages  # noqa: E402


def test_every_text_has_its_english():
    """But those that scripts/chinese.txt names with a reason."""
    done = subprocess.run([sys.executable, os.path.join(ROOT, "scripts/languages.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("code, wrong", [
    ('say("没有 %s", "there is no %s")', 0), ('e ? "none" : "没有"', 0), ('x ? "没有" : "none"', 0), ('{"water", "水", "water"}', 0),
    ('say("%2$s 有 %1$d", "%d of %s")', 0), ('say("没有"\n "%s", "none of "\n "%s")', 0), ('/* 没有 */ puts("none"); // 没有', 0),
    ('puts("没有")', 1), ('{"water", "水"}', 1), ('say("没有 %s", "there is none")', 1), ('say("%s 有 %d", "%d of %s")', 1),
    ('say("没有", "没有")', 2), ('say("没有", en)', 1), ('e ? "none" : x ? "没有" : "无"', 2), ('say("、", ", ")', 0), ('puts("、")', 1), ('n ? "、" : ""', 1),
    ('refuse(w, c ? "有" : "没有", c ? "some" : "none", x)', 0), ('refuse(w, c ? "有" : "没有", d ? "some" : "none", x)', 2),
    ('refuse(w, f(a, "有 %s", zh(x)), f(a, "there is %d", y))', 0), ('refuse(w, f(a, "有 %s", zh), f(a, x, "有"))', 2), ('f(a, "有"); f(b, "is")', 1)])
def test_a_text_without_english_is_found(code, wrong):
    found = list(languages.without_english(code))
    assert len(found) == wrong, found
    heard = []
    languages.check("src/x.c", code, lambda *a: heard.append(a), {})
    assert len(heard) == wrong
    languages.check("src/x.c", code, lambda *a: heard.append(a), {"src/x.c": (wrong + 1, 3, "because")})
    assert heard[wrong:][0][:2] == ("scripts/chinese.txt", 3), "the list says more than there are"
