"""Parquet and JSON: files that bring their own types, and get them wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from bad_inputs.case import HEADER, Case, Content, Loaded, Refused, orders, row

BASE: dict[str, Any] = {"no": ["1", "2"], "who": ["a", "b"], "when": ["2024-01-05", "2024-01-05"], "total": [5.0, 6.5]}
BOTH = (row(), row("2", "b", total="6.5000"))
NOT_WHOLE = "data/raw/a.parquet: not a whole Parquet file. Ask for the file again."
DAMAGED = "data/raw/a.parquet: the Parquet file is damaged inside. Ask for the file again."
ONE_A_LINE = "JSON lines hold one object a line, without brackets and commas around them."


def table(**columns: Any) -> Callable[[], bytes]:
    """Two orders with some columns replaced."""
    return lambda: written(pa.table({**BASE, **columns}))


def written(content: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(content, file)
    return file.getvalue()


def parquet(name: str, wrong: str, content: Content, outcome: Loaded | str, *, late: bool = False, **said: Any) -> Case:
    """A case of one Parquet file; a sentence where it is refused."""
    expected = Refused((outcome,), late) if isinstance(outcome, str) else outcome
    return Case(name, wrong, {"a.parquet": content}, expected, [orders("data/raw/a.parquet", **said)])


def lines(name: str, wrong: str, content: Content, outcome: Loaded | str, **said: Any) -> Case:
    """A case of one file of JSON lines; a sentence where it is refused."""
    expected = Refused((f"data/raw/a.json{outcome}",)) if isinstance(outcome, str) else outcome
    return Case(name, wrong, {"a.json": content}, expected, [orders("data/raw/a.json", **said)])


def one(number: Any = "1", **more: Any) -> str:
    """One order as a line of JSON."""
    return json.dumps({"no": number, "who": "a", "when": "2024-01-05", "total": 5} | more) + "\n"


def overwritten(start: int, by: bytes) -> Callable[[], bytes]:
    """The plain Parquet file with some bytes written over."""

    def make() -> bytes:
        whole = table()()
        return whole[:start] + by + whole[start + len(by) :]

    return make


def moments(*values: int, kind: pa.DataType) -> pa.Array:
    return pa.array(values, pa.int64()).cast(kind)


GOOD = "".join(one(str(i)) for i in range(10, 50))
FORTY = tuple(row(str(i)) for i in range(10, 50))
CASES = (
    parquet("Parquet cut off", "The end of the file is missing, where its columns are named.",
            lambda: table()()[:-20], NOT_WHOLE),
    parquet("Parquet damaged inside", "The file ends well, its pages do not begin so.",
            overwritten(4, b"\xff" * 150), DAMAGED, late=True),
    parquet("CSV under the name of Parquet", "Somebody renamed it.", HEADER, NOT_WHOLE),
    parquet("Parquet without rows", "It has its columns.", lambda: written(pa.table(BASE).slice(0, 0)), Loaded(())),
    parquet("columns of the same name", "Parquet allows it.",
            lambda: written(pa.table([*BASE.values(), [1, 2]], names=[*BASE, "total"])),
            "data/raw/a.parquet: the column 'total' occurs 2 times. "
            "Rename one in the export, or state all `names:` with `header: false` and `skip_lines: 1`."),
    parquet("names that the engine uses itself", "__file, filename, and one that is empty.",
            table(**{"__file": ["x", "y"], "__file0": ["x", "y"], "filename": ["x", "y"]}), Loaded(BOTH)),
    parquet("dictionaries", "Words stored once and numbered.",
            table(who=pa.array(["a", "b"]).dictionary_encode()), Loaded(BOTH)),
    parquet("decimals of 60 digits", "More than the engine holds.",
            table(total=pa.array([Decimal("1" * 50), Decimal(5)], pa.decimal256(60, 2))),
            Loaded((), {"unreadable amount": 2}, (1, 2)), tolerance=1),
    parquet("amounts beyond all money", "One is 10 to the power of 300, one not a number.",
            table(total=[1e300, float("nan")]), Loaded((row("2", "b", total=""),), {"unreadable amount": 1}, (1,)),
            tolerance=1),
    parquet("nanoseconds", "Finer than is kept.",
            table(when=moments(1704448800123456789, 1704448800000000001, kind=pa.timestamp("ns"))),
            Loaded((row(when="2024-01-05 10:00:00.123456"), row("2", "b", "2024-01-05 10:00:00", "6.5000")))),
    parquet("times with a zone", "Moments, whatever the zone that they are shown in.",
            table(when=moments(1704448800, 1704448801, kind=pa.timestamp("s", tz="Asia/Shanghai"))),
            Loaded((row(when="2024-01-05 10:00:00"), row("2", "b", "2024-01-05 10:00:01", "6.5000"))),),
    parquet("times beyond the calendar", "146,000 years from now and ago.",
            table(when=moments(2**62, -(2**62), kind=pa.timestamp("us"))),
            Loaded((row(when="9999-12-30 23:59:59"), row("2", "b", "0001-01-02 00:00:00", "6.5000")))),
    parquet("lists where amounts belong", "One value in brackets.", table(total=[[5.0], [6.5]]),
            "data/raw/a.parquet, line 1: column 'total' cannot be read as amount (money) in 2 of 2 rows, for example "
            "of the form '[9.9]'. Map another column, add a value mapping, or raise `tolerance:` to set these rows "
            "aside.",
            late=True),
    parquet("lists, maps and structures as ids", "They are kept as the text that they are written as.",
            table(who=[{"x": 1}, {"x": 2}]), Loaded((row(who="{'x': 1}"), row("2", "{'x': 2}", total="6.5000")))),
    parquet("bytes as ids", "Bytes that are no text are written in numbers.",
            table(who=pa.array([b"a", b"\xff\x00"])),
            Loaded((row(), row("2", "\\xFF\\x00", total="6.5000")))),
    parquet("ids as floats with gaps", "A missing id made all ids 1.0, 2.0, NaN.", table(who=[1.0, float("nan")]),
            Loaded((row(who="1"), row("2", "", total="6.5000")),
                   notes=("customer_id: numbers exported with a decimal point (17850.0) are read as 17850.",))),
    parquet("column without a type", "Every value is missing.", table(total=pa.nulls(2)),
            Loaded((row(total=""), row("2", "b", total="")))),
    lines("JSON array", "All objects in one pair of brackets.", f"[{one().strip()},{one('2').strip()}]",
          f", line 1: one JSON array. {ONE_A_LINE}"),
    lines("JSON over several lines", "Set out for people to read.", '{\n "no": 1\n}\n',
          f", line 1: not a JSON object. {ONE_A_LINE}"),
    lines("JSON line broken off", "The last line has no end.", GOOD + '{"no": 41, "who"\n',
          Loaded(FORTY, {"missing order_id": 1}, (41,))),
    lines("lines that are no objects", "A number and a list stand between the objects.", GOOD + "5\n[1]\n",
          Loaded(FORTY, {"missing order_id": 2}, (41, 42))),
    lines("mixed types in JSON", "Numbers, words and nothing for the same key.",
          one(7, total="7.50") + one("007", total=None) + one(8.5, who={"id": 1}) + one(True, who=None),
          Loaded((row("007", total=""), row("7", total="7.5000"), row("8.5", '{"id":1}'), row("true", "")))),
    lines("numbers beyond 64 bits in JSON", "An id of 23 digits stays to the letter.",
          GOOD + one(12345678901234567890123), Loaded((*FORTY[:3], row("12345678901234567890123"), *FORTY[3:]))),
    lines("line separators in JSON", "Unicode's line separators may stand within texts.",
          json.dumps({"no": "1", "who": "a\u2028b", "when": "2024-01-05", "total": 5}, ensure_ascii=False),
          Loaded((row(who="a\u2028b"),))),
    lines("odd keys in JSON", "Points, quotes, signs of a path, an empty key, a zero byte.",
          one(**{"a.b": 1, 'a"b': 2, "$": 3, "": 4, "a'b": 5, "a\\b": 6, "[0]": 7, "\0": 8}), Loaded((row(),))),
    lines("endless depth in JSON", "Five thousand brackets.", one().replace('"a"', "[" * 5000 + "]" * 5000),
          f", line 1: not a JSON object. {ONE_A_LINE}"),
    lines("a key that comes late", "Only the last object has it.", GOOD + one("99", late=5),
          Loaded((*FORTY, row("99")), columns=("order_id", "customer_id", "ordered_at", "amount", "late"))),
    Case("JSON under the name of a CSV", "Somebody renamed it.", {"a.csv": one()},
         Refused(("data/raw/a.csv: this is JSON. Say `format: json_lines`, which reads one object a line.",))),
)  # fmt: skip
