from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.report.failure import write_failure_page
from customer_analytics.report.front_page import write_front_page, write_runs_index
from customer_analytics.report.front_page.groups import sort_key

NASTY = "<img src=x onerror=alert(1)>"
SUMMARY = {
    "title": f"Title {NASTY}",
    "standfirst": "Stand",
    "kpis": [{"label": "Revenue", "value": "$484k", "note": NASTY}, {"label": "Share", "value": "38%", "note": ""}],
    "findings": [
        {"grade": "C", "head": f"Head {i}", "statement": "ab", "rich": ["a", NASTY, "b"], "notable": i != 1}
        for i in range(6)
    ],
    "recommendation": "Do it",
}


def entry(name: str, status: str = "complete", **more: Any) -> dict[str, Any]:
    return {
        "name": name, "status": status, "reason": None, "verdict": None, "page": f"{name}.html",
        "notebook": f"{name}/notebook.ipynb", "parameters": {"as_of": None, "bins": 5}, "subset": None, "folder": None,
        "seconds": 1.0, "cached": False, "summary": SUMMARY if status == "complete" else None, **more,
    }  # fmt: skip


def manifest(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "format": 1, "run": "2026-11-21_2011", "client": "C", "created_at": "2026-11-21T20:11:12+00:00",
        "as_of": "2011-12-09", "language": "en", "template_version": "0.1.0", "versions": {"python": "3.11"},
        "data": {"fingerprint": "7f3a", "tables": {"orders": 22190}, "loaded_at": "2026-11-21T20:00:00"},
        "reports": list(entries), **more,
    }  # fmt: skip


def written(project: Project, record: dict[str, Any]) -> str:
    write_front_page(project.reports / record["run"], record, project)
    return (project.reports / record["run"] / "index.html").read_text(encoding="utf-8")


def test_the_front_page_says_what_every_report_says(project: Project) -> None:
    html = written(project, manifest(entry("data_audit"), entry("rfm")))
    assert html.count('<section class="report brief-card">') == 2 and html.count("$484k") == 2
    assert "Title &lt;img" in html and "<img" not in html and "<strong>&lt;img src=x" in html
    assert 'href="rfm.html"' in html and "2 reports are complete." in html
    heads = re.findall(r"<span>(Head \d)</span>", html)
    assert heads == ["Head 0", "Head 2", "Head 3"] * 2  # three a report, the notable ones


def test_skipped_and_failed_reports_are_named_with_their_reason(project: Project) -> None:
    failed = entry(
        "churn", "failed", reason="The cell stopped.", failure={"cell": "5", "mend": "Open it.", "kind": "KeyError"}
    )
    skipped = entry("funnel", "skipped", reason="There are no events.", verdict={"level": 0, "reason": "No events."})
    html = written(project, manifest(entry("rfm"), skipped, failed))
    assert "One report is complete. One was skipped, because the data cannot carry it. One failed." in html
    assert "The cell stopped. Open it. The executed notebook lies in churn/notebook.ipynb." in html
    assert "There are no events." in html and 'href="churn.html"' in html and 'href="funnel.html"' not in html


@pytest.mark.parametrize(("level", "words"), [(0, "no-go"), (1, "go with limits"), (2, "go")])
def test_verdicts_are_words(project: Project, level: int, words: str) -> None:
    html = written(project, manifest(entry("rfm", verdict={"level": level, "reason": "Because."})))
    assert re.search(rf'data-key="{level}"><i class="\w+"></i>{words}</td>', html) and "Because." in html


def test_groups_stand_side_by_side(project: Project) -> None:
    sets = [{"value": v, "folder": v.lower(), "customers": n} for v, n in (("North", 812), ("South", 90))]
    entries = [
        entry("rfm", subset=f"region={v}", folder=f"{v.lower()}/", page=f"{v.lower()}/rfm.html")
        for v in ("North", "South")
    ]
    html = written(project, manifest(*entries, for_each={"column": "region", "sets": sets, "left_out": 2}))
    assert (
        html.count("<article>") == 0
        and html.count('data-label="Conclusion"') == 2
        and 'href="north/rfm.html"' in html
        and "by region" in html
    )
    assert 'data-key="484000.0">$484k' in html and "2 groups are left out" in html


def test_a_figure_that_is_another_in_each_group_has_no_column(project: Project) -> None:
    sets = [{"value": v, "folder": v, "customers": 90} for v in ("north", "south")]
    entries = [entry("rfm", subset=f"region={v}", folder=f"{v}/", page=f"{v}/rfm.html") for v in ("north", "south")]
    kpis = entries[1]["summary"]["kpis"]
    entries[1]["summary"] = entries[1]["summary"] | {"kpis": [kpis[0] | {"label": "Revenue from Loyal"}, *kpis[1:]]}
    html = written(project, manifest(*entries, for_each={"column": "region", "sets": sets, "left_out": 0}))
    columns = re.findall(
        r'<th scope="col"[^>]*>([^<]*)</th>', html.split("by region</caption>")[1].split("</thead>")[0]
    )
    assert columns[2:] == [*(kpi["label"] for kpi in kpis[1:]), "Conclusion"]


@pytest.mark.parametrize(
    ("shown", "key"),
    [("$484k", 484_000), ("38%", 38), ("−£1.2m", -1_200_000), ("48.4 万元", 484_000), ("–", ""), ("1,234", 1_234)],
)
def test_figures_sort_by_amount(shown: str, key: float) -> None:
    assert sort_key(shown) == key


def test_the_list_of_runs_is_newest_first_and_links_each(project: Project) -> None:
    runs = [manifest(entry("rfm"), run="2026-11-22_0900"), manifest(entry("rfm", "failed"), run="2026-11-21_2011")]
    write_runs_index(project, runs)
    html = (project.reports / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"]+/index.html)"', html) == [
        "2026-11-22_0900/index.html",
        "2026-11-21_2011/index.html",
    ]
    assert "1 of 1" in html and "0 of 1" in html


def test_an_empty_list_of_runs_is_a_page(project: Project) -> None:
    assert write_runs_index(project, []) > 0


def test_the_page_of_a_failed_report_is_plain_words(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "churn.html"
    write_failure_page(
        path, project=project, report="churn", cell=f"cell 5 of 12, {NASTY}", error=f"It stopped.\n{NASTY}",
        notebook="churn/notebook.ipynb", language="zh_CN",
    )  # fmt: skip
    html = path.read_text(encoding="utf-8")
    assert "这份报告未能生成" in html and "churn/notebook.ipynb" in html and "<img" not in html


def test_two_runs_over_the_same_data_differ_only_in_what_names_the_run(project: Project) -> None:
    one = written(project, manifest(entry("rfm")))
    two = written(project, manifest(entry("rfm", seconds=9.0, cached=True), run="2026-11-22_0900"))
    assert one.replace("2026-11-21_2011", "R") == two.replace("2026-11-22_0900", "R")


def test_of_groups_only_verdicts_with_limits_are_listed(project: Project) -> None:
    sets = [{"value": v, "folder": v, "customers": 90} for v in ("north", "south")]
    entries = [
        entry("rfm", folder=f"{v}/", page=f"{v}/rfm.html", verdict={"level": level, "reason": f"Because of {v}."})
        for v, level in (("north", 2), ("south", 1))
    ]
    html = written(project, manifest(*entries, for_each={"column": "region", "sets": sets, "left_out": 0}))
    assert "Because of south." in html and "Because of north." not in html
    assert "<h1>The groups by region, side by side</h1>" in html  # no figure with an interval to compare
    assert "2 reports are complete." in html


def test_a_first_run_is_compared_with_nothing(project: Project) -> None:
    nothing = {"run": None, "reason": "This is the first run.", "counts": {}, "items": []}
    assert "No earlier run can be compared with this one." in written(project, manifest(entry("rfm"), changes=nothing))
    assert 'id="changes"' not in written(project, manifest(entry("rfm")))
