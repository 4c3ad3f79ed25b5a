"""What a case of the corpus is: files that are wrong in one way, and exactly what must come of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ORDERS = {"order_id": "no", "customer_id": "who", "ordered_at": "when", "amount": "total"}
HEADER = "no,who,when,total\n"
Content = str | bytes | Callable[[], bytes]
Row = tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """The load stops with exactly these sentences, and the tables are what they were.

    `late`: what only reading all rows can tell, so `check`, which reads the heads, does not know it yet.
    """

    problems: tuple[str, ...]
    late: bool = False


@dataclass(frozen=True)
class Loaded:
    """The load ends well, with exactly these rows of `table`.

    `rows` are the values of `shown`, as text, sorted; a number where there are too many to write down. `aside` are the
    rows set aside by reason, `lines` where they stood, `money` what the rows kept are worth. `columns` are further
    columns that the table must have, and no others.
    """

    rows: tuple[Row, ...] | int
    aside: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[int, ...] = ()
    money: str | None = None
    table: str = "orders"
    shown: tuple[str, ...] = ("order_id", "customer_id", "ordered_at", "amount")
    columns: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One input that is wrong in one way.

    `name` is a few words for the table in the guide, `wrong` a sentence on what the client sent. `files` lie below
    data/raw. `arrange` makes what no file content can: links, rights. `meanwhile` patches what happens during the load.
    `needs` names what the system must have.
    """

    name: str
    wrong: str
    files: Mapping[str, Content]
    outcome: Refused | Loaded
    sources: Sequence[Mapping[str, Any]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    arrange: Callable[[Path], None] | None = None
    meanwhile: Callable[[Path, pytest.MonkeyPatch], None] | None = None
    needs: str = ""


def orders(files: str = "data/raw/*.csv", **more: Any) -> dict[str, Any]:
    """A source of orders with the columns no, who, when, total."""
    return {"table": "orders", "files": files, "columns": dict(ORDERS)} | more


def csv_of(*lines: str, header: str = HEADER) -> str:
    """A CSV file of these lines below the usual heading."""
    return header + "".join(f"{line}\n" for line in lines)


def many(rows: range, *, more: str = "") -> str:
    """Sound lines: order i of customer Ci on 5 January for i.50."""
    return "".join(f"{i},C{i},2024-01-05,{i}.50{more}\n" for i in rows)


def row(number: str = "1", who: str = "a", when: str = "2024-01-05 00:00:00", total: str = "5.0000") -> Row:
    """A row of orders as `Loaded` shows it."""
    return (number, who, when, total)


NONE_THERE = "none of the mapped columns is there: 'no', 'who', 'when', 'total'."
