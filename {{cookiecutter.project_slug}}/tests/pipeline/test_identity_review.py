"""The review file of proposed pairs: who may read which number, and nothing else of anybody."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from customer_analytics.engagement import Project
from customer_analytics.pipeline.identity_review import write_review


@pytest.fixture
def project(tmp_path):
    def make(privacy, rows=2):
        settings = {"client": "Test", "consultancy": "Test", "privacy": privacy}
        (tmp_path / "engagement.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        tables = tmp_path / "data" / "tables"
        tables.mkdir(parents=True, exist_ok=True)
        pairs = pd.DataFrame(
            {"account_left": ["=cmd()", "a1"], "account_right": ["b2", "b1"], "probability": [0.99, 0.9],
             "agrees_last": [2, 1], "agrees_city": [-1, 0]}
        )  # fmt: skip
        pairs.head(rows).to_parquet(tables / "identity_proposed.parquet")
        return Project.find(tmp_path)

    return make


def review(project):
    return write_review(project, project.tables)


def test_operations_sees_the_clients_numbers_safe_to_open(project):
    text = review(project("operations")).read_text(encoding="utf-8")
    assert text.splitlines() == [
        "account_left,account_right,probability,agrees_last,agrees_city",
        "'=cmd(),b2,0.99,agrees,not known",
        "a1,b1,0.9,nearly,differs",
    ]


def test_an_analyst_sees_hashes(project):
    frame = pd.read_csv(review(project("analyst")))
    assert frame["account_left"].str.fullmatch(r"c[0-9a-f]{20}").all()
    assert frame["account_right"].str.fullmatch(r"c[0-9a-f]{20}").all()


def test_executives_get_no_list_and_nothing_proposed_is_no_file(project):
    assert review(project("executive")) is None
    assert review(project("operations", rows=0)) is None
