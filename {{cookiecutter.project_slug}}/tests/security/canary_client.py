"""A client whose people can be told in any output: each name, phone, address, id and word of theirs is a canary.

The exports are those of the synthetic client, so that every report has something to say; what names a person in them is
replaced by invented words with a stem that no catalogue, no program and no font file holds.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from customer_analytics.engagement import Project
from customer_analytics.pipeline.sample_client import make_sample_client

PERSON = "zqvxkano"  # names, e-mails, streets, notes, words, devices
CLIENT_ID = "zqvxidnr"  # the client's own customer numbers
PHONE = "9998887"  # the first digits of each phone
SHARED = "zqvxlowc"  # a name that several people share, in a column that nobody mapped
STEMS = (PERSON, CLIENT_ID, PHONE, SHARED)
RARE = "龘"  # in every name; a font subset that holds it has seen one
MONEY = ("Total", "Paid back", "Fee", "Qty", "Price")
_NUMBER = re.compile(r"C1(\d{5})")
Row = dict[str, str]


def name_of(number: int) -> str:
    """The full name of the person with this number."""
    return f"Zqvxkano{number:05} {RARE}Hollis"


def email_of(number: int) -> str:
    """Their e-mail address, whose both parts are canaries."""
    return f"Zqvxkano{number:05}.h@zqvxkano{number % 7}.example.com"


def phone_of(number: int) -> str:
    """Their phone number."""
    return f"+{PHONE}{number:06}"


def id_of(number: int) -> str:
    """Their customer number."""
    return f"ZqvxIdnr{number:05}"


def values_of(number: int) -> Iterator[str]:
    """Everything by which a person could be told."""
    yield from (name_of(number), email_of(number), phone_of(number), id_of(number))
    yield from (email_of(number).lower(), phone_of(number)[1:], id_of(number).lower())


def plant(folder: Path, customers: int = 400) -> Project:
    """Make the synthetic client in a project and put canaries into its exports."""
    make_sample_client(Project.find(folder), customers=customers, seed=7, force=False)
    raw = folder / "data" / "raw" / "sample"
    for truth in raw.glob("truth*"):  # the synthetic client's own records; no client has them
        truth.unlink()
    _rewrite(raw / "customers.csv", _customer, delimiter=";")
    _rewrite(raw / "identities.csv", _identity)
    for name in ("touches.csv", "subscriptions.csv"):
        _rewrite(raw / name, _own)
    for file in [*(raw / "orders").glob("*.csv"), *(raw / "order_lines").glob("*.csv")]:
        _rewrite(file, _own)
    _rewrite_feedback(raw / "feedback.jsonl")
    for file in (raw / "events").glob("*.parquet"):
        _rewrite_events(file)
    (folder / "data" / "raw" / "unmapped_notes.txt").write_text(f"{name_of(1)}\n{email_of(1)}\n", encoding="utf-8")
    return Project.find(folder)


def spoil(folder: Path, rows: int = 2) -> None:
    """Rows that cannot be read, with a person's data where a date, a number or a flag belongs; few enough to load."""
    raw = folder / "data" / "raw" / "sample"
    wrong = {
        raw / "customers.csv": ("Joined", "Born", "Mailing ok"),
        raw / "touches.csv": ("Assigned", "Sent", "Opened"),
        raw / "subscriptions.csv": ("Start", "Fee"),
        sorted((raw / "orders").glob("*.csv"))[0]: ("Order time", "Total", "Paid back"),
        sorted((raw / "order_lines").glob("*.csv"))[0]: ("Qty", "Price"),
    }
    for file, columns in wrong.items():
        _spoil(file, columns, rows, ";" if file.name == "customers.csv" else ",")


def _number_in(text: str) -> int:
    found = _NUMBER.search(text)
    return int(found[1]) if found else 0


def _own(row: Row) -> Row:
    """The row with canaries for customer numbers."""
    return {name: _NUMBER.sub(lambda found: id_of(int(found[1])), value or "") for name, value in row.items()}


def _customer(row: Row) -> Row:
    number = _number_in(row["Cust No"])
    return _own(row) | {
        "Name": name_of(number),
        "E-mail": email_of(number),
        "Mobile": phone_of(number),
        "Street": f"{number} Zqvxkano Street",
        "Closing note": f"Zqvxkano{number:05} wants a call back",
        "First name": f"Zqvxlowc{number % 5}",
        "Manager": f"Zqvxlowc Manager {number % 3}",
    }


def _identity(row: Row) -> Row:
    number = _number_in(row["Cust No"])
    kinds = {"phone": phone_of(number), "email": email_of(number)}
    return _own(row) | {"Identifier": kinds.get(row["Type"], f"zqvxkano-{row['Identifier']}")}


def _rewrite(file: Path, change: Callable[[Row], Row], delimiter: str = ",") -> None:
    reader = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")), delimiter=delimiter)
    rows = [change(row) for row in reader]
    _write(file, rows, delimiter)


def _write(file: Path, rows: list[Row], delimiter: str) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def _spoil(file: Path, columns: tuple[str, ...], rows: int, delimiter: str) -> None:
    reader = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")), delimiter=delimiter)
    good = list(reader)
    for place, column in enumerate(columns):
        for row in range(rows):
            number = place * rows + row
            wrong = [email_of(number), name_of(number)]
            if column not in MONEY:  # a phone in a money column is money, as far as anyone can tell
                wrong.append(phone_of(number))
            good[number][column] = wrong[(place + row) % len(wrong)]
    _write(file, good, delimiter)


def _rewrite_feedback(file: Path) -> None:
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        number = _number_in(entry.get("cust_no") or "")
        said = f"{entry['comment']} Zqvxkano{number:05} here, call {phone_of(number)}, Zqvxkano delivery."
        lines.append(json.dumps(_own(entry) | {"comment": said, "agent": f"Zqvxlowc{number % 4}"}, ensure_ascii=False))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rewrite_events(file: Path) -> None:
    table = pq.read_table(file)
    users = [value and id_of(_number_in(value)) for value in table["user_id"].to_pylist()]
    numbers = [_number_in(value or "") for value in table["user_id"].to_pylist()]
    pages = table["screen"].to_pylist()
    addressed = [
        f"{page}/{email_of(number)}?token=zqvxkano" if number % 50 == 1 else page
        for page, number in zip(pages, numbers, strict=True)
    ]
    told = [
        json.dumps({"error": f"card of {name_of(number)} declined", "email": email_of(number)}) for number in numbers
    ]
    props = [
        mine if number % 20 == 1 else value
        for mine, value, number in zip(told, table["props"].to_pylist(), numbers, strict=True)
    ]
    elements = [
        f"Hello {name_of(number)}" if number % 60 == 1 else value
        for value, number in zip(table["target"].to_pylist(), numbers, strict=True)
    ]
    new = {"user_id": users, "screen": addressed, "props": props, "target": elements}
    for name, values in new.items():
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, pa.string()))
    for name in ("cookie", "session"):
        prefixed = pc.binary_join_element_wise("zqvxkano-", table[name].cast(pa.string()), "")
        table = table.set_column(table.schema.get_field_index(name), name, prefixed)
    pq.write_table(table, file)
