from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from customer_analytics.engagement.json_schema import engagement_schema

HERE = Path(__file__).parents[2]


def errors(data: dict[str, Any]) -> list[str]:
    validator = jsonschema.Draft202012Validator(engagement_schema())
    return [error.json_path for error in validator.iter_errors(data)]


def test_the_schema_beside_the_file_is_the_one_of_the_classes() -> None:
    written = json.loads((HERE / "engagement.schema.json").read_text(encoding="utf-8"))
    assert written == engagement_schema(), (
        "run: python -m customer_analytics.engagement.json_schema engagement.schema.json"
    )


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(engagement_schema())


def test_engagement_yml_names_the_schema_and_passes_it() -> None:
    text = (HERE / "engagement.yml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=engagement.schema.json\n")
    data = yaml.safe_load(text.replace("{{", "").replace("}}", ""))
    data.update(language="en", industry="retail")
    assert errors(data) == []


def test_empty_keys_pass_as_they_do_in_the_product() -> None:
    assert errors({"client": "A", "consultancy": "B", "brand": None, "sources": None, "as_of": None}) == []


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"consultancy": "B"}, "$"),
        ({"client": "A", "consultancy": "B", "languge": "en"}, "$"),
        ({"client": "A", "consultancy": "B", "language": "fr"}, "$.language"),
        ({"client": "A", "consultancy": "B", "reports": {"rfm": {"bins": 99}}}, "$.reports"),
        ({"client": "A", "consultancy": "B", "sources": [{"table": "ordres", "files": "x"}]}, "$.sources"),
    ],
)
def test_an_editor_marks_what_the_product_refuses(data: dict[str, Any], path: str) -> None:
    assert path in errors(data)
