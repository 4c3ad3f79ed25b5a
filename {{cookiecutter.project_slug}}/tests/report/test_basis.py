"""What a report leaves for the next one: marks and settings, and nothing of customers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.report.basis import as_text, basis, data_facts
from customer_analytics.tables.load import load

SOURCES = """\
client: Tiny
consultancy: Example
minimum_group: 5
sources:
  - table: orders
    files: orders{files}.csv
    columns: {{order_id: no, customer_id: who, ordered_at: day, amount: total}}
    {extra}
"""
ROWS = ["A1,Ann Smith,2024-01-03,10.00,x", "A2,Bob,2024-01-20,5.00,y", "A3,Ann Smith,2024-02-02,7.50,z"]


def loaded(folder: Path, rows: list[str], extra: str = "", files: str = "") -> dict[str, Any]:
    text = SOURCES.format(extra=extra, files=files)
    (folder / "engagement.yml").write_text(text, encoding="utf-8")
    (folder / "orders.csv").write_text("\n".join(["no,who,day,total,note", *rows]) + "\n", encoding="utf-8")
    project = Project.find(folder)
    return data_facts(project, load(project))


def test_a_month_has_another_mark_exactly_when_its_rows_or_their_worth_change(tmp_path: Path) -> None:
    first = loaded(tmp_path, ROWS)["history"]["orders"]
    assert sorted(first) == ["2024-01", "2024-02"]
    assert loaded(tmp_path, ROWS[::-1])["history"]["orders"] == first
    for changed in (ROWS[:1] + ROWS[2:], [ROWS[0].replace("10.00", "10.01"), *ROWS[1:]]):
        again = loaded(tmp_path, changed)["history"]["orders"]
        assert again["2024-01"] != first["2024-01"]
        assert again["2024-02"] == first["2024-02"]
    assert loaded(tmp_path, [*ROWS, "A4,Cy,2024-03-01,1.00,"])["history"]["orders"].items() > first.items()


def test_how_a_table_is_read_is_marked_and_where_its_files_lie_is_not(tmp_path: Path) -> None:
    before = loaded(tmp_path, ROWS)["tables"]["orders"]
    assert loaded(tmp_path, ROWS, files="*")["tables"]["orders"] == before
    aside = "set_aside: [{reason: small, when: [{column: total, less_than: 6}]}]"
    assert loaded(tmp_path, ROWS, extra=aside)["tables"]["orders"]["reading"] != before["reading"]
    without = loaded(tmp_path, ROWS, extra="attributes: none")["tables"]["orders"]
    assert set(before["columns"]) - set(without["columns"]) == {"note"}


@pytest.mark.parametrize("report", ["rfm", "personas"])
def test_it_names_no_customer_and_no_count_and_the_same_inputs_give_the_same_bytes(tmp_path: Path, report: str) -> None:
    facts = loaded(tmp_path, ROWS)
    (tmp_path / "tags.yml").write_text("tags: []\n", encoding="utf-8")
    published = {
        "report": report, "language": "en", "subset": None, "period": ["2024-01-03", "2024-02-02"],
        "made": {"as_of": "2024-02-02", "parameters": {"bins": 5}},
    }  # fmt: skip
    made = {
        "identity": "i", "asked": "", "loaded": facts, "template_version": "1", "code_version": "c", "versions": {},
        "data": {"fingerprint": "f"},
    }  # fmt: skip
    project = Project.find(tmp_path)
    text = as_text(basis(published, made, project))
    assert text == as_text(basis(published, made, project))
    for word in ("Ann", "Bob", "A1", "22.5", str(tmp_path)):
        assert word not in text
    assert ("tags" in json.loads(text)["settings"]) == (report == "personas")
