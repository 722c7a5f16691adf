#!/usr/bin/env python3
"""Makes a C header of the page, src/page, which is compiled in: page.py OUT [FOLDER]

Every file is named NAME.HASH.ext by its bytes, so that a browser may keep it for ever; a module names others by their hashed
names. What is asked for by a fixed name (/, /sw.js, /manifest.webmanifest) is revalidated by its ETag. All is stored as it is and
gzipped, without comments and indentation.

A phone waits for each request, so modules travel together: those that main.mjs imports are one file, core.HASH.mjs, and what main.mjs loads
later (import("./NAME.mjs"), which makes a face) brings with it what it imports besides. What the same ones of these import travels in one
file more, so that a module is there once. In such a file each module is a
function that is called once and gives its exports: `import` and `export` are rewritten, nothing else. So an exported name
is never assigned anew, and imports are no circle; both are checked.

A style sheet that a module loads, style("./NAME.css"), is named by its bytes, too.
Of the rows of words, key: ['Chinese', 'English'], each language's files have their own alone.
In a file that is served by a fixed name, and in app.css, {{name}} becomes the address of that file, {{words|zh words|en words}} the words of the
language that the file is made for, {{PRELOAD}} the links that load the core at once.
"""
import gzip
import hashlib
import pathlib
import re
import sys

TYPES = {".mjs": "text/javascript; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
         ".webmanifest": "application/manifest+json; charset=utf-8"}
# What is asked for by a fixed name: its address, and whether it has words.
FIXED = {"index.html": ("/", True), "manifest.webmanifest": ("/manifest.webmanifest", True), "sw.js": ("/sw.js", False)}
LANGUAGES = ("zh", "en")
PACKED = {".png"}  # compressed already
MAIN, CORE = "main.mjs", "core.mjs"
PLAIN = ("app.css", "plain.css")  # of the page without scripts, which src/api/plain.c writes

STATIC = re.compile(r"""^\s*import\s*(?:(\w+|\{[^}]*\})\s*from\s*)?["'](\.[^"']+)["'];?""", re.M)
VENDORED = re.compile(r"""\bimport\s*(\{[^}]*\})\s*from\s*["'](\.[^"']+)["'];?""")
LATER = re.compile(r"""\b(import|style)\(\s*(["'])\./([^"']+)\2""")
DECLARED = re.compile(r"^export\s+((?:async\s+)?function\s*\*?|class|const|let|var)\s+(\w+)", re.M)
LISTED = re.compile(r"\bexport\s*\{([^}]*)\};?")
DEFAULT = re.compile(r"\bexport\s+default\s*")
ROW = re.compile(r"""\[('(?:[^'\\\n]|\\.)*'), ('(?:[^'\\\n]|\\.)*')\](?=,|\n|\s*\})""")


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def named(name, data):
    stem, dot, ext = pathlib.PurePosixPath(name).name.rpartition(".")
    return f"{stem}.{digest(data)}{dot}{ext}"


# A piece of a module that is one thing: a comment, a text, a regular expression, a part of a template, blanks, a word, a sign. A slash
# begins a regular expression where no value stands before it.
TOKEN = re.compile(r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(?P<blank>\s+)|(?P<word>[\w$]+)|(?P<sign>.)""", re.S)
REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
BEFORE_REGEX = set("(,=:[!&|?{};+-*<>~^%")


def template(text, at):
    """The end of a template that begins at `at`, and itself with the code in it squeezed."""
    out, i = ["`"], at + 1
    while text[i] != "`":
        if text.startswith("${", i):
            code, i = code_until(text, i + 2, "}")
            out.append("${" + code + "}")
        else:
            n = 2 if text[i] == "\\" else 1
            out.append(text[i:i + n])
            i += n
    return re.sub(r"\n\s+", "\n", "".join(out)) + "`", i + 1


def regex_may_be(out):
    before = next((piece for piece in reversed(out) if piece.strip()), "")
    return not before or before[-1] in BEFORE_REGEX or before in ("return", "typeof", "case")


def code_until(text, at, end):
    """Code without comments and needless blanks, up to the sign `end` that closes it (None: to the end); and where it goes on."""
    out, deep, i = [], 0, at
    while i < len(text):
        found = TOKEN.match(text, i)
        if text[i] == "`":
            piece, i = template(text, i)
            out.append(piece)
            continue
        regex = text[i] == "/" and not found["comment"] and regex_may_be(out) and REGEX.match(text, i)
        piece = regex[0] if regex else found[0]
        if end and not deep and piece == end:
            return joined(out), i + 1
        deep += (piece in ("{",)) - (piece in ("}",))
        i += len(piece)
        if found["blank"] and not regex:
            out.append("\n" if "\n" in piece else " ")
        elif regex or not found["comment"]:
            out.append(piece)
    return joined(out), i


def joined(pieces):
    """A blank stays where it parts two words or two like signs; a line end where a statement may end by it."""
    out = ""
    for i, piece in enumerate(pieces):
        if piece not in (" ", "\n"):
            out += piece
            continue
        before, after = out[-1:], next((p[0] for p in pieces[i + 1:] if p not in (" ", "\n")), "")
        words = re.match(r"[\w$'\"`)\]}]", before) and re.match(r"[\w$'\"`(\[{]", after) if piece == "\n" else \
            re.match(r"[\w$]", before) and re.match(r"[\w$]", after)
        if before and after and (words or (before == after and before in "+-/")):
            out += piece
    return out


def squeezed(text):
    """A module or a worker's script without comments and needless blanks. A test holds its tree against the one of the source."""
    return code_until(text, 0, None)[0]


def tight(text):
    """A style sheet without comments and the blanks that mean nothing."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r":\s+", ":", text))


def names_of(listed):
    """"a, b as c" -> [("a", "a"), ("b", "c")]"""
    pairs = (part.split(" as ") for part in listed.strip("{} \n").split(",") if part.strip())
    return [(pair[0].strip(), pair[-1].strip()) for pair in pairs]


def variable(name):
    return "$" + re.sub(r"\W", "_", pathlib.PurePosixPath(name).stem)


class Page:
    """The folder's files, and the addresses of what is made of them in one language."""

    def __init__(self, folder, language):
        self.language = language
        self.folder = pathlib.Path(folder)
        found = [path for path in sorted(self.folder.rglob("*")) if path.suffix in TYPES]
        self.files = {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}
        self.made = {}  # name -> (file name with its hash, bytes)
        self.core = self.below(MAIN)[:-1]
        self.homes = self.settled()

    def known(self, name, by):
        if name not in self.files:
            sys.exit(f"page: {by} names {name}, which is not there")
        return self.files[name]

    def imports(self, name):
        text = self.files[name].decode()
        found = STATIC.findall(text) or VENDORED.findall(text)
        return [((pathlib.PurePosixPath(name).parent / path).as_posix(), names) for names, path in found]

    def below(self, name, above=()):
        """What it imports, in the order in which it must run, and it itself last."""
        if name in above:
            sys.exit(f"page: imports in a circle: {' '.join((*above, name))}")
        self.known(name, above[-1] if above else "page.py")
        order = []
        for other, _ in self.imports(name):
            order += [one for one in self.below(other, (*above, name)) if one not in order]
        return [*order, name]

    def roots(self):
        """main.mjs and all that is loaded later, with what each imports."""
        found, todo = {}, [MAIN]
        while todo:
            root = todo.pop(0)
            if root not in found:
                found[root] = self.below(root)
                todo += [name for one in found[root] for kind, _, name in LATER.findall(self.files[one].decode()) if kind == "import"]
        return found

    def settled(self):
        """module -> the file in which it travels: the core, the one root that imports it, or a file for the same roots."""
        roots = self.roots()
        order = list(dict.fromkeys(one for below in roots.values() for one in below))
        homes, shared = {}, {}
        for one in order:
            mine = tuple(root for root, below in roots.items() if one in below)
            if one in self.core:
                homes[one] = CORE
            else:
                homes[one] = one if one in roots else mine[0] if len(mine) == 1 else shared.setdefault(mine, f"shared{len(shared)}.mjs")
        return homes

    # -- one module, as a function that gives its exports

    def taken(self, name, prefix=""):
        """The statement by which a module takes what an import names."""
        def one(match):
            names, path = match[1], (pathlib.PurePosixPath(name).parent / match[2]).as_posix()
            if not names:
                return ""
            if not names.startswith("{"):
                return f"const {names} = {prefix}{variable(path)}.default;"
            pairs = (a if a == b else f"{a}: {b}" for a, b in names_of(names))
            return f"const {{ {', '.join(pairs)} }} = {prefix}{variable(path)};"
        return one

    def body(self, name):
        text = self.later(self.files[name].decode())
        if name.startswith("words"):
            text = ROW.sub(lambda m: m[1 + LANGUAGES.index(self.language)], text)
        text = VENDORED.sub(self.taken(name), STATIC.sub(self.taken(name), text))
        given = []
        for kind, declared in DECLARED.findall(text):
            if kind in ("let", "var"):
                sys.exit(f"page: {name}: export {kind} {declared}: an exported name is never assigned anew")
            given.append((declared, declared))
        text = DECLARED.sub(r"\1 \2", text)
        for listed in LISTED.findall(text):
            given += names_of(listed)
        text = DEFAULT.sub("const $default = ", LISTED.sub("", text))
        given += [("$default", "default")] if "const $default" in text else []
        members = ", ".join(a if a == b else f"{b}: {a}" for a, b in given)
        return f"const {variable(name)} = (() => {{\n{text.strip()}\nreturn {{ {members} }};\n}})();"

    def later(self, text):
        """Names what is loaded later."""
        return LATER.sub(lambda m: f"{m[1]}({m[2]}./{self.file(m[3])}{m[2]}", text)

    def bundle(self, name):
        mine = [one for one, home in self.homes.items() if home == name]
        used = {}
        for other in sorted({other for one in mine for other, _ in self.imports(one)}):
            if self.homes[other] != name:
                used.setdefault(self.homes[other], []).append(variable(other))
        heads = [f'import {{ {", ".join(names)} }} from "./{self.file(home)}";' for home, names in sorted(used.items())]
        if name in self.files:
            exports = [b for a, b in self.exported(name)]
            tail = f"export const {{ {', '.join(exports)} }} = {variable(name)};" if exports else ""
        else:
            tail = f"export {{ {', '.join(map(variable, mine))} }};"
        return "\n".join(part for part in (*heads, *map(self.body, mine), tail) if part)

    def exported(self, name):
        text = self.files[name].decode()
        pairs = [(one, one) for _, one in DECLARED.findall(text)]
        return pairs + [pair for listed in LISTED.findall(text) for pair in names_of(listed)]

    # -- files

    def file(self, name):
        """Its name with its hash."""
        if name not in self.made:
            if name not in self.homes.values():
                self.known(name, "a module")
            if name.endswith(".mjs"):
                data = (squeezed(self.bundle(name)) + "\n").encode()
            elif name.endswith(".css"):
                data = tight(self.filled(self.files[name].decode())).encode()
            else:
                data = self.files[name]
            self.made[name] = (named(name, data), data)
        return self.made[name][0]

    def filled(self, text):
        def one(match):
            words = match[1].split("|")
            if words[0] == "words":
                return words[1 + LANGUAGES.index(self.language)]
            if words[0] == "PRELOAD":
                return f'<link rel="modulepreload" href="/page/{self.file(CORE)}">'
            return f"/page/{self.file(words[0])}"
        return re.sub(r"\{\{([^{}]+)\}\}", one, text)

    def assets(self):
        """(address, language or "", type, bytes) of all that is reached from the fixed names."""
        out = []
        for name in PLAIN:
            self.file(name)
        for name, (address, worded) in FIXED.items():
            text = self.filled(self.files[name].decode())
            out.append((address, self.language if worded else "", TYPES[pathlib.PurePosixPath(name).suffix],
                        (squeezed(text) if name.endswith(".js") else text).encode()))
        for name, (file, data) in self.made.items():
            out.append((f"/page/{file}", "", TYPES[pathlib.PurePosixPath(name).suffix], data))
        return out


def literal(data):
    """Three octal digits each, so that what follows is never taken for a part of the one before; lines stay short."""
    plain = [chr(b) if 32 <= b < 127 and chr(b) not in '\\"?' else f"\\{b:03o}" for b in data]
    return "\n\t".join('"' + "".join(plain[i:i + 80]) + '"' for i in range(0, len(plain), 80)) or '""'


def header(folder):
    arrays, rows = [], []
    assets = {asset for language in LANGUAGES for asset in Page(folder, language).assets()}
    for i, (address, language, type_, data) in enumerate(sorted(assets)):
        packed = b"" if any(address.endswith(end) for end in PACKED) else gzip.compress(data, 9, mtime=0)
        arrays.append(f"static const char asset_{i}[] =\n\t{literal(data)};\nstatic const char asset_{i}_gz[] =\n\t{literal(packed)};")
        rows.append(f'\t{{"{address}", "{language}", "{type_}", "{digest(data)}", {{asset_{i}, {len(data)}}}, '
                    f"{{asset_{i}_gz, {len(packed)}}}}},")
    return "\n".join(arrays) + "\nstatic const struct asset assets[] = {\n" + "\n".join(rows) + "\n};"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    made = header(sys.argv[2] if len(sys.argv) > 2 else root / "src" / "page")
    pathlib.Path(sys.argv[1]).write_text(f"/* Made by scripts/page.py; do not edit. */\n{made}\n", encoding="ascii")


if __name__ == "__main__":
    main()
