"""The sums that the program keeps, read from its store beside it: the one place of these tests that looks there,
and it looks at nothing else. Their names are those of src/domain/tally.h, in its order.
"""
import os
import re
import sqlite3

from instants import day_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PARTS = ("lead", "assist", "inform")
PRIORITIES = (None, "P1", "P2", "P3", "P4")
STANDINGS = ("counted", "outside", "apart", "inform", "void", "drill")


def names(listed):
    """The columns of TALLY_LIST or TALLY_INCIDENT_LIST."""
    with open(os.path.join(ROOT, "src", "domain", "tally.h"), encoding="utf-8") as f:
        text = re.sub(r"\\\n", " ", f.read())
    groups = {m[1]: re.findall(r'column "(_\w+)"', m[2]) for m in re.finditer(r"#define (TALLY_\w+)\(X, ID[^)]*\)(.*)", text)}
    body = re.search(rf"#define {listed}\(X\)(.*)", text)[1]
    found = []
    for m in re.finditer(r'(X|TALLY_\w+)\((?:X, )?\w+, "(\w+)"', body):
        found += [m[2]] if m[1] == "X" else [m[2] + tail for tail in groups[m[1]]]
    return found


def unpacked(blob, columns):
    """A byte of version; then pairs: how many counters on, and the value, zigzag, seven bits a byte."""
    assert blob[0] == 1, "the sums are packed in another way"
    numbers, value, shift = [], 0, 0
    for byte in blob[1:]:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(value)
            value = shift = 0
    out, at = {}, 0
    for step, packed in zip(numbers[::2], numbers[1::2]):
        at += step
        out[columns[at]] = packed >> 1 if not packed & 1 else -(packed >> 1) - 1
    return out


def tallies(store):
    """Of dispatches and of incidents that have ended: key -> counters, keys as the oracle has them. None: it keeps none."""
    db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'tally'").fetchone():
            return None
        symbol = dict(db.execute("SELECT id, text FROM symbol"))
        symbol[0] = None
        columns = names("TALLY_LIST")
        dispatches = {
            (day_of(day), symbol[unit], PARTS[part], PRIORITIES[priority], STANDINGS[standing]): unpacked(blob, columns)
            for day, unit, part, priority, standing, blob in
            db.execute("SELECT day, unit, part, priority, standing, counters FROM tally")}
        columns = names("TALLY_INCIDENT_LIST")
        incidents = {
            (day_of(day), symbol[lead], symbol[category], symbol[township] or "", STANDINGS[standing]): unpacked(blob, columns)
            for day, lead, category, township, standing, blob in
            db.execute("SELECT day, lead, category, township, standing, counters FROM tally_incident")}
        return dispatches, incidents
    finally:
        db.close()
