"""Every metric of the guide has a term with formula, edge cases and source, and the terms name no other metrics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from customer_analytics.narrative.glossary import REPORTS, term_of, terms

GUIDE = Path(__file__).parents[1] / "docs" / "guide" / "metrics.md"
_REST = re.compile(r", and the same of |, with |, each with ")  # what follows speaks of the names before
_FILE = re.compile(r"\.(csv|parquet|json|md|graphml)\b")


def documented(report: str) -> set[str]:
    """The names in the tables of metrics of a report's chapter."""
    chapter = re.split(rf"^## {report}$", GUIDE.read_text(encoding="utf-8"), flags=re.M)[1]
    chapter = re.split(r"^## ", chapter, flags=re.M)[0]
    cells = [line.split("|")[1] for line in chapter.splitlines() if line.startswith("| `")]
    named = [_REST.split(cell)[0] for cell in cells if not _FILE.search(cell)]
    return {name for cell in named for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("report", REPORTS)
def test_every_metric_of_the_guide_is_in_the_glossary(report: str) -> None:
    names = {name for name in documented(report) if not name.startswith(".")}
    missing = sorted(name for name in names if term_of(report, name, "en") is None)
    assert len(names) > 10 and not missing


@pytest.mark.parametrize("report", REPORTS)
def test_every_metric_of_the_glossary_is_in_the_guide(report: str) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    parts = {name for term in terms(report, "en") for name in term.metrics}
    missing = sorted(name for name in parts if name not in text and name.rpartition(".")[2] not in text)
    assert not missing
