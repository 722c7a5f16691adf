#!/usr/bin/env python3
"""The house's own rules, which no compiler knows: house.py [FILE …]

Prints file:line: what, and ends with 1 where a rule is broken. A function longer than 60 lines is a
warning only. The rooms and their order come from the Makefile, which links by the same order.
"""
import pathlib
import re
import subprocess
import sys

import languages

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES = 900
FUNCTION_LINES = 60
NOT_OURS = ("samples/", "tests/check/", "tests/sarif/", "tests/fuzz/corpus/", "scripts/lint/package-lock.json", "tests/page/package-lock.json", "src/page/vendor/")  # data, as it came

# Which header stands only where: the header's pattern, and what src/ paths may have it.
LIBRARIES = {
    r"curl/": r"channel/post\.c",
    r"event2/": r"(base/loop\.c|channel/post\.c|wire/(conn|acceptor|peer)\w*\.[ch]|(feed|front|engine|intake|api|reporter|notifier)/)",
    r"jansson\.h": r"(wire|api|ctl|client|report|channel|exchange)/",
    r"yaml\.h": r"mechanism/",
    r"xlsxwriter\.h": r"report/",
    r"sqlite3\.h": r"store/sqlite/",
    r"openssl/": r"(base/(digest|hmac)\.c|wire/tls\w*\.[ch]|client/|ctl/pki\w*\.[ch])",
    r"termios\.h": r"ctl/console_tty\.c",
    r"seccomp\.h": r"supervisor/calls\.c",
}
# A room that may not use everything below it: it must stand alone, or beside its neighbours.
ONLY = {"client": {"client", "base"}, "intake": None, "api": None, "reporter": None, "notifier": None}
NEIGHBOURS = {"engine", "intake", "api", "reporter", "notifier"}

CLOCKS = re.compile(r"\b(clock_gettime|gettimeofday|timespec_get|time)\s*\(")
CLOCKS_IN = re.compile(r"src/(base/clock\.c|client/)")
BANNED = {
    "strcpy": "snprintf or arena_text", "strcat": "struct buf", "sprintf": "snprintf", "vsprintf": "vsnprintf",
    "gets": "getline", "strtok": "strcspn", "alloca": "an arena", "system": "posix_spawn", "popen": "posix_spawn",
    "atoi": "str_uint", "atol": "str_uint", "atoll": "str_uint",
}
BANNED_CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
# Bytes that come from a file, a digest or a connection become numbers in one order on every machine. These files do that
# (base/buf), or copy what no other machine sees, or a double's own bits.
NATIVE = re.compile(r"\bmemcpy\(&")
NATIVE_IN = re.compile(r"src/(base/(buf\.c|eight\.h|map\.c)|text/(exact|model)\.c|front/personal\.c|store/sqlite/(read|record)\.c|supervisor/listeners\.c|wire/conn_peer\.c)")
SQL = re.compile(r"(SELECT|INSERT INTO|INSERT OR|UPDATE|DELETE FROM|CREATE (TABLE|INDEX)|DROP|PRAGMA|BEGIN|VACUUM)\s")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
FUNCTION = re.compile(r"^(?!typedef|struct|enum|union|static const|const)\w[^;={}]*\)\s*\n\{\n", re.M)
COMMENT_FIRST = {".c": "/*", ".h": "/*", ".def": "/*", ".sql": "--", ".py": ("#!", '"""', "#"), ".sh": "#!",
                 ".yaml": "#", ".bash": "#", ".service": "#", ".socket": "#", ".timer": "#", ".mjs": "/*", ".js": "/*", ".css": "/*"}

TAG = re.compile(r"^[ \t]*(?:typedef[ \t]+)?(?:static[ \t]+(?:const[ \t]+)?)?(struct|enum|union)[ \t]+(\w+)[ \t]*\{", re.M)

found = {"error": 0, "warning": 0}
chinese = languages.exceptions()
tags = {}  # "struct slot" -> where it is defined


def say(path, line, what, kind="error"):
    found[kind] += 1
    print(f"{path}:{line}: {'' if kind == 'error' else 'warning: '}{what}")


def rooms():
    text = (ROOT / "Makefile").read_text()
    return re.search(r"^ROOMS\s*:=\s*(.*)$", text, re.M)[1].split()


def blank(text, strings):
    """The text with comments (and strings, or else everything but strings) blanked, lines kept."""
    def one(match):
        token = match[0]
        comment = token.startswith("/")
        if comment or strings:
            return re.sub(r"[^\n]", " ", token)
        return token
    return TOKEN.sub(one, text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def allowed_rooms(room, order):
    below = set(order[:order.index(room) + 1])
    if room in NEIGHBOURS:
        below -= NEIGHBOURS - {room}
    if room not in ("client", "ctl"):
        below.discard("client")
    return ONLY.get(room) or below


def check_includes(path, text, order):
    inside = path.startswith("src/")
    room = path.split("/")[1] if inside and path.count("/") > 1 else None
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        name = match[2]
        other = name.split("/")[0]
        if inside and match[1] == '"' and room and other in order and other not in allowed_rooms(room, order):
            say(path, number, f'{room} may not include "{name}": it is no floor below')
        for library, where in LIBRARIES.items():
            if inside and match[1] == "<" and re.match(library, name) and not re.match(where, path[len("src/"):]):
                say(path, number, f"<{name}> is not for this room ({where})")


def check_c(path, text, order):
    check_includes(path, text, order)
    if path.startswith("src/"):
        languages.check(path, text, say, chinese)
    code = blank(text, strings=True)
    if path.startswith("src/"):
        for match in BANNED_CALL.finditer(code):
            say(path, line_of(code, match.start()), f"{match[1]}(): use {BANNED[match[1]]}")
        if not CLOCKS_IN.match(path):
            for match in CLOCKS.finditer(code):
                say(path, line_of(code, match.start()), f"{match[1]}(): the clock is read in base/clock.c only")
        if not NATIVE_IN.match(path):
            for match in NATIVE.finditer(code):
                say(path, line_of(code, match.start()), "bytes become a number by struct reader (base/buf.h), the same on every machine")
        if not path.startswith("src/store/"):
            for match in TOKEN.finditer(text):
                if match[0].startswith('"') and SQL.match(match[0][1:].lstrip()):
                    say(path, line_of(text, match.start()), "SQL stands under sql/ and in src/store only")
    for match in FUNCTION.finditer(code):
        end = code.find("\n}\n", match.end() - 2)
        length = code.count("\n", match.end() - 2, end) if end > 0 else 0
        if length > FUNCTION_LINES:
            name = re.findall(r"(\w+)\s*\(", match[0])
            say(path, line_of(code, match.end()) - 1, f"{name[0] if name else '?'}() has {length} lines", "warning")


def check_tags(path, text):
    """A tag is defined once in the tree: a name met in one room means the same in every other one."""
    for match in TAG.finditer(blank(text, strings=True)):
        tag = match[2]
        first = tags.setdefault(tag, path)
        if first != path:
            say(path, line_of(text, match.start(1)), f"{match[1]} {tag} is defined in {first}, too")


def check_any(path, text):
    suffix = pathlib.PurePath(path).suffix
    begins = COMMENT_FIRST.get(suffix)
    if begins and text.strip() and not text.startswith(begins) and not path.startswith("docs/"):
        say(path, 1, "a file opens with a comment: its purpose and place")
    lines = text.split("\n")
    if text and lines[-1]:
        say(path, len(lines), "no newline at the end")
    if len(lines) - 1 > FILE_LINES and path.startswith(("src/", "include/", "scripts/")):
        say(path, FILE_LINES + 1, f"{len(lines) - 1} lines: a file has at most {FILE_LINES}")
    for number, line in enumerate(lines, 1):
        if line != line.rstrip(" \t\r"):
            say(path, number, "space at the end of the line")


# Words that made riddles of comments: say who, or what, or "if".
RIDDLES = re.compile(r"\b(nobody|no one|whoever|whomever|what stands where)\b", re.I)
DOCUMENT = re.compile(r"[\w./-]*\w\.md\b")
HASH_COMMENT = re.compile(r"(?:^|(?<=\s))#(?!\s*(?:include|define|if|endif|else|undef|elif)\b).*", re.M)
DOCSTRING = re.compile(r'"""(.*?)"""', re.S)


def comments(path, text):
    """(offset, text) of each comment; of a document, all of it."""
    suffix = pathlib.PurePath(path).suffix
    if suffix in (".c", ".h", ".def"):
        return [(m.start(), m[0]) for m in TOKEN.finditer(text) if m[0].startswith("/")]
    if suffix == ".md":
        return [(0, text)]
    if suffix == ".sql":
        return [(m.start(), m[0]) for m in re.finditer(r"--.*", text)]
    if suffix in (".py", ".sh", ".yaml", ".bash", ".service", ".socket") or path == "Makefile":
        found = [(m.start(), m[0]) for m in HASH_COMMENT.finditer(text)]
        return found + ([(m.start(), m[0]) for m in DOCSTRING.finditer(text)] if suffix == ".py" else [])
    return []


def check_comments(path, text):
    for at, comment in comments(path, text):
        for match in RIDDLES.finditer(comment):
            say(path, line_of(text, at + match.start()), f'"{match[0]}" in a comment: a subject, a verb, "if"')
        for match in DOCUMENT.finditer(comment):
            places = (ROOT, ROOT / "docs", (ROOT / path).parent)
            if not any((place / match[0]).is_file() for place in places):
                say(path, line_of(text, at + match.start()), f"{match[0]} is not in the tree")


def check_map():
    """CONTRIBUTING's map of domain names every file of it."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for path in sorted((ROOT / "src/domain").glob("*.c")):
        if f"`{path.stem}`" not in text:
            say("CONTRIBUTING.md", 1, f"the map of src/domain does not name {path.stem}")


def circles(arrows):
    """Those of more than two, each sorted, of a map from a name to the names that it leads to."""
    def reached(name):
        seen, todo = set(), [name]
        while todo:
            new = arrows.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        return seen
    reach = {name: reached(name) for name in arrows}
    found = {tuple(sorted(other for other in reach[name] if name in reach.get(other, ()))) for name in arrows}
    return sorted(circle for circle in found if len(circle) > 2)


def check_circles():
    """No circle of more than two files, NAME.c and NAME.h being one, among what src/ includes."""
    source, arrows = ROOT / "src", {}
    for path in sorted(source.rglob("*.[ch]")):
        mine = str(path.relative_to(source).with_suffix(""))
        for match in re.finditer(r'^#include "([^"]+)"', path.read_text(), re.M):
            other = next((p for p in (source / match[1], path.parent / match[1]) if p.is_file()), None)
            if other:
                arrows.setdefault(mine, set()).add(str(other.relative_to(source).with_suffix("")))
    for circle in circles(arrows):
        say(f"src/{circle[0]}", 1, f"a circle of {len(circle)} files by what they include: {', '.join(circle)}")


# What a file defines for others: a function, or a table, that stands at the beginning of a line and is not static.
DEFINED = re.compile(r"^(?!static|typedef|extern|#)[a-z][\w \t*]*?\b(\w+)(?:\[[^\n]*\] =|\([^;{}]*\)\n\{)", re.M)
TAGGED = re.compile(r"\b(?:struct|enum|union) \w+")
OWN = re.compile(r"^static [^;{}()=]*?\b(\w+)(?:\[[^\n]*\])?(?:\(| =|;)", re.M)
# Circles of calls that are meant: the first of the files, and why.
CIRCLES = {
    "api/answer": "the table of endpoints names those that serve them; an exchange is given back by the answer that ends it",
    "domain/appeal": "the table of requests names what a decision of each kind does, which asks and ends requests itself",
}


def check_calls():
    """No circle of more than two files of src/ by the functions and tables that they use of each other."""
    source = ROOT / "src"
    code = {str(p.relative_to(source).with_suffix("")): TOKEN.sub(" ", p.read_text()) for p in sorted(source.rglob("*.c"))}
    owner = {name[1]: mine for mine, text in code.items() for name in DEFINED.finditer(text)}
    arrows = {}
    for mine, text in code.items():
        words = set(re.findall(r"(?<![\w.>])\w+", TAGGED.sub("", text))) - set(OWN.findall(text))
        arrows[mine] = {owner[word] for word in words & owner.keys()} - {mine}
    found = circles(arrows)
    for circle in found:
        if circle[0] not in CIRCLES:
            say(f"src/{circle[0]}.c", 1, f"a circle of {len(circle)} files by what they call: {', '.join(circle)}")
    for name in CIRCLES.keys() - {circle[0] for circle in found}:
        say("scripts/house.py", 1, f"CIRCLES names {name}, which is in no circle any more")


def tracked():
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                         capture_output=True, check=True).stdout
    return sorted(name for name in out.decode().split("\0") if name)


def main(names):
    order = rooms()
    for name in names or tracked():
        path = ROOT / name
        if not path.is_file() or path.is_symlink() or name.startswith(NOT_OURS):
            continue
        data = path.read_bytes()
        if b"\0" in data:
            continue
        try:
            text = data.decode()
        except UnicodeDecodeError as bad:
            if "fuzz" not in name:
                say(name, 1, f"not UTF-8 at byte {bad.start}")
            continue
        check_any(name, text)
        if name != "scripts/house.py":
            check_comments(name, text)
        if path.suffix in (".c", ".h"):
            check_c(name, text, order)
        if path.suffix in (".c", ".h", ".def") and name.startswith(("src/", "include/")):
            check_tags(name, text)
    check_map()
    check_circles()
    check_calls()
    print(f"house: {found['error']} broken rules, {found['warning']} warnings")
    return 1 if found["error"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
