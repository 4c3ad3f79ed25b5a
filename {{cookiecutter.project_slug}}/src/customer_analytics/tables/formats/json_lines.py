"""JSON lines: one object a line; objects need not have the same keys."""

from __future__ import annotations

import json
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats.delimited import first_lines
from customer_analytics.tables.formats.encoding import as_utf8, find_encoding
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.lines import read_lines
from customer_analytics.tables.formats.raw import Raw, internal
from customer_analytics.tables.parsing.functions import json_keys, json_text, json_valid, trim_of


def head_of_json_lines(path: Path, name: str, source: Source) -> Head:
    """The keys of the first objects.

    Raises:
        UserError: the first line is no JSON object.
    """
    encoding = find_encoding(path, source.encoding, name)
    keys: dict[str, None] = {}
    for number, line in enumerate(first_lines(path, encoding, name)[source.skip_lines :], start=source.skip_lines + 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if isinstance(entry, dict):
            keys.update(dict.fromkeys(key for key in entry if key and "\0" not in key))
        elif not keys:
            what = "one JSON array." if line.lstrip().startswith("[") else "not a JSON object."
            mend = "JSON lines hold one object a line, without brackets and commas around them."
            raise UserError([Problem(f"{name}, line {number}", what, mend)])
    return Head(path, name, SourceFormat.JSON_LINES, tuple(keys), encoding, first_row=source.skip_lines + 1)


def open_json_lines(backend: Backend, heads: list[Head], folder: Path) -> Raw:
    """Each object as a row of text; keys that first appear further down are columns too."""
    paths = {
        str(as_utf8(head.path, head.encoding, folder / f"text-{i}.jsonl", head.name)): head
        for i, head in enumerate(heads)
    }
    skip = heads[0].first_row - 1
    lines = read_lines(backend, list(paths), skip)
    known = dict.fromkeys(column for head in heads for column in head.columns)
    keys = lines.filter(json_valid(lines.line)).select(key=json_keys(lines.line).unnest()).distinct()
    found = (key for key in keys.to_pyarrow()["key"].to_pylist() if key and "\0" not in key)
    known.update(dict.fromkeys(sorted(found)))
    columns = tuple(known)

    def scan(rejects: str | None) -> ir.Table:
        del rejects
        sound = ibis.ifelse(json_valid(lines.line), lines.line, ibis.null("string"))
        values = {internal(i): json_text(sound, _path_of(key)) for i, key in enumerate(columns)}
        return lines.select(**values, file=lines.file)

    return Raw(columns, paths, scan)


def _path_of(key: str) -> ir.StringValue:
    """The JSON path of a key, quoted.

    Within a call that changes nothing: a bare path is written into the query as it is, and a key with an apostrophe
    would end it.
    """
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    path: ir.StringValue = trim_of(ibis.literal(f'$."{quoted}"'), " ")
    return path
