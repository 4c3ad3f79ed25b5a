"""Random orders and the ways in which clients write them down: dialects of CSV, workbooks, JSON lines, Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from hypothesis import strategies as st

COLUMNS = ("no", "who", "when", "total", "note")
MAPPED = {"order_id": "no", "customer_id": "who", "ordered_at": "when", "amount": "total"}
BLANKS = " \t\r\n\u00a0\u3000\u200b"  # at the ends of a value they are no part of it
MISSING = {"", "NULL", "null", "Null", "\\N", "NaN", "nan", "None", "NaT", "<NA>"}
WAYS = ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y年%m月%d日 %H:%M:%S")
ENCODINGS = {"utf-8": "", "utf-8-sig": "", "utf-16": "", "utf-16-le": "", "gb18030": "", "cp1252": "cp1252"}
LETTERS = {
    "": "aZ09 _-.:,;'\"\\/{}()<>*&|%@=+#\t\né中上😀\u200b\u00a0ß\u0301",
    "cp1252": "aZ09 _-.:,;'\"\\/{}()<>*&|%@=+#\t\néßü€",
}


class Order(NamedTuple):
    """One row as it was drawn."""

    no: str
    who: str
    when: dt.datetime
    total: Decimal
    note: str


class Written(NamedTuple):
    """A file's name and bytes, the source that says everything about it, and the rows that are in it."""

    name: str
    content: bytes
    source: dict[str, Any]
    rows: tuple[Order, ...]


def tidy(text: str) -> str | None:
    """Text as it is loaded: without blanks at its ends, nothing where nothing is left."""
    return text.strip(BLANKS) or None


@st.composite
def orders(draw: st.DrawFn, letters: str) -> tuple[Order, ...]:
    """Rows with ids that are ids; notes may hold anything."""
    alphabet = st.sampled_from(letters)
    ids = st.text(alphabet, min_size=1, max_size=8).map(lambda text: text.strip(BLANKS)).filter(_is_id)
    return tuple(
        draw(
            st.lists(
                st.builds(
                    Order,
                    no=ids,
                    who=ids,
                    when=st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2099, 1, 1)).map(
                        lambda moment: moment.replace(microsecond=0)
                    ),
                    total=st.decimals(-(10**9), 10**9, places=2).map(lambda money: money + 0),
                    note=st.text(alphabet, max_size=12),
                ),
                min_size=1,
                max_size=6,
            )
        )
    )


def _is_id(text: str) -> bool:
    """A bare number such as 5.0 would be taken for an id that a program exported as a decimal."""
    return text not in MISSING and not text.replace(".", "").replace("-", "").isdigit()


@st.composite
def files(draw: st.DrawFn) -> Written:
    """Orders in a file of some format; the source states what could be guessed otherwise."""
    form = draw(st.sampled_from(("csv", "csv", "csv", "xlsx", "jsonl", "parquet")))
    encoding = draw(st.sampled_from(sorted(ENCODINGS))) if form == "csv" else "utf-8"
    rows = draw(orders(LETTERS[ENCODINGS[encoding]]))
    source: dict[str, Any] = {"table": "orders", "files": f"data/raw/a.{form}", "columns": dict(MAPPED)}
    way, decimal = draw(st.sampled_from(WAYS[: 4 if encoding == "cp1252" else 5])), draw(st.sampled_from(".,"))
    source |= {"formats": {"ordered_at": way}, "decimal": decimal}
    texts = [[row.no, row.who, row.when.strftime(way), _money(row.total, decimal), row.note] for row in rows]
    order = draw(st.permutations(range(len(COLUMNS))))
    if form == "csv":
        delimiter, ends = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(("\n", "\r\n")))
        everything = draw(st.booleans())
        source |= {"encoding": encoding, "delimiter": "\\t" if delimiter == "\t" else delimiter}
        content = _csv(texts, order, delimiter, ends, everything).encode(encoding)
    elif form == "jsonl":
        content = "".join(_object(row, order) for row in texts).encode()
    elif form == "xlsx":
        content = _workbook(texts, order)
    else:
        content, source = _parquet(rows, order), {key: source[key] for key in ("table", "files", "columns")}
    return Written(f"a.{form}", content, source, rows)


def _money(value: Decimal, decimal: str) -> str:
    return f"{value:.2f}".replace(".", decimal)


def _csv(texts: list[list[str]], order: list[int], delimiter: str, ends: str, everything: bool) -> str:
    file = io.StringIO()
    writer = csv.writer(
        file, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL
    )
    writer.writerow([COLUMNS[i] for i in order])
    writer.writerows([row[i] for i in order] for row in texts)
    return file.getvalue()


def _object(row: list[str], order: list[int]) -> str:
    return json.dumps({COLUMNS[i]: row[i] for i in order}, ensure_ascii=False) + "\n"


def _workbook(texts: list[list[str]], order: list[int]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime(2024, 1, 1)})  # the same bytes each time
        sheet = book.add_worksheet("orders")
        for number, row in enumerate([COLUMNS, *texts]):
            for place, i in enumerate(order):
                sheet.write_string(number, place, row[i])
    return file.getvalue()


def _parquet(rows: tuple[Order, ...], order: list[int]) -> bytes:
    columns = {
        "no": pa.array([row.no for row in rows]),
        "who": pa.array([row.who for row in rows]),
        "when": pa.array([row.when for row in rows], pa.timestamp("us")),
        "total": pa.array([row.total for row in rows], pa.decimal128(18, 2)),
        "note": pa.array([row.note for row in rows]),
    }
    file = io.BytesIO()
    pq.write_table(pa.table({COLUMNS[i]: columns[COLUMNS[i]] for i in order}), file)
    return file.getvalue()
