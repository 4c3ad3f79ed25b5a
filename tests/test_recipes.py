"""Cookbook, troubleshooting and common exports: what they show is read by the product's own readers."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from pathlib import Path

import pytest
import yaml

from customer_analytics.analysis.query import parse_condition
from customer_analytics.engagement.parameters import ReportParameters
from customer_analytics.engagement.settings import Engagement
from customer_analytics.presets.model import presets
from customer_analytics.questions.reading import read_question
from customer_analytics.questions.vocabulary import Known, vocabulary

HERE = Path(__file__).parents[1]
GUIDE = HERE / "docs" / "guide"
PACKAGE = HERE / "{{cookiecutter.project_slug}}" / "src" / "customer_analytics"
WORDS = vocabulary(Known(facts={"gender": ("F", "M")}, goods=(), flags=()), None)
COMMAND = re.compile(r"^ {4}(analytics .*?)(?:  #.*)?$", re.MULTILINE)


def text_of(page: str) -> str:
    return (GUIDE / page).read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    pages = ("cookbook.md", "exports.md", "getting-started.md", "zh/getting-started.md")
    return [shlex.split(line) for page in pages for line in COMMAND.findall(text_of(page))]


def test_there_are_enough_recipes() -> None:
    assert len(re.findall(r"^### \d+\. ", text_of("cookbook.md"), re.MULTILINE)) >= 15


def test_every_condition_is_read() -> None:
    conditions = [words[2] for words in commands() if words[1] == "audience" and not words[2].startswith("--")]
    assert len(conditions) >= 5
    for condition in conditions:
        parse_condition(condition, where=condition)


def test_every_question_is_understood() -> None:
    asked = [words[2] for words in commands() if words[1] == "ask"]
    assert len(asked) >= 2
    for question in asked:
        parse_condition(read_question(question, WORDS, dt.date(2026, 6, 30)).condition, where=question)


def test_every_parameter_is_one_of_its_report() -> None:
    seen = 0
    for words in commands():
        if words[1] != "run" or len(words) < 3 or words[2].startswith("-"):
            continue
        block = ReportParameters.model_fields[words[2]].annotation
        for pair in (words[at + 1] for at, word in enumerate(words) if word == "-p"):
            assert pair.split("=")[0] in block.model_fields, pair  # type: ignore[union-attr]
            seen += 1
    assert seen >= 5


def test_every_preset_that_is_named_exists() -> None:
    named = [words[words.index("--from") + 1] for words in commands() if "--from" in words]
    assert named and set(named) <= set(presets())


@pytest.mark.parametrize("page", ["cookbook.md", "getting-started.md"])
def test_every_block_of_engagement_yml_is_valid(page: str) -> None:
    for block in re.findall(r"```yaml\n(.*?)```", text_of(page), re.DOTALL):
        Engagement.model_validate({"client": "A", "consultancy": "B", **yaml.safe_load(block)})


def test_every_message_of_troubleshooting_is_in_the_product() -> None:
    quoted = re.findall(r"^\| `([^`]+)` \|", text_of("troubleshooting.md"), re.MULTILINE)
    assert len(quoted) >= 25
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    missing = [message for message in quoted if message not in source]
    assert not missing, missing


def test_the_page_of_exports_has_every_preset_with_its_headings_and_sources() -> None:
    page = " ".join(text_of("exports.md").split())
    for name, preset in presets().items():
        assert f"## {name}: {preset.title}" in page
        for export in preset.exports:
            assert all(f"`{heading}`" in page for heading in export.has), export.name
        assert all(f"<{address}>" in page for address in preset.headings)
        plain = [note for note in preset.notes if " SELECT " not in note]
        assert all(" ".join(note.split()) in page for note in plain)
        queries = [note.partition(": SELECT ")[2] for note in preset.notes if " SELECT " in note]
        assert all(" ".join(query.split()) in page for query in queries)
