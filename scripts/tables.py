#!/usr/bin/env python3
"""Writes the tables of the documents that come from the program's own: tables.py BUILD [--check]

docs/PROTOCOL.md: of every command its roles and parameters, from `liandongctl --protocol`.
docs/man/liandongctl.1: the commands with their arguments, from `liandongctl --commands` and `--help`.
docs/ROUTING.md: the kinds of problems that a check may find, from `liandongctl --problems`.
src/page/words_told.mjs: what people read for the codes of notices, from `liandongctl --notice-words`.
With --check nothing is written; ends with 1 and names the file where one is not as it would be.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KINDS = {"number": "编号", "code": "代码", "time": "时刻", "duration": "时长", "bool": "真假", "degrees": "数字，度"}
HEAD = "| 参数 | 必需 | 取值 | 含义 |\n| --- | --- | --- | --- |\n"


def ctl(build, *words):
    return subprocess.run([f"{build}/liandongctl", *words], capture_output=True, text=True, check=True).stdout


# -- PROTOCOL.md ----------------------------------------------------------------------------------

def value(field):
    """What the parameter may be, for a person."""
    if "names" in field:
        return " ".join(f"`{n}`" for n in field["names"])
    if field["name"] == "dispatch":
        return "指令编号"
    if field["type"] == "text":
        return f"文字，{field['min']}–{field['max']} 字"
    if field["type"] == "files":
        return f"对象：文件名和内容，共至多 {field['max'] >> 20} MiB"
    if field["type"] == "contacts":
        return f"对象，各项文字，1–{field['max']} 字"
    if field["type"] == "base64":
        return f"base64，内容至多 {field['max'] >> 20} MiB"
    if field["type"] == "codes":
        return f"代码的数组，至多 {field['max']} 个"
    if field["type"] == "code" and field["min"] == field["max"]:
        return f"{field['max']} 位十六进制" if field["max"] == 64 else f"{field['max']} 个字符"
    if field["type"] == "int":
        return f"整数，{field['min']}–{field['max']}" if field["max"] < 1 << 62 else f"整数，不小于 {field['min']}"
    return KINDS[field["type"]]


def full_width(text):
    return re.sub(r"(?<=[\u4e00-\u9fff])[,(]|[,)](?=[\u4e00-\u9fff])|\)$",
                  lambda m: {",": "，", "(": "（", ")": "）"}[m[0]], text)


def parameters(command):
    rows = [f"| `{f['name']}` | {'是' if f['required'] else '应有' if f['expected'] else ''} | {value(f)} | {full_width(f['about'])} |"
            for f in command["fields"]]
    return HEAD + "\n".join(rows) + "\n" if rows else "没有参数。\n"


def protocol(build, text):
    commands = {c["name"]: c for c in json.loads(ctl(build, "--protocol"))}

    def section(match):
        group = [commands[n] for n in re.findall(r"`([a-z.-]+)`", match[1])]
        for other in group[1:]:
            assert (other["roles"], other["fields"]) == (group[0]["roles"], group[0]["fields"]), match[1]
        roles = " ".join(f"`{r}`" for r in group[0]["roles"])
        own = "联络员只及于本单位。" if group[0]["own"] and "liaison" in group[0]["roles"] else ""
        about = "、".join(c["about"] for c in group)
        return f"{match[1]}\n{about}。角色：{roles}。{own}\n\n{parameters(group[0])}"
    return re.sub(r"(#### `[a-z]+\.[^\n]*\n)\n[^\n]*角色[^\n]*\n\n(?:没有参数。\n|\| 参数 [^\n]*\n(?:\|[^\n]*\n)+)", section, text)


# -- liandongctl.1 --------------------------------------------------------------------------------

def mdoc(text):
    return text.replace("\\", "\\\\").replace("-", r"\-")


def man_page(build, text):
    items = []
    for name in ctl(build, "--commands").splitlines():
        usage, about = (line.strip() for line in ctl(build, *name.split(), "--help").strip().split("\n")[:2])
        arguments = usage.removeprefix(f"liandongctl {name}").strip()
        items.append(f".It \\fB{mdoc(name)}\\fR{' ' if arguments else ''}{mdoc(arguments)}\n{mdoc(about)}。\n")
    begin = text.index(".Bl -tag -width Ds\n", text.index(".Sh 命令\n")) + len(".Bl -tag -width Ds\n")
    end = text.index(".El\n", begin)
    return text[:begin] + "".join(items) + text[end:]


# -- ROUTING.md -----------------------------------------------------------------------------------

def problems(build, text):
    rows = "".join(f"| `{k['code']}` | {'提醒' if k['kind'] == 'warning' else '错误'} | {k['text']} | {k['do']} |\n"
                   for k in json.loads(ctl(build, "--problems"))["problems"])
    head = "### 全部代码\n\n"
    begin = text.index(head) + len(head)
    end = text.find("\n#", begin)
    table = "| 代码 | | 什么不对 | 怎么办 |\n| --- | --- | --- | --- |\n" + rows
    return text[:begin] + table + (text[end:] if end >= 0 else "")


# -- words_told.mjs -------------------------------------------------------------------------------

def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def notice_words(build, text):
    rows = "".join(f"  {quoted(one['group'] + '-' + one['code'])}: [{quoted(one['zh'])}, {quoted(one['en'])}],\n"
                   for one in json.loads(ctl(build, "--notice-words")))
    head = "/* -- of src/ctl/notice_words.c -- */\nwords({\n"
    return text[:text.index(head) + len(head)] + rows + "});\n"


def main(build, check):
    wrong = 0
    for name, make in (("docs/PROTOCOL.md", protocol), ("docs/man/liandongctl.1", man_page), ("docs/ROUTING.md", problems),
                       ("src/page/words_told.mjs", notice_words)):
        path = ROOT / name
        old = path.read_text()
        new = make(build, old)
        if new == old:
            continue
        wrong = 1
        if check:
            print(f"{name}: a table is not as the program has it; make docs writes it")
        else:
            path.write_text(new)
            print(f"{name}: written")
    return wrong if check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--check" in sys.argv))
