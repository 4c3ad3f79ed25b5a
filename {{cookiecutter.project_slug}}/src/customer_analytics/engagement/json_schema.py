"""The JSON Schema beside engagement.yml, with which editors complete and check it.

It is part of the template and made from the classes. After a change of them:
`python -m customer_analytics.engagement.json_schema engagement.schema.json`. A test keeps both equal.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from customer_analytics.engagement.settings import Engagement
from customer_analytics.schema import SCHEMAS


def engagement_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of engagement.yml. An empty key is allowed where the key may be left out."""
    schema = Engagement.model_json_schema()
    for block in [schema, *schema["$defs"].values()]:
        required = set(block.get("required", ()))
        for name, value in block.get("properties", {}).items():
            described = {key: part for key, part in value.items() if key != "title"}  # titles only repeat the key
            block["properties"][name] = described if name in required else _or_empty(described)
    schema["$defs"]["Source"]["properties"]["table"]["enum"] = list(SCHEMAS)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "engagement.yml",
        "description": "Client, brand, sources and parameters of a customer analytics project.",
    }


def write_schema(path: Path) -> None:
    """Write the schema as UTF-8 JSON."""
    text = json.dumps(engagement_schema(), indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _or_empty(value: dict[str, Any]) -> dict[str, Any]:
    """The same, or null: a key with nothing behind it counts as not given."""
    about = {key: part for key, part in value.items() if key in {"description", "default"}}
    rest = {key: part for key, part in value.items() if key not in about}
    options = rest.get("anyOf", [rest])
    if {"type": "null"} in options:
        return value
    return {**about, "anyOf": [*options, {"type": "null"}]}


if __name__ == "__main__":
    write_schema(Path(sys.argv[1]))
