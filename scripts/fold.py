#!/usr/bin/env python3
"""Makes the table by which texts are folded before they are matched: fold.py OUT

Two characters that mean the same to a reader become one: 樓 and 楼, ⽕ and 火, １ and 1, Ａ and a.
These are classes of equal characters, not a map from one way of writing to another: a report mixes
them, and so does a rule file. Each class is shown by its most used member.

Where the classes come from, all of it packaged by Debian:
  unicode-data  UnicodeData.txt            compatibility forms, widths, decimal digits
                CaseFolding.txt            case
                EquivalentUnifiedIdeograph radicals and strokes that look like a character
                PropList, DerivedCoreProperties  blanks, and what is never seen
                Unihan_Variants            simplified and traditional, variants, look-alikes
                Unihan_Readings            how often a character is used (kHanyuPinlu)
  opencc        TSCharacters, STCharacters, TSPhrases (傢俱, 沈沒); TW, HK and JP variants

What they are licensed under, and what a copy of the program must carry, stands in NOTICE.

Simplified, traditional and Hong Kong's and Taiwan's forms are put together whatever they are. The
weaker kinds (variants by meaning, look-alikes, Japanese forms) join a character only if it is none of
ordinary simplified writing (GB 2312) and where one class alone, or one alone that is in use, is meant:
土 and 士 look alike, and both are in use.
"""
import bz2
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

UNICODE = pathlib.Path("/usr/share/unicode")
OPENCC = pathlib.Path("/usr/share/opencc")
BLOCK = 64  # code points of a block of the table
LAST = 0x110000
GROWTH = 4  # a folded character takes at most so many times the bytes of the one it stands for
SELF, INVISIBLE, BLANK, DOT, TEXTS = range(5)  # as domain/fold.c reads them
DOTS = {"MIDDLE DOT", "BULLET", "HYPHENATION POINT", "BULLET OPERATOR", "DOT OPERATOR", "KATAKANA MIDDLE DOT",
        "LATIN LETTER SINOLOGICAL DOT", "HANGUL LETTER ARAEA", "WORD SEPARATOR MIDDLE DOT", "RAISED DOT",
        "BLACK CIRCLE FOR RECORD", "STERLING MARK MIDDLE DOT", "GREEK ANO TELEIA"}


def read(name):
    """Fields of the lines of a file of the Unicode Character Database."""
    path = UNICODE / name
    raw = bz2.decompress(path.read_bytes()).decode() if name.endswith(".bz2") else path.read_text()
    for line in raw.splitlines():
        line = line.split("#")[0].strip() if not name.startswith("Unihan") else line
        if line and not line.startswith("#"):
            yield [field.strip() for field in line.split("\t" if name.startswith("Unihan") else ";")]


def span(field):
    first, _, last = field.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def having(name, prop):
    return {c for fields in read(name) if fields[1] == prop for c in span(fields[0])}


def opencc(name):
    """Pairs of characters of a dictionary of OpenCC, which is stored as a trie."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["opencc_dict", "-i", OPENCC / f"{name}.ocd2", "-o", out.name, "-f", "ocd2", "-t", "text"],
                       check=True, stdout=subprocess.DEVNULL)
        for line in pathlib.Path(out.name).read_text().splitlines():
            one, _, others = line.partition("\t")
            for other in others.split():
                if len(one) == len(other):
                    yield from ((ord(a), ord(b)) for a, b in zip(one, other) if a != b)


def variants():
    found = collections.defaultdict(list)
    for fields in read("Unihan_Variants.txt.bz2"):
        if len(fields) == 3:
            one = int(fields[0][2:], 16)
            found[fields[1]] += [(one, int(other.split("<")[0][2:], 16)) for other in fields[2].split()]
    return found


def ordinary(c):
    try:
        return len(chr(c).encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


class Classes:
    """Of Chinese characters: union and find."""

    def __init__(self, used):
        self.up = {}
        self.used = used    # how often, by character
        self.common = {}  # by root: has the class a character of GB 2312?

    def root(self, c):
        self.up.setdefault(c, c)
        while self.up[c] != c:
            self.up[c] = self.up[self.up[c]]
            c = self.up[c]
        return c

    def is_common(self, c):
        root = self.root(c)
        return self.common.get(root, ordinary(root))

    def join(self, a, b):
        a, b = self.root(a), self.root(b)
        if a != b:
            common = self.is_common(a) or self.is_common(b)
            self.up[a] = b
            self.common[b] = common

    def join_weak(self, pairs):
        near = collections.defaultdict(set)
        for a, b in pairs:
            near[a].add(b)
            near[b].add(a)
        found = []
        for c in sorted(near):
            roots = {self.root(other) for other in near[c] if self.is_common(other)}
            if len(roots) > 1:
                roots = {self.root(other) for other in near[c] if self.is_common(other) and self.used[other]}
            if not self.is_common(c) and len(roots) == 1:
                found.append((c, roots.pop()))
        for c, root in found:
            self.join(c, root)


def usage():
    used = collections.Counter()
    for fields in read("Unihan_Readings.txt.bz2"):
        if len(fields) == 3 and fields[1] == "kHanyuPinlu":
            used[int(fields[0][2:], 16)] = sum(int(n) for n in re.findall(r"\((\d+)\)", fields[2]))
    return used


def chinese():
    classes, of = Classes(usage()), variants()
    for pairs in (of["kSimplifiedVariant"], of["kTraditionalVariant"],
                  *map(opencc, ("TSCharacters", "STCharacters", "TSPhrases", "TWVariants", "HKVariants"))):
        for a, b in pairs:
            classes.join(a, b)
    for kind in ("kZVariant", "kSemanticVariant", "kSpecializedSemanticVariant", "kSpoofingVariant"):
        classes.join_weak(of[kind])
    classes.join_weak(opencc("JPVariants"))
    return classes


def shown(classes):
    """The member of each class that stands for it: the most used of GB 2312."""
    def rank(c):
        return ordinary(c), classes.used[c], -c

    best = {}
    for c in classes.up:
        root = classes.root(c)
        if root not in best or rank(c) > rank(best[root]):
            best[root] = c
    return {c: best[classes.root(c)] for c in classes.up}


class Characters:
    """What each code point folds to."""

    def __init__(self):
        self.parts, self.kind, self.digit, self.marks, self.names = {}, {}, {}, set(), {}
        for fields in read("UnicodeData.txt"):
            c = int(fields[0], 16)
            self.kind[c] = fields[2]
            self.names[c] = fields[1]
            if fields[5]:
                self.parts[c] = [int(part, 16) for part in fields[5].split() if part[0] != "<"]
            if fields[2] == "Nd":
                self.digit[c] = ord(fields[6])
            if fields[2] in ("Mn", "Me"):
                self.marks.add(c)
        self.case = {int(f[0], 16): [int(part, 16) for part in f[2].split()]
                     for f in read("CaseFolding.txt") if f[1] in "CF"}
        for fields in read("EquivalentUnifiedIdeograph.txt"):
            for c in span(fields[0]):
                self.parts.setdefault(c, [int(fields[1], 16)])
        self.shown = shown(chinese())
        self.invisible = having("DerivedCoreProperties.txt", "Default_Ignorable_Code_Point") | \
            {c for c, kind in self.kind.items() if kind == "Cf"} | self.marks
        # a character that was lost on the way may have stood for anything, also for nothing
        self.blank = having("PropList.txt", "White_Space") | \
            {c for c, kind in self.kind.items() if kind == "Cc" and c} | {0x2800, 0xFFFC, 0xFFFD}
        self.dots = {c for c, name in self.names.items() if name in DOTS}

    def spread(self, c):
        """Its compatibility decomposition, without marks, in one case."""
        if 0xAC00 <= c <= 0xD7A3:  # Hangul: decomposed by a formula, if at all
            return [c]
        out = []
        for part in self.parts.get(c, [c]):
            for one in self.case.get(part, [part]):
                if one != c:
                    out += self.spread(one)
                else:
                    out.append(one)
        return [part for part in out if part not in self.invisible]

    def folded(self, c):
        out = []
        for part in self.spread(c):
            part = self.digit.get(part, part)
            part = self.shown.get(part, part)
            if part not in self.dots or part == c:
                out.append(" " if part in self.blank else chr(part))
        return "".join(out).strip()

    def entry(self, c):
        """INVISIBLE, BLANK, DOT, None for itself, or a text."""
        if c in self.invisible:
            return INVISIBLE
        if c in self.blank:
            return BLANK
        if c in self.dots or self.parts.get(c) and self.parts[c][0] in self.dots:
            return DOT
        text = self.folded(c)
        if not text:
            return BLANK
        if text == chr(c) or len(text.encode()) > GROWTH * len(chr(c).encode()):
            return None
        return text


def numbers(values, per_line=16):
    lines = (values[i:i + per_line] for i in range(0, len(values), per_line))
    return ",\n".join("\t" + ", ".join(map(str, line)) for line in lines)


def table():
    characters = Characters()
    texts, pool, at = {}, bytearray(), [0]
    codes = sorted(set(characters.kind) | set(characters.shown) | characters.invisible)
    kinds = {}
    for c in codes:
        if 0xD800 <= c <= 0xDFFF:
            continue
        entry = characters.entry(c)
        if isinstance(entry, str):
            if entry not in texts:
                texts[entry] = TEXTS + len(texts)
                pool += entry.encode()
                at.append(len(pool))
            entry = texts[entry]
        kinds[c] = entry or SELF
    assert TEXTS + len(texts) < 1 << 16 and len(pool) < 1 << 16
    blocks, index = {}, []
    for first in range(0, LAST, BLOCK):
        block = tuple(kinds.get(c, SELF) for c in range(first, first + BLOCK))
        index.append(blocks.setdefault(block, len(blocks)))
    return f"""/* Made by scripts/fold.py from Debian's unicode-data and opencc. */
#define FOLD_BLOCK {BLOCK}
#define FOLD_GROWTH {GROWTH}
/* By block of code points: where its kinds are. */
static const uint16_t fold_blocks[] = {{
{numbers(index)}
}};
/* By block and code point: what it is; from FOLD_TEXTS on, the number of a text. */
static const uint16_t fold_kinds[][FOLD_BLOCK] = {{
{",".join("{" + ",".join(map(str, block)) + "}" for block in blocks)}
}};
/* Where each text begins, and where the last one ends. */
static const uint16_t fold_text_at[] = {{
{numbers(at)}
}};
static const unsigned char fold_texts[] = {{
{numbers(list(pool), 24)}
}};
"""


def main():
    try:
        made = table()
    except (FileNotFoundError, subprocess.CalledProcessError) as e:
        sys.exit(f"fold.py: {e}: the packages unicode-data and opencc are needed (scripts/deps.sh build)")
    pathlib.Path(sys.argv[1]).write_text(made)


if __name__ == "__main__":
    main()
