"""What `liandongctl check` finds and where, and what it must not report: a folder of tests/check for each kind
of problem; how it is shown; what --fix mends."""
import base64
import copy
import functools
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import urllib.parse

import jsonschema
import pytest
import yaml

from harness import BUILD, ROOT

CHECK = pathlib.Path(ROOT) / "tests" / "check"
CTL = os.path.join(BUILD, "liandongctl")


def ctl(*words, **more):
    return subprocess.run([CTL, *map(str, words)], capture_output=True, **more)


# Of liandong.yaml and what it names, not of a mechanism alone: test_35_tls, test_49_needs
OF_OPTIONS = {"certificate", "certificate-date", "secret-file", "secrets-folder", "target-forbidden", "partner-account",
              "template-json"}
ALL = [k["code"] for k in json.loads(ctl("--problems").stdout)["problems"]]
KINDS = {k["code"]: k for k in json.loads(ctl("--problems").stdout)["problems"] if k["code"] not in OF_OPTIONS}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base") / "city"
    assert ctl("mechanism", "init", folder).returncode == 0
    lay(CHECK / "base", folder)
    return folder


def lay(over, folder):
    for file in over.iterdir():
        if file.suffix == ".absent":
            (folder / file.stem).unlink()
        else:
            shutil.copy(file, folder / file.name)


@pytest.fixture
def over(base, tmp_path):
    """A mechanism: the base under one folder of the cases."""
    def make(*parts):
        folder = tmp_path / "m"
        shutil.copytree(base, folder, dirs_exist_ok=True)
        lay(CHECK.joinpath(*parts), folder)
        return folder
    return make


def places(found, code):
    return sorted(place(p) for p in found["problems"] if p["code"] == code)


def place(p):
    return os.path.basename(p["file"]) + (f":{p['line']}:{p['column']}" if "line" in p else "")


def test_the_base_has_no_problem(base):
    done = ctl("check", "--strict", base)
    assert done.returncode == 0 and "0 处提醒" in done.stdout.decode(), done.stdout.decode()


def test_every_kind_has_its_folder():
    folders = {f.name for f in CHECK.iterdir() if f.is_dir()} - {"base"}
    assert folders == set(KINDS)


@pytest.mark.parametrize("code", KINDS)
def test_the_bad_is_found_where_it_stands_and_the_good_is_not(over, code):
    folder = over(code, "bad")
    found = json.loads(ctl("check", "--format", "json", folder).stdout)
    assert places(found, code) == sorted((CHECK / code / "expect").read_text().split())
    mine = [p for p in found["problems"] if p["code"] == code]
    assert {p["kind"] for p in mine} == {KINDS[code]["kind"]}
    shutil.rmtree(folder)
    done = ctl("check", "--format", "json", over(code, "good"))
    neighbour = json.loads(done.stdout)
    assert places(neighbour, code) == [] and done.returncode == 0, neighbour["problems"]


def test_each_place_of_a_template_is_in_the_document(over):
    """What a message's template may hold is listed where the channels are described."""
    folder = over("channel-fast", "good")
    notices = folder / "notices.yaml"
    notices.write_text(notices.read_text() + '  desk: [own]\n', encoding="utf-8")
    own = '  own: {kind: sms-http, url: "https://a.example/", form: {x: "{none}"}, ok_field: a, ok_value: b}\n'
    notices.write_text(notices.read_text().replace("recipients:", own + "recipients:"), encoding="utf-8")
    found = json.loads(ctl("check", "--format", "json", folder).stdout)["problems"]
    places = re.findall(r"{(\w+)}", next(p for p in found if "{none}" in p["text"])["text"])
    document = (pathlib.Path(ROOT) / "docs" / "NOTICES.md").read_text(encoding="utf-8")
    table = document[document.index("| 空位 | 内容 |"):].partition("\n\n")[0]
    listed = [name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(listed) == sorted(set(places) - {"none"})


@pytest.mark.parametrize("body, says", [
    ('form: {m: "{text}"}', "没有 {phone}"),
    ('json: \'{"m":"{text}"}\'', "没有 {phone}"),
    ('form: {to: "{phone}"}, headers: {Content-length: "5"}', "Content-Length 由程序自己写"),
    ('form: {to: "{phone}"}, headers: {host: evil.example}', "Host 由程序自己写"),
    ('form: {m: "{text}"}, headers: {X-To: "{phone}"}', None),
    ('json: \'{"to":"{phone}"}\'', None),
    ('form: {m: "1"}', None),  # the number is in the URL
])
def test_a_short_message_has_a_number_and_the_lengths_that_we_say(over, body, says):
    folder = over("channel-fast", "good")
    notices = folder / "notices.yaml"
    url = "https://a.example/?to={phone}" if body == 'form: {m: "1"}' else "https://a.example/"
    own = f'  own: {{kind: sms-http, url: "{url}", {body}, ok_field: a, ok_value: b}}\n'
    notices.write_text(notices.read_text().replace("recipients:", own + "recipients:") + "  desk: [own]\n", encoding="utf-8")
    found = json.loads(ctl("check", "--format", "json", folder).stdout)["problems"]
    assert [p["text"] for p in found if p["kind"] == "error" and says and says in p["text"]] or (says is None and not [p for p in found if p["kind"] == "error"]), found


@pytest.mark.parametrize("line", [
    "per_number: {minute: -1}", "per_number: {minute: 61}", "per_number: {hour: 1001}", "per_number: {hour: 99999999999999999999}",
    "per_number: {minute: 1.5}", "per_number: {minute: 一}", "per_number: 1", "per_minute: 0", "per_minute: -1", "per_minute: 6001"])
def test_a_limit_that_is_none_is_named_where_it_stands(over, line):
    folder = over("limit-unreached", "good")
    notices = folder / "notices.yaml"
    notices.write_text(notices.read_text().replace("per_number: {minute: 20}", line), encoding="utf-8")
    found = json.loads(ctl("check", "--format", "json", folder).stdout)["problems"]
    wrong = [(p["line"], p["column"]) for p in found if p["kind"] == "error"]
    text = notices.read_text().splitlines()[3]
    assert wrong == [(4, len(text) - len(text.split(line.split(": ")[-1].rstrip("}"))[-1]) - len(line.split(": ")[-1].rstrip("}")) + 1)], found


def test_a_list_for_all_of_a_recipient_is_wrong_once(over):
    folder = over("channel-fast", "good")
    notices = folder / "notices.yaml"
    notices.write_text(notices.read_text() + '  desk: [halll]\n', encoding="utf-8")
    found = json.loads(ctl("check", "--format", "json", folder).stdout)["problems"]
    assert len([p for p in found if "halll" in p["text"]]) == 1, found


@pytest.mark.parametrize("code", KINDS)
def test_the_exit_code_is_the_kinds(over, code):
    folder = over(code, "bad")
    warning = KINDS[code]["kind"] == "warning"
    assert ctl("check", folder).returncode == (0 if warning else 1)
    assert ctl("check", "--strict", folder).returncode == 1


# -- how it is shown --------------------------------------------------------------------------------

def test_a_caret_stands_under_the_character(over):
    """Chinese characters are two columns wide; the tilde goes as far as the problem."""
    folder = over("rule-overlap", "bad")
    said = ctl("check", folder).stdout.decode().splitlines()
    i = next(i for i, line in enumerate(said) if "[rule-overlap]" in line)
    assert said[i + 1:i + 3] == ["    12 |       keywords: [喷水]", "       |                  ^~~~"]
    assert said[i + 3].startswith("       > ") and "routing.yaml:5:18: 先看的规则里的词" in said[i + 3]
    assert said[i + 4].startswith("       = ")


def test_a_tab_before_the_caret_is_kept(over):
    folder = over("base")
    (folder / "areas.yaml").write_text('areas:\n  - {code: "990000001",\tname: 城关街道, zone: city, colour: red}\n')
    said = ctl("check", folder).stdout.decode().splitlines()
    i = next(i for i, line in enumerate(said) if "[key-unknown]" in line)
    under = said[i + 2]
    assert under.index("\t") == said[i + 1].index("\t")
    shown = said[i + 1].split("\t")[1]
    width = sum(2 if c > "\u2e80" else 1 for c in shown[:shown.index("colour")])
    assert under.split("\t")[1] == " " * width + "^" + "~" * 5


def test_a_long_line_is_shown_around_the_problem(over):
    folder = over("base")
    file = folder / "routing.yaml"
    words = ", ".join(f"喷水{chr(0x4e00 + i)}甲" for i in range(80))
    file.write_text(file.read_text().replace("[喷水, 冒水]", f"[{words}, 漏]"))
    said = ctl("check", folder).stdout.decode().splitlines()
    i = next(i for i, line in enumerate(said) if "[keyword-short]" in line)
    line, under = said[i + 1], said[i + 2]
    width = lambda s: sum(2 if c > "\u2e80" else 1 for c in s)
    at = under.index("^")
    assert width(line[:line.rindex("漏")]) == at < 60 and "…" in line


def test_english(over):
    said = ctl("--en", "check", over("value", "bad")).stdout.decode()
    assert 'categories.yaml:10:15: error: "P5" is not one of: P1, P2, P3, P4; did you mean "P1"? [value]\n' in said
    assert "2 errors, 0 warnings" in said


def test_sarif(over):
    """What SARIF 2.1.0 demands: version, runs, tool.driver.name, rules of unique ids, each result's rule and message."""
    folder = over("key-twice", "bad")
    log = json.loads(ctl("check", "--format", "sarif", folder).stdout)
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == ALL and run["tool"]["driver"]["name"] == "liandongctl"
    assert run["columnKind"] == "unicodeCodePoints"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning") and result["message"]["text"]
        at = result["locations"][0]["physicalLocation"]
        assert at["artifactLocation"]["uri"].startswith("file:///")
        assert at["region"]["startLine"] >= 1 and at["region"]["endColumn"] > at["region"]["startColumn"] >= 1
    twice = [r for r in run["results"] if "categories.yaml" in r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]]
    other = twice[0]["relatedLocations"][0]
    assert twice[0]["ruleId"] == "key-twice" and other["message"]["text"] == "先写的在这里"
    assert other["physicalLocation"]["region"]["startLine"] == 12


@functools.cache
def sarif_schema():
    """The official one of SARIF 2.1.0, and what its first errata made stricter (tests/sarif/README.md)."""
    with open(os.path.join(ROOT, "tests", "sarif", "sarif-2.1.0-rtm.5.json"), encoding="utf-8-sig") as f:
        schema = json.load(f)
    parts = schema["definitions"]
    parts["region"]["anyOf"] = [{"required": [k]} for k in ("startLine", "charOffset", "byteOffset")]
    for part in (parts["run"], parts["toolComponent"]):
        part["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema)


def sarif(folder, *words):
    """The log of a check, which is what the standard says."""
    log = json.loads(ctl(*words, "check", "--format", "sarif", folder).stdout)
    wrong = [f"{e.json_path}: {e.message[:200]}" for e in sarif_schema().iter_errors(log)]
    assert not wrong, wrong
    return log


def test_the_schema_of_sarif_refuses_what_is_none(over):
    log = sarif(over("old-word", "bad"))
    for break_it in (lambda run: run.pop("tool"), lambda run: run["results"][0].pop("message"),
                     lambda run: run["results"][0].update(level="bad"), lambda run: run.update(colour="red"),
                     lambda run: run["results"][0]["fixes"][0].pop("artifactChanges"),
                     lambda run: run["results"][0]["locations"][0]["physicalLocation"]["region"].pop("startLine"),
                     lambda run: run.update(language="Chinese")):
        broken = copy.deepcopy(log)
        break_it(broken["runs"][0])
        assert not sarif_schema().is_valid(broken)


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_kind_is_good_sarif(over, code):
    found = {r["ruleId"] for r in sarif(over(code, "bad"))["runs"][0]["results"]}
    assert code in found
    sarif(over(code, "bad"), "--en")


def test_sarif_of_a_relative_folder_is_relative(over):
    folder = over("value", "bad")
    log = json.loads(ctl("check", "--format", "sarif", "m", cwd=folder.parent).stdout)
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in log["runs"][0]["results"]}
    assert uris == {"m/categories.yaml"}


def test_all_errors_of_all_files_at_once(over):
    folder = over("value", "bad")
    for code in ("quote", "key-unknown", "range"):
        lay(CHECK / code / "bad", folder)
    lay(CHECK / "value" / "bad", folder)
    found = json.loads(ctl("check", "--format", "json", folder).stdout)
    assert {p["code"] for p in found["problems"] if p["kind"] == "error"} == {"value", "quote", "key-unknown", "range"}


def test_wrong_use(over):
    assert ctl("check", "--format", "xml").returncode == 2
    assert ctl("check", "a", "b").returncode == 2
    gone = ctl("check", "/nonexistent")
    assert gone.returncode == 1 and gone.stdout.decode().count("[file]") == 1 and "/nonexistent: " in gone.stdout.decode()
    no_folder = ctl("check", __file__).stdout.decode()
    assert no_folder.count("[file]") == 1 and "不是文件夹" in no_folder


# -- mending ----------------------------------------------------------------------------------------

FIXED = ["encoding", "character", "punctuation", "quote", "old-word", "keyword-sign"]


@pytest.mark.parametrize("code", FIXED)
def test_fix_mends_what_has_one_right_mend(over, code):
    folder = over(code, "bad")
    done = ctl("check", "--fix", "--yes", "--format", "json", folder)
    assert places(json.loads(done.stdout[done.stdout.index(b'{"ok"'):]), code) == [], done.stdout.decode()
    again = ctl("check", "--fix", "--yes", folder)
    assert "+++ " not in again.stdout.decode() and again.stderr == b"", "a second time there is nothing to mend"


def mended(data, changes):
    """A file's bytes with the replacements of a log, from its end on; of two that overlap the later one."""
    if any("byteOffset" in c["deletedRegion"] for c in changes):
        (one,) = changes
        at, n = one["deletedRegion"]["byteOffset"], one["deletedRegion"]["byteLength"]
        return data[:at] + base64.b64decode(one.get("insertedContent", {}).get("binary", "")) + data[at + n:]
    lines = data.decode().split("\n")
    before = None
    for one in sorted(changes, key=lambda c: (c["deletedRegion"]["startLine"], c["deletedRegion"]["startColumn"]), reverse=True):
        at = one["deletedRegion"]
        i, start, end = at["startLine"] - 1, at["startColumn"] - 1, at["endColumn"] - 1
        if before is None or before[0] != i or end <= before[1]:
            lines[i] = lines[i][:start] + one.get("insertedContent", {}).get("text", "") + lines[i][end:]
            before = i, start
    return "\n".join(lines).encode()


def apply(log):
    """Carries out the fixes of a log; how many there were."""
    files = {}
    for result in log["runs"][0]["results"]:
        for change in result["fixes"][0]["artifactChanges"] if "fixes" in result else ():
            assert change["artifactLocation"] == result["locations"][0]["physicalLocation"]["artifactLocation"]
            files.setdefault(urllib.parse.unquote(change["artifactLocation"]["uri"].removeprefix("file://")), []).extend(
                change["replacements"])
    for name, changes in files.items():
        path = pathlib.Path(name)
        path.write_bytes(mended(path.read_bytes(), changes))
    return sum(map(len, files.values()))


@pytest.mark.parametrize("code", FIXED)
def test_the_fixes_of_sarif_are_those_of_fix(over, tmp_path, code):
    """An editor that carries out what a log offers, and asks again until nothing is offered, has the bytes that --fix
    writes."""
    folder = over(code, "bad")
    ours = tmp_path / "ours"
    shutil.copytree(folder, ours)
    assert ctl("check", "--fix", "--yes", ours).stderr
    rounds = 0
    while apply(sarif(folder)):
        rounds += 1
        assert rounds < 10
    assert rounds > 0
    for file in ours.iterdir():
        assert (folder / file.name).read_bytes() == file.read_bytes(), file.name


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "gbk"])
def test_the_fix_of_an_encoding_is_of_bytes(over, encoding):
    folder = over("base")
    file = folder / "units.yaml"
    before = file.read_bytes()
    file.write_bytes((b"\xFE\xFF" if encoding == "utf-16-be" else b"") + before.decode().encode(encoding))
    assert apply(sarif(folder)) == 1 and file.read_bytes() == before


def test_a_tab_that_may_mean_two_things_has_no_fix_in_sarif(over):
    folder = over("base")
    (folder / "routing.yaml").write_text(
        'rules:\n  - id: a\n    when:\n      zone: city\n\t  category: "601301"\n    because: 一\n'
        'otherwise: [{lead: police, because: 二}]\n')
    (one,) = [r for r in sarif(folder)["runs"][0]["results"] if r["ruleId"] == "character"]
    assert "fixes" not in one


def test_fix_keeps_everything_else_byte_for_byte(over):
    folder = over("base")
    before = {f.name: f.read_bytes() for f in folder.iterdir()}
    file = folder / "routing.yaml"
    file.write_bytes(before["routing.yaml"].replace(b"because: ", "because：".encode(), 1)
                     .replace("[喷水, 冒水]".encode(), "[喷水，冒水]".encode()) + b"# \xe5\xb0\xbe \r\n")
    assert ctl("check", "--fix", "--yes", folder).returncode == 0
    after = {f.name: f.read_bytes() for f in folder.iterdir()}
    before["routing.yaml"] += b"# \xe5\xb0\xbe \r\n"
    assert after == before


def test_fix_of_gbk_with_some_lines_of_utf8(over):
    folder = over("base")
    file = folder / "units.yaml"
    before = file.read_text()
    lines = before.splitlines(keepends=True)
    file.write_bytes(b"".join(x.encode("gbk" if i % 2 else "utf-8") for i, x in enumerate(lines)))
    assert ctl("check", "--fix", "--yes", folder).returncode == 0
    assert file.read_text() == before


def test_a_tab_that_may_mean_two_things_is_left(over):
    """By two columns the key belongs to the rule, by eight to its condition: a person must say."""
    folder = over("base")
    file = folder / "routing.yaml"
    text = 'rules:\n  - id: a\n    when:\n      zone: city\n\t  category: "601301"\n    because: 一\notherwise: [{lead: police, because: 二}]\n'
    file.write_text(text)
    done = ctl("check", "--fix", "--yes", folder)
    assert done.returncode == 1 and file.read_text() == text


def test_the_diff_applies(over, tmp_path):
    folder = over("old-word", "bad")
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    shown = ctl("check", "--fix", folder, stdin=subprocess.DEVNULL)
    assert shown.returncode == 1 and "--yes" in shown.stderr.decode()
    assert (folder / "calendar.yaml").read_bytes() == (copy / "calendar.yaml").read_bytes(), "nothing was written"
    ctl("check", "--fix", "--yes", folder)
    subprocess.run(["patch", "-s", "-p1"], input=shown.stdout, cwd=copy, check=True)
    for name in ("calendar.yaml", "routing.yaml"):
        assert (folder / name).read_bytes() == (copy / name).read_bytes()


@pytest.mark.parametrize("answer,written", [(b"y\n", True), (b"n\n", False)])
def test_a_person_is_asked(over, answer, written):
    folder = over("old-word", "bad")
    before = (folder / "routing.yaml").read_bytes()
    theirs, ours = pty.openpty()
    asked = subprocess.Popen([CTL, "check", "--fix", str(folder)], stdin=ours, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    os.write(theirs, answer)
    said = asked.communicate(timeout=30)[1].decode()
    assert "[y/N]" in said
    assert ((folder / "routing.yaml").read_bytes() != before) is written
    assert asked.returncode == (0 if written else 1)
    os.close(theirs)
    os.close(ours)


# -- the hook and the CI example --------------------------------------------------------------------

WITH_CTL = {**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "x",
            "GIT_AUTHOR_EMAIL": "x@example.org", "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x@example.org"}


def git(repository, *words):
    return subprocess.run(["git", "-C", repository, *words], env=WITH_CTL, capture_output=True, text=True)


@pytest.fixture
def repository(base, tmp_path):
    """A repository whose mechanism stands in `city`, with the hook."""
    shutil.copytree(base, tmp_path / "r/city")
    git(tmp_path / "r", "init", "-q")
    shutil.copy(os.path.join(ROOT, "dist/git/pre-commit"), tmp_path / "r/.git/hooks/pre-commit")
    git(tmp_path / "r", "config", "liandong.mechanism", "city")
    git(tmp_path / "r", "add", "-A")
    return tmp_path / "r"


def test_the_hook_takes_a_good_commit_and_refuses_a_bad_one(repository):
    assert git(repository, "commit", "-m", "good").returncode == 0
    lay(CHECK / "value" / "bad", repository / "city")
    git(repository, "add", "-A")
    refused = git(repository, "commit", "-m", "bad")
    assert refused.returncode == 1 and "categories.yaml:10:15" in refused.stdout + refused.stderr
    assert git(repository, "log", "--format=%s").stdout == "good\n"


def test_the_hook_looks_at_what_is_staged(repository):
    """A mended working tree does not save a bad index, and a broken one does not stop a good index."""
    lay(CHECK / "value" / "bad", repository / "city")
    assert git(repository, "commit", "-m", "the index is good").returncode == 0
    git(repository, "add", "-A")
    lay(CHECK / "base", repository / "city")
    assert git(repository, "commit", "-m", "the index is bad").returncode == 1


def test_the_hook_refuses_warnings_if_told_to(repository):
    lay(CHECK / "odd" / "bad", repository / "city")
    git(repository, "add", "-A")
    git(repository, "config", "liandong.strict", "true")
    assert git(repository, "commit", "-m", "odd").returncode == 1
    git(repository, "config", "liandong.strict", "false")
    assert git(repository, "commit", "-m", "odd").returncode == 0


def test_without_liandongctl_nothing_is_committed_unchecked(repository):
    done = subprocess.run(["git", "-C", repository, "commit", "-m", "x"], env={**WITH_CTL, "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True)
    assert done.returncode == 1 and "liandongctl" in done.stderr


@pytest.mark.parametrize("code,exit", [("base", 0), ("value", 1), ("odd", 0)])
def test_the_ci_example(base, tmp_path, code, exit):
    job = yaml.safe_load((pathlib.Path(ROOT) / "dist/ci/mechanism.yml").read_text())
    step = next(s for s in job["jobs"]["check"]["steps"] if "run" in s)
    shutil.copytree(base, tmp_path / "zhangping")
    if code != "base":
        lay(CHECK / code / "bad", tmp_path / "zhangping")
    done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, capture_output=True, text=True,
                          env={**WITH_CTL, **job["env"]})
    assert done.returncode == exit
    log = json.loads((tmp_path / "check.sarif").read_text())
    assert {r["ruleId"] for r in log["runs"][0]["results"]} == (set() if code == "base" else {code})
