"""Lists in the layouts that customer data platforms import. Only those to contact: nobody held out leaves the project.

* Segment: bodies for the HTTP API's `/v1/batch`, one a line, with an identify call for each customer. A body holds at
  most 2,500 calls and 500 KB, a call at most 32 KB. The message id makes a body that is posted twice count once.
* Braze: a CSV of attributes with `external_id` first; booleans are true and false, times ISO 8601, blank cells leave a
  profile as it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.report.csv_files import safe_frame
from customer_analytics.spreadsheet import safe_raw_text

SEGMENT_FILE, BRAZE_FILE = "segment.jsonl", "braze.csv"
CALLS, BODY_BYTES, CALL_BYTES = 2_500, 500_000, 32_000


def write_segment(folder: Path, people: pd.DataFrame, audience: str, assigned_at: dt.datetime) -> None:
    """Write identify calls with the trait `audience_<name>` and the chosen columns; empty values are left out.

    Raises:
        UserError: a customer's columns are longer than a call may be.
    """
    with (folder / SEGMENT_FILE).open("w", encoding="utf-8", newline="\n") as file:
        for body in _bodies(people, audience, assigned_at):
            file.write(body)


def _bodies(people: pd.DataFrame, audience: str, assigned_at: dt.datetime) -> Iterator[str]:
    head, tail = '{"batch":[', "]}\n"
    calls: list[str] = []
    size = 0
    for call in _calls(people, audience, assigned_at):
        length = len(call.encode("utf-8"))
        if length > CALL_BYTES:
            what = f"one customer's columns come to {length:,} bytes; Segment takes {CALL_BYTES:,} in a call."
            raise UserError([Problem("--format segment", what, "Choose fewer --columns.")])
        if calls and (len(calls) == CALLS or size + length + 1 > BODY_BYTES - len(head) - len(tail)):
            yield head + ",".join(calls) + tail
            calls, size = [], 0
        calls.append(call)
        size += length + 1
    if calls:
        yield head + ",".join(calls) + tail


def _calls(people: pd.DataFrame, audience: str, assigned_at: dt.datetime) -> Iterator[str]:
    moment = assigned_at.isoformat(timespec="seconds") + "Z"
    own = {f"audience_{audience}": True}
    columns = [column for column in people.columns if column != "customer_id"]
    values = [_plain(people[column]) for column in columns]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    for place, customer in enumerate(people["customer_id"]):
        traits = own | {name: own_values[place] for name, own_values in zip(columns, values, strict=True)}
        mark = hashlib.blake2b(f"{audience}\0{moment}\0{customer}".encode("utf-8", "surrogatepass"), digest_size=16)
        yield encode(
            {
                "type": "identify",
                "messageId": f"audience-{mark.hexdigest()}",
                "userId": customer,
                "traits": {name: value for name, value in traits.items() if value is not None},
                "timestamp": moment,
            }
        )


def _plain(values: pd.Series) -> list[Any]:
    """Values as JSON knows them: numbers, texts, true and false; days and moments as ISO 8601; None for nothing."""
    if values.dtype.kind == "M":
        return [None if pd.isna(one) else one.isoformat() for one in values]
    plain = values.astype(object).where(values.notna(), None).tolist()
    return [_json_value(one) for one in plain]


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value if abs(value) < float("inf") else None
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    try:
        return float(value)  # decimals
    except (TypeError, ValueError):
        return str(value)


def write_braze(folder: Path, people: pd.DataFrame, audience: str) -> int:
    """Write the attributes; returns how many customers had to be left out.

    An id that a spreadsheet would run as a formula cannot stand in a CSV: with an apostrophe before it Braze would make
    a new profile, without it whoever opens the file runs it.
    """
    ids = people["customer_id"]
    safe = ids.map(safe_raw_text).to_numpy() == ids.to_numpy()
    kept = people[safe].rename(columns={"customer_id": "external_id"})
    kept.insert(1, f"audience_{audience}", "true")
    flags = {column: _flags(kept[column]) for column in kept.columns if kept[column].dtype in (bool, "boolean")}
    frame = safe_frame(kept.assign(**flags).drop(columns="external_id"))
    frame.insert(0, "external_id", kept["external_id"])
    frame.to_csv(folder / BRAZE_FILE, index=False, encoding="utf-8", lineterminator="\n")
    return int((~safe).sum())


def _flags(values: pd.Series) -> pd.Series:
    words: Mapping[bool, str] = {True: "true", False: "false"}
    return values.astype(object).map(words)
