"""Ragged baskets: one line a basket, its items separated; made long, one row an item."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from ibis.backends.duckdb import Backend

from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats.delimited import find_delimiter, first_lines, stated_delimiter, text_rows
from customer_analytics.tables.formats.delimited_rows import open_delimited
from customer_analytics.tables.formats.encoding import find_encoding
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.raw import Raw, internal

BASKET, ITEM, LINE = "basket", "item", "__line"
# What the two columns are when the engagement maps nothing.
COLUMNS = {"order_id": BASKET, "product_id": ITEM, "product_name": ITEM}


def head_of_baskets(path: Path, name: str, source: Source) -> Head:
    """Encoding and delimiter of a basket file; its columns are always `basket` and `item`."""
    encoding = find_encoding(path, source.encoding, name)
    lines = first_lines(path, encoding, name)[source.skip_lines :]
    delimiter = stated_delimiter(source) or find_basket_delimiter(lines, path)
    return Head(path, name, SourceFormat.BASKETS, (BASKET, ITEM), encoding, delimiter, first_row=source.skip_lines + 1)


def find_basket_delimiter(lines: list[str], path: Path) -> str:
    """Lines are of different lengths, so the delimiter is the candidate that occurs most."""
    counts = {delimiter: sum(line.count(delimiter) for line in lines) for delimiter in (",", ";", "\t", "|")}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else find_delimiter(lines, path)


def open_baskets(backend: Backend, heads: list[Head], folder: Path) -> Raw:
    """One row an item; baskets are numbered through all files in the order of their lines."""
    copies = []
    basket = 0
    for i, head in enumerate(heads):
        copy = folder / f"baskets-{i}.csv"
        with (
            head.path.open(encoding=head.encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            for _ in range(head.first_row - 1):
                next(source, None)
            writer = csv.writer(target, lineterminator="\n")
            for line, items in _baskets(source, head):
                basket += 1
                writer.writerows((basket, item, line) for item in items)
        copies.append(Head(copy, head.name, SourceFormat.CSV, (BASKET, ITEM, LINE), "utf-8", ",", first_row=1))
    raw = open_delimited(backend, copies, folder)
    return Raw(raw.columns, raw.heads, raw.scan, internal(2))


def _baskets(lines: Iterator[str], head: Head) -> Iterator[tuple[int, list[str]]]:
    """Line number and items of each basket that has any."""
    reader = text_rows(lines, head.delimiter)
    for row in reader:
        items = [item.strip(" \ufeff") for item in row]
        items = [item for item in items if item]
        if items:
            yield head.first_row - 1 + reader.line_num, items
