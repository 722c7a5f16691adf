#!/usr/bin/env python3
"""Makes C headers of files that are compiled in: embed.py OUT statements | schema | outbox | exchange | openapi | new_city

statements: STATEMENT_LIST(X) with X(ENUM, SET, "name", "sql") for every `-- name: NAME SET` of statements.sql.
schema:     SCHEMA_SQL, SCHEMA_VERSION (the last migration's number) and MIGRATION_LIST(X) with
            X(version, "title", "sql") for every sql/migrate/NNNN-title.sql.
outbox:     OUTBOX_SQL, the tables of sql/outbox.sql, and OUTBOX_LIST(X) with X(ENUM, "sql") for its statements.
exchange:   the same of sql/exchange.sql.
openapi:    openapi_yaml, the text of docs/openapi.yaml; not numbers, over 160,000 of which cppcheck does not come to an end.
new_city:   NEW_CITY_LIST(X) with X("units.yaml", "text") for every file that `liandongctl mechanism init` writes;
            limits and calendar are Zhangping's, without its name.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SQL = ROOT / "sql"


def stripped(text):
    """Without comment lines and comments behind a definition, which SQLite would keep for ever."""
    lines = (re.sub(r"\s*-- .*$", "", line).rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def literal(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return " \\\n".join(f'\t"{line}\\n"' for line in escaped.splitlines())


def statements():
    parts = re.split(r"^-- name: (\w+) (\w+)$", (SQL / "statements.sql").read_text(), flags=re.M)
    names = parts[1::3]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"statements.sql: more than once: {', '.join(sorted(twice))}")
    entries = []
    for name, set_of, sql in zip(names, parts[2::3], parts[3::3]):
        if stripped(sql).count(";") != 1:
            sys.exit(f"statements.sql: {name}: one statement that ends in ; was expected")
        entries.append(f'\tX({name.upper()}, {set_of.upper()}, "{name}", \\\n{literal(stripped(sql))})')
    return "#define STATEMENT_LIST(X) \\\n" + " \\\n".join(entries)


def schema():
    entries = []
    files = sorted((SQL / "migrate").glob("*.sql"))
    for expected, file in enumerate(files, 1):
        found = re.fullmatch(r"(\d{4})-([a-z0-9-]+)", file.stem)
        if not found or int(found[1]) != expected:
            sys.exit(f"sql/migrate/{file.name}: {expected:04}-title.sql was expected")
        entries.append(f'\tX({expected}, "{found[2]}", \\\n{literal(stripped(file.read_text()))})')
    return "\n".join([
        f"#define SCHEMA_VERSION {len(files)}",
        "#define SCHEMA_SQL \\\n" + literal(stripped((SQL / "schema.sql").read_text())),
        "#define MIGRATION_LIST(X) \\\n" + " \\\n".join(entries),
    ])


def apart(name):
    parts = re.split(r"^-- name: (\w+)$", (SQL / f"{name}.sql").read_text(), flags=re.M)
    rows = [f'\tX({name.upper()}, \\\n{literal(stripped(sql))})' for name, sql in zip(parts[1::2], parts[2::2])]
    return (f"#define {name.upper()}_SQL \\\n" + literal(stripped(parts[0])) + f"\n#define {name.upper()}_LIST(X) \\\n" + " \\\n".join(rows))


def outbox():
    return apart("outbox")


def exchange():
    return apart("exchange")


def openapi():
    text = (ROOT / "docs" / "openapi.yaml").read_text()
    if not text.endswith("\n") or "??" in text or "\r" in text:
        sys.exit("docs/openapi.yaml: ends without a line end, or has what a C text cannot (??, CR)")
    return f"static const char openapi_yaml[] = \\\n{literal(text)};"


def new_city():
    files = {path.name: path.read_text() for path in (ROOT / "config" / "new-city").glob("*.yaml")}
    for name in ("calendar.yaml", "policy.yaml"):
        text = (ROOT / "config" / "zhangping" / name).read_text()
        text = text.replace("依据《漳平市110社会联动工作机制》(漳政办〔2023〕26号,下称“机制”)",
                            "从漳平市110社会联动工作机制(漳政办〔2023〕26号,下称“机制”)改起,条款号是它的:换成@CITY@自己的公文")
        files[name] = text.replace("办公时间:漳平市机关作息", "办公时间:换成@CITY@机关的作息")
    return "#define NEW_CITY_LIST(X) \\\n" + " \\\n".join(
        f'\tX("{name}", \\\n{literal(text)})' for name, text in sorted(files.items()))


def main():
    makers = {"new_city": new_city, "statements": statements, "schema": schema, "outbox": outbox, "exchange": exchange, "openapi": openapi}
    if len(sys.argv) != 3 or sys.argv[2] not in makers:
        sys.exit(__doc__)
    guard = f"GEN_{sys.argv[2].upper()}_H"
    text = makers[sys.argv[2]]()
    pathlib.Path(sys.argv[1]).write_text(
        f"/* Made by scripts/embed.py. */\n#ifndef {guard}\n#define {guard}\n{text}\n#endif\n")


main()
