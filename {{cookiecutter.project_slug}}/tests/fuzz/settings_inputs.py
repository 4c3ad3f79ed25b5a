"""Random contents of engagement.yml: made from its own JSON Schema, then damaged at one place or in its text."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

KeyPath = tuple[str | int, ...]
INFINITE = 9.87e307  # stands for a number too large for a double; json cannot write one
LETTERS = st.sampled_from(
    list("aZ09 _-.:,;#'\"\\/{}[]()<>*&!|%@`=~?+$^\t\n\0\x1b\x7f\x85\u00a0é中\u200b\u202e\ufeff🎉")
)
TEXT = st.text(LETTERS, max_size=12)
ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 10**17, 10**40, 1.5, -0.0, 1e308, INFINITE, "", " ", "x", "yes", "null", "007", "1e999", "\0",
    "a\nb", "\x1b[31mred", "\u202eabc", "\ufeff", "x" * 20_000, "2024-02-30", "0001-01-01", "9999-12-31", "{{ x }}",
    "{x}", "%s", "=1+1", "<b>", "${HOME}", "../../etc/passwd", "🎉", "上海", [], [None], [[]], [[[[1]]]], ["x"] * 3,
    {}, {"": 1}, {"x": None}, {"x": {"y": {"z": [1]}}}, {"🎉": 1}, [{"x": 1}], [1, 2.5, "x", None, True],
)  # fmt: skip


def texts_of(schema: Mapping[str, Any], node: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a node of the schema allows."""
    if "$ref" in node:
        return texts_of(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    if "anyOf" in node:
        return st.one_of([texts_of(schema, option) for option in node["anyOf"]])
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "const" in node:
        return st.just(node["const"])
    match node.get("type"):
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(_low(node, 0), _high(node, 10**6))
        case "number":
            return st.floats(_low(node, 0), _high(node, 10**6), allow_nan=False, allow_infinity=False)
        case "array":
            items = texts_of(schema, node.get("items", {"type": "string"}))
            return st.lists(items, min_size=node.get("minItems", 0), max_size=3)
        case "object":
            return _objects(schema, node)
    if "pattern" in node:
        return st.from_regex(node["pattern"].replace("$", r"\Z"), alphabet=st.characters(max_codepoint=127))
    if node.get("format") == "date":
        return st.dates().map(str)
    longest = min(node.get("maxLength", 12), 12)
    return st.text(LETTERS, min_size=node.get("minLength", 0), max_size=longest)


def _low(node: Mapping[str, Any], otherwise: float) -> Any:
    return node.get("minimum", node.get("exclusiveMinimum", otherwise))


def _high(node: Mapping[str, Any], otherwise: float) -> Any:
    return node.get("maximum", node.get("exclusiveMaximum", max(otherwise, _low(node, 0))))


def _objects(schema: Mapping[str, Any], node: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    properties = node.get("properties", {})
    if not properties:
        values = node.get("additionalProperties")
        return st.dictionaries(TEXT, texts_of(schema, values) if isinstance(values, dict) else TEXT, max_size=3)
    required = set(node.get("required", ()))
    parts = {name: st.deferred(lambda value=value: texts_of(schema, value)) for name, value in properties.items()}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def places(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of every value in a document, blocks and lists as well."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def replaced(document: Any, path: KeyPath, value: Any) -> Any:
    """A copy of the document with another value at a place."""
    changed = copy.deepcopy(document)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


def written(document: Any) -> str:
    """A document as YAML with one value a line: JSON is YAML."""
    return json.dumps(document, indent=1, ensure_ascii=False).replace(str(INFINITE), "1e999")


def line_of(document: Any, path: KeyPath) -> tuple[int, int]:
    """First and last line of the value at a place, as `written` writes it, counted from 1."""
    mark = "place-that-no-document-holds"
    before = written(replaced(document, path, mark)).split("\n")
    first = next(number for number, line in enumerate(before, start=1) if mark in line)
    return first, first + written(document).count("\n") + 1 - len(before)


COMPLETE: dict[str, Any] = {
    "template_version": "0.1.0", "client": "Acme", "consultancy": "Us", "language": "en", "currency": "EUR",
    "time_zone": "Europe/Berlin", "industry": "retail", "as_of": "2024-05-01", "privacy": "analyst",
    "minimum_group": 10, "engine": {"name": "duckdb", "settings": {"threads": 2}},
    "brand": {"cover": "#0f2a33", "accent": "#0b5563", "confidentiality": "Confidential"},
    "sources": [
        {
            "table": "orders", "files": "data/raw/*.csv", "format": "csv", "encoding": "utf-8", "delimiter": ";",
            "header": True, "skip_lines": 1, "columns": {"order_id": "no", "amount": "total", "status": "state"},
            "attributes": ["note"], "constants": {"channel": "web"}, "values": {"status": {"bezahlt": "paid"}},
            "formats": {"ordered_at": "%d.%m.%Y"}, "decimal": ",", "time_zone": "UTC",
            "set_aside": [{"reason": "test", "when": [{"column": "no", "starts_with": "T"}]}],
            "duplicates": "set_aside", "tolerance": 0.1,
        },
        {
            "table": "customers", "url": "sqlite:///crm.db", "database_table": "people",
            "columns": {"customer_id": "id"}, "attributes": "none",
        },
        {
            "table": "orders", "files": "old.txt", "format": "fixed_width", "header": False,
            "fixed_columns": [{"name": "no", "start": 1, "end": 8}], "columns": {"order_id": "no"},
        },
        {"table": "events", "files": "e.xlsx", "sheets": ["a"], "header": False, "names": ["who"], "columns": {}},
    ],
    "identity": {
        "resolve": True, "hard": ["email"], "soft": ["phone"], "soft_needs": "either", "one_value": ["gender"],
        "calling_code": "+49", "trunk_prefix": "0", "most_accounts": 5, "ignore": ["none"], "largest": 10,
        "suspected": "report",
        "linkage": {"compare": ["city", "email"], "expected_share": 0.1, "propose_from": 0.8, "merge_from": 0.9},
    },
}  # fmt: skip
