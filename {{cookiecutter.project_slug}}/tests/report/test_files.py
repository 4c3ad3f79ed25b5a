"""What a report leaves beside its page: CSV files, hashed ids, findings and metrics."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.engagement import Project
from customer_analytics.report import csv_files, privacy
from customer_analytics.report.publishing import plain_number
from customer_analytics.spreadsheet import safe_text


def written(frame: pd.DataFrame, path: Path) -> list[list[str]]:
    csv_files.write(path, frame)
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


@given(st.text() | st.text(alphabet="=+-@;\t\r\n ＝a'\""))
def test_no_text_can_begin_like_a_formula_and_none_is_lost(text: str) -> None:
    safe = safe_text(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert safe.replace("'", "") == lines.replace("'", ""), "nothing but apostrophes comes or goes"
    assert safe.count("'") >= lines.count("'")
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_formulas_in_cells_and_column_names_are_disarmed_and_numbers_stay_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=1+1": ["@SUM(A1)", "plain", None], "change": [-1.5, 2.0, np.nan], "n": [-3, 4, 5]})
    assert written(frame, tmp_path / "t.csv") == [
        ["'=1+1", "change", "n"],
        ["'@SUM(A1)", "-1.5", "-3"],
        ["plain", "2.0", "4"],
        ["", "", "5"],
    ]


def test_a_category_and_a_name_used_twice_are_safe_too(tmp_path: Path) -> None:
    frame = pd.DataFrame([["+a", "=b"]], columns=["x", "x"]).astype("category")
    assert written(frame, tmp_path / "t.csv") == [["x", "x"], ["'+a", "'=b"]]


def test_days_and_moments_are_iso_and_lines_end_the_same_everywhere(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"day": pd.to_datetime(["2011-12-09", None]), "at": pd.to_datetime(["2011-12-09 12:50", "2011-12-10 00:00"])}
    )
    rows = written(frame, tmp_path / "t.csv")
    assert rows[1:] == [["2011-12-09", "2011-12-09T12:50:00"], ["", "2011-12-10T00:00:00"]]
    assert b"\r" not in (tmp_path / "t.csv").read_bytes()


def test_the_hash_of_an_id_is_hmac_with_the_projects_own_key(project: Project) -> None:
    frame = pd.DataFrame({"customer_id": ["00017850", "17850", "00017850", None], "n": [1, 2, 3, 4]})
    hashed = privacy.with_hashed_ids(frame, project)
    key = bytes.fromhex((project.folder / "data" / "customer_id.key").read_text(encoding="ascii"))
    assert len(key) == 32
    expected = "c" + hmac.new(key, b"00017850", hashlib.sha256).hexdigest()[:20]
    assert hashed["customer_id"].tolist()[:3] == [expected, privacy.hashed_id("17850", key), expected]
    assert pd.isna(hashed["customer_id"][3]) and frame["customer_id"][0] == "00017850"
    assert privacy.with_hashed_ids(frame, project).equals(hashed)  # the next run says the same


def test_two_projects_give_the_same_customer_different_names(every_part, tmp_path: Path) -> None:
    names = {
        privacy.hashed_id("17850", privacy.project_key(Project.find(every_part.make_project(tmp_path / name))))
        for name in ("one", "two")
    }
    assert len(names) == 2


def test_reports_that_start_together_agree_on_the_key(project: Project) -> None:
    code = (
        "from pathlib import Path; import sys; from customer_analytics.engagement import Project\n"
        "from customer_analytics.report import privacy\n"
        "print(privacy.project_key(Project.find(Path(sys.argv[1]))).hex())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(project.folder)], stdout=subprocess.PIPE) for _ in range(4)
    ]
    assert len({process.communicate(timeout=60)[0] for process in running}) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), (np.int64(3), 3), (0.5, 0.5), (np.float32(0.5), 0.5), (float("nan"), None), (float("inf"), None),
     (pd.NA, None), (None, None)],
)  # fmt: skip
def test_what_cannot_be_estimated_is_null_and_not_zero(value, expected) -> None:
    plain = plain_number("x", value)
    assert plain == expected and type(plain) is type(expected)


@pytest.mark.parametrize("value", ["3", True, [1]])
def test_a_metric_is_a_number(value) -> None:
    with pytest.raises(TypeError, match="x is"):
        plain_number("x", value)


def test_a_notebook_leaves_findings_metrics_and_tables(run) -> None:
    project = run[0]
    folder = project.reports / "draft" / "rfm"
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    assert [f["id"] for f in findings] == ["finding_0", "finding_1", "finding_2"]
    assert findings[0]["low"] == 0.36 and findings[1]["value"] is None and findings[0]["grade"] == "C"
    assert "<strong>" not in json.dumps(findings) and "**" not in findings[0]["statement"]
    assert json.loads((folder / "metrics.json").read_text(encoding="utf-8")) == {"customers": 4338, "gini": None}
    header = (folder / "tables" / "segments.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "segment,'=1+1,change"
    scores = list(csv.reader((folder / "tables" / "rfm_scores.csv").open(encoding="utf-8")))
    assert scores[0] == ["customer_id", "frequency"] and all(row[0].startswith("c") for row in scores[1:])
    assert scores[1][0] != scores[2][0]
