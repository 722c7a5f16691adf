#!/usr/bin/env python3
"""Every Chinese text of the programs has its English beside it: languages.py [--list] [FILE …]

A text is a string literal of src/ with a Chinese character or mark. It has its English if the two are written as a pair:
say("中文", "English"), english ? "English" : "中文", f(a, "中文", …), f(a, "English", …), or one after the other in a row of a table. Where texts are
formats, both take the same things in the same order. What has no English stands in scripts/chinese.txt, a file a line,
with how many texts (* any) and why. --list prints each text without English. house.py runs this.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / "scripts/chinese.txt"
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
IDEOGRAPH = re.compile("[\u3400-\u9fff]")
PART = re.compile(r'/\*.*?\*/|//[^\n]*|(?P<text>"(?:\\.|[^"\\\n])*")|\'(?:\\.|[^\'\\\n])*\'|(?P<mark>[,:?;(){}=])|(?P<word>\w+)', re.S)
PLACE = re.compile(r"%(?:(\d+)\$)?([-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?)((?:hh|h|ll|l|z|j|t)?[diouxXeEfgGcsp])|%%")


class Text:
    """Literals that stand side by side are one text."""

    def __init__(self, line, text):
        self.line, self.text = line, text

    def chinese(self):
        return CHINESE.search(self.text)

    def english_of(self, other):
        """May this be the English of the other?"""
        return not self.chinese() and bool(re.search("[A-Za-z0-9]" if IDEOGRAPH.search(other.text) else ".", self.text))


def texts(code):
    """The code as a list of Text and marks and words as they are."""
    out = []
    for m in PART.finditer(code):
        if m["text"]:
            if out and isinstance(out[-1], Text):
                out[-1].text += m["text"][1:-1]
            else:
                out.append(Text(code.count("\n", 0, m.start()) + 1, m["text"][1:-1]))
        elif m["mark"] or m["word"]:
            out.append(m[0])
    return out


def taken(text):
    """The kinds of what the format takes, in the order of its arguments."""
    places = [m for m in PLACE.finditer(text) if m[0] != "%%"]
    if any(m[1] for m in places):
        return [kind for _, kind in sorted({(int(m[1] or 0), m[3]) for m in places})]
    return [star for m in places for star in ["*"] * m[2].count("*") + [m[3]]]


def end_of(parts, i, step):
    """Where the argument in which parts[i] is ends, going forwards or backwards: at a comma or the call's bracket."""
    inner, outer = ("(", ")") if step > 0 else (")", "(")
    depth = 0
    while 0 <= i + step < len(parts):
        i += step
        if parts[i] == outer and depth == 0 or parts[i] in (",", ";") and depth == 0:
            return i
        if isinstance(parts[i], str):
            depth += {inner: 1, outer: -1}.get(parts[i], 0)
    return i


def argument_behind(parts, i):
    """The text of the next argument that stands where parts[i] does in its own: f(a, "zh", …), f(a, "en", …);
    c ? "zh" : "zh", c ? "en" : "en"."""
    text = i
    for _ in range(2):
        begin, end = end_of(parts, i, -1) + 1, end_of(parts, i, 1)
        if end < len(parts) and parts[end] == ",":
            behind = parts[end + 1:end_of(parts, end, 1)]
            mine = parts[begin:end]
            same = [p for p in mine if isinstance(p, str)] == [p for p in behind if isinstance(p, str)] and "?" in mine
            if same and len(mine) == len(behind):
                return behind[text - begin] if isinstance(behind[text - begin], Text) else None
            if len(mine) > 1 and mine[1:2] == ["("] and mine[:2] == behind[:2]:
                return next((t for t in behind if isinstance(t, Text)), None)
        i = begin - 1
        while i > 0 and parts[i] == ",":
            i = end_of(parts, i, -1)
        if i < 1 or parts[i] != "(":
            return None
        i -= 1
    return None


def partner(parts, i):
    """(English of parts[i], whether both are said with the same arguments); None if there is none."""
    one = parts[i]
    if i + 2 < len(parts) and parts[i + 1] in (",", ":") and isinstance(parts[i + 2], Text) and parts[i + 2].english_of(one):
        return parts[i + 2], True
    if i >= 2 and parts[i - 1] == ":" and isinstance(parts[i - 2], Text) and parts[i - 2].english_of(one):
        return parts[i - 2], True
    behind = argument_behind(parts, i)
    return (behind, False) if behind and behind.english_of(one) else None


def without_english(code):
    """(line, what is wrong, text) of each Chinese text."""
    parts = texts(code)
    for i, one in enumerate(parts):
        if not isinstance(one, Text) or not one.chinese():
            continue
        found = partner(parts, i)
        if found is None:
            yield one.line, "Chinese without English beside it", one.text
            continue
        english, same = found
        if same and taken(one.text) != taken(english.text):
            yield one.line, "the English takes other things than the Chinese, or in another order", one.text


def exceptions():
    """path → (how many, None any number; line of the list; why)"""
    out = {}
    for number, line in enumerate(EXCEPTIONS.read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            path, n, why = line.split(None, 2)
            out[path] = (None if n == "*" else int(n), number, why)
    return out


def check(path, text, say, known=None):
    """Says what is wrong with one file of src/."""
    found = list(without_english(text))
    most, number, _ = (known or exceptions()).get(path, (0, 1, ""))
    if most is None:
        return
    if len(found) > most:
        for line, what, one in found:
            say(path, line, f"{what}: {one[:60]}" + (f" (scripts/chinese.txt lets {most} be)" if most else ""))
    elif len(found) < most:
        say("scripts/chinese.txt", number, f"{path} has {len(found)} texts without English, not {most}")


def main(names):
    listing = names[:1] == ["--list"]
    names = names[listing:] or sorted(str(p.relative_to(ROOT)) for p in (ROOT / "src").rglob("*.[ch]") if "page" not in p.parts)
    wrong = []
    for name in names:
        text = (ROOT / name).read_text()
        if listing:
            for line, what, one in without_english(text):
                print(f"{name}:{line}: {what}: {one}")
        else:
            check(name, text, lambda *a: wrong.append(a))
    for one in wrong:
        print("{}:{}: {}".format(*one))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
