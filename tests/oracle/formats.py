"""The four forms of a report, cell by cell: what JSON says as numbers stands in the others as people read it."""
import csv
import datetime
import html.parser
import io

import openpyxl

from instants import instant, text


def decimal(value, digits, tail):
    sign, value = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{value // 10 ** digits}.{value % 10 ** digits:0{digits}}{tail}"


def word(kind, value):
    """As CSV and HTML have it."""
    if value is None:
        return "–"
    if kind == "rate":
        return decimal(value, 1, "%")
    if kind == "score":
        return decimal(value, 2, "")
    if kind == "duration":
        s, ms = divmod(value, 1000)
        return f"{s // 3600}:{s // 60 % 60:02}:{s % 60:02}{f'.{ms:03}' if ms else ''}"
    if kind == "instant":
        return text(instant(value))[:16].replace("T", " ")
    return str(value)


def number(kind, value):
    """As a spreadsheet has it, to a part in a thousand million."""
    if value is None:
        return "–"
    return {"rate": lambda: value / 1000, "score": lambda: value / 100, "count": lambda: value,
            "duration": lambda: value / 86_400_000}.get(kind, lambda: value)()


class Tables(html.parser.HTMLParser):
    """Of an HTML page: id -> rows of texts, without the head's."""

    def __init__(self, page):
        super().__init__()
        self.found, self.table, self.cell = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.table = self.found.setdefault(dict(attributes).get("id"), [])
        elif tag == "tr" and self.table is not None:
            self.table.append([])
        elif tag == "td" and self.table is not None:
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag == "td" and self.cell is not None:
            self.table[-1].append(self.cell)
            self.cell = None
        elif tag == "table":
            self.table = None


def csv_tables(data):
    """title -> rows behind the head's."""
    found, rows = {}, list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    for i, row in enumerate(rows):
        if len(row) == 1 and row[0] and (i == 0 or not any(rows[i - 1])) and i + 1 < len(rows):
            end = next((k for k in range(i + 1, len(rows)) if not any(rows[k])), len(rows))
            found.setdefault(row[0], rows[i + 2:end])
    return found


def sheet_rows(book, table):
    sheet = book[table["title"]]
    titles = [c["title"] for c in table["columns"]]
    rows = [list(r[:len(titles)]) for r in sheet.iter_rows(values_only=True)]
    return rows[rows.index(titles) + 1:] if titles in rows else None


def same(cell, wanted):
    if isinstance(cell, datetime.timedelta):
        cell = cell / datetime.timedelta(days=1)
    if isinstance(cell, datetime.time):
        cell = (cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6) / 86400
    if isinstance(cell, datetime.datetime) and isinstance(wanted, (int, float)):
        cell = (cell - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)
    if isinstance(cell, (int, float)) and isinstance(wanted, (int, float)):
        return abs(cell - wanted) < 2e-8 + 1e-9 * abs(wanted)
    return str(cell) == str(wanted)


def differences(document, sheets, page, lines):
    """Sentences about cells that differ; dates are left to the program's own tests."""
    wrong = []
    book = openpyxl.load_workbook(io.BytesIO(sheets))
    pages, csvs = Tables(page.decode()).found, csv_tables(lines)
    for table in document["tables"]:
        columns = table["columns"]
        others = {"csv": csvs.get(table["title"], []), "html": [r for r in pages.get(table["id"], []) if r],
                  "xlsx": sheet_rows(book, table)}
        for form, rows in others.items():
            if rows is None or len(rows) < len(table["rows"]):
                wrong.append(f"{form} {table['id']}: {rows and len(rows)} rows, JSON {len(table['rows'])}")
                continue
            for row, cells in zip(table["rows"], rows):
                for column, cell in zip(columns, cells):
                    kind, value = column["kind"], row[column["id"]]
                    if kind in ("date", "instant"):
                        continue
                    wanted = number(kind, value) if form == "xlsx" else word(kind, value)
                    if not same(cell, wanted):
                        wrong.append(f"{form} {table['id']} {list(row.values())[:3]} {column['id']}: {cell!r}, JSON {value!r}")
    return wrong
