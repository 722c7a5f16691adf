#!/usr/bin/env python3
"""Makes the table by which Chinese text that is no UTF-8 is read: gbk.py OUT

GBK is what programs of this country wrote before UTF-8, and GB 18030 has all of it: a character takes two bytes, or four.
The characters of two bytes are a table; those of four are numbered in the order of their code points, with gaps where a
code point has two bytes, so that the starts of the runs are enough. Python's own codec says which is which.
"""
import sys

LEADS = range(0x81, 0xFF)
TRAILS = [*range(0x40, 0x7F), *range(0x80, 0xFF)]


def pair(lead, trail):
    try:
        text = bytes((lead, trail)).decode("gb18030")
    except UnicodeDecodeError:
        return 0
    return ord(text) if len(text) == 1 else 0


def linear(code):
    """The number of a character of four bytes; None: it has another length."""
    try:
        b = chr(code).encode("gb18030")
    except UnicodeEncodeError:
        return None
    return ((b[0] - 0x81) * 10 + b[1] - 0x30) * 1260 + (b[2] - 0x81) * 10 + b[3] - 0x30 if len(b) == 4 else None


def runs():
    before = None
    for code in range(0x80, 0x10000):
        at = linear(code)
        if at is not None and before != (code - 1, at - 1):
            yield at, code
        if at is not None:
            before = code, at


def main():
    out = ["/* Made by scripts/gbk.py. */", f"static const uint16_t pairs[{len(LEADS)}][{len(TRAILS)}] = {{"]
    out += ["    {" + ", ".join(str(pair(lead, trail)) for trail in TRAILS) + "}," for lead in LEADS]
    out += ["};", "/* Runs of characters of four bytes: the number of the first, and its code point. */",
            "static const struct run {", "\tuint32_t number, code;", "} runs[] = {"]
    out += [f"    {{{number}, {code}}}," for number, code in sorted(runs())]
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write("\n".join([*out, "};", ""]))


if __name__ == "__main__":
    sys.exit(main())
