from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from customer_analytics.engagement.errors import EngagementError
from customer_analytics.engagement.reading import read_engagement
from customer_analytics.engagement.writing import write_sources

NEW: list[dict[str, Any]] = [
    {"table": "orders", "files": "data/raw/a.csv", "columns": {"order_id": "no", "amount": "Größe: x"}},
    {"table": "events", "files": "data/raw/b.parquet", "attributes": ["=1+1", "上海", "007"]},
]

BEFORE = """\
# top
client: "A"   # who
consultancy: 'Us'
"""
AFTER = """\

# below
reports:
  rfm: {bins: 4}  # four
"""


@pytest.mark.parametrize(
    "block",
    [
        "sources: []\n",
        "sources:\n",
        "sources:\n  - table: orders\n    files: x.csv\n",
        "sources:\n- table: orders\n  files: x.csv\n  columns:\n    order_id: a\n",
        "sources: [{table: orders, files: x.csv},\n  {table: events, files: y.csv}]\n",
        "sources:\n  - table: orders\n    files: x.csv\n    encoding:\n",
        "sources:\n  # a comment inside\n  - table: orders\n    files: >-\n      x.csv\n",
    ],
)
def test_only_the_old_block_goes(tmp_path: Path, block: str) -> None:
    path = tmp_path / "engagement.yml"
    path.write_text(BEFORE + block + AFTER, encoding="utf-8")
    write_sources(path, NEW)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(BEFORE + "sources:\n  - table: orders\n")
    assert text.endswith(AFTER)
    written = [source.model_dump(exclude_unset=True, mode="json") for source in read_engagement(path).sources]
    assert written == NEW
    assert yaml.safe_load(text)["sources"] == NEW


def test_a_second_write_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yml"
    path.write_text(BEFORE + "sources: []\n" + AFTER, encoding="utf-8")
    write_sources(path, NEW)
    once = path.read_bytes()
    write_sources(path, NEW)
    assert path.read_bytes() == once


def test_a_file_without_the_block_gets_it_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yml"
    path.write_text(BEFORE.rstrip("\n"), encoding="utf-8")
    write_sources(path, NEW)
    assert path.read_text(encoding="utf-8").startswith(BEFORE + "sources:\n")


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yml"
    path.write_bytes((BEFORE + "sources: []\n" + AFTER).replace("\n", "\r\n").encode())
    write_sources(path, NEW)
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")


def test_taking_all_sources_out_leaves_an_empty_list(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yml"
    path.write_text(BEFORE + "sources: []\n" + AFTER, encoding="utf-8")
    write_sources(path, NEW)
    write_sources(path, [])
    assert path.read_text(encoding="utf-8") == BEFORE + "sources: []\n" + AFTER


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yml"
    path.write_text("client: [\n", encoding="utf-8")
    with pytest.raises(EngagementError):
        write_sources(path, NEW)
    assert path.read_text(encoding="utf-8") == "client: [\n"
    assert [file.name for file in tmp_path.iterdir()] == ["engagement.yml"]


@example({"order_id": "0E0", "amount": "-1e3", "status": ".5"})
@example({"order_id": "\x85", "amount": "a\u2028b", "status": "\u2029"})
@given(st.dictionaries(st.sampled_from(["order_id", "amount", "status"]), st.text(min_size=1, max_size=20), min_size=1))
def test_any_column_name_of_a_client_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("p") / "engagement.yml"
    path.write_text(BEFORE + "sources: []\n" + AFTER, encoding="utf-8")
    write_sources(path, [{"table": "orders", "files": "a.csv", "columns": columns}])
    assert read_engagement(path).sources[0].columns == columns
