"""The state of the base, the ranking, the bridge and the groups of the front page, each by an independent route."""

from __future__ import annotations

import csv
import itertools
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.report.front_page import write_front_page
from customer_analytics.report.front_page.actions import lists
from customer_analytics.report.front_page.bridge import bridge, steps
from customer_analytics.report.front_page.multiples import panels, who_stands_out
from customer_analytics.report.front_page.ranking import ALIKE, STAKES, points_of, ranked
from customer_analytics.report.front_page.results import Results
from customer_analytics.report.front_page.state import growth, kpis, scorecard

ENGLISH = Language("en", "GBP")
NASTY = "<img src=x onerror=alert(1)>{0}"


def finding(name: str, grade: str = "C", **more: Any) -> dict[str, Any]:
    told = {"id": name, "grade": grade, "head": f"Head of {name}", "statement": name, "rich": [name], "notable": True}
    return told | {"value": None, "low": None, "high": None, "n": None, "unit": "", "meaning": "", "action": ""} | more


def report(
    folder: Path, name: str, *findings: dict[str, Any], metrics: dict[str, Any] | None = None, **more: Any
) -> Results:
    told = {"title": f"Title of {name}", "standfirst": "", "kpis": [], "recommendation": "Do it"}
    summary = told | {"findings": list(findings)}
    entry = {
        "name": name, "status": "complete", "page": f"{name}.html", "notebook": f"{name}/notebook.ipynb",
        "summary": summary, "reason": None, "verdict": None, "subset": None, "folder": None, "parameters": {}, **more,
    }  # fmt: skip
    (folder / name / "tables").mkdir(parents=True, exist_ok=True)
    (folder / name / "metrics.json").write_text(json.dumps(metrics or {}), encoding="utf-8")
    return Results(entry, folder / name, metrics or {})


def table(one: Results, name: str, rows: list[dict[str, Any]]) -> None:
    path = one.folder / "tables" / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def heads(chosen: Any) -> list[str]:
    return [each.finding["id"] for each in chosen]


def test_money_and_grade_decide_and_each_report_comes_first_once(tmp_path: Path) -> None:
    rfm = report(
        tmp_path, "rfm", finding("core", value=0.35), finding("bridge", "D", value=9.0), finding("moves", "D"),
        metrics={"revenue": 1000.0, "bridge.change": -50.0},
    )  # fmt: skip
    churn = report(tmp_path, "churn", finding("value_at_risk", "B"), finding("x", "A"), metrics={"value_at_risk": 160})
    basket = report(tmp_path, "basket_rules", finding("money", value=2.0))
    audit = report(tmp_path, "data_audit", finding("verdicts", "A"))
    # churn 2+3, rfm core 1+3, basket 1+1 are first of their report; then churn x 3, bridge 0+2; the audit has no place
    assert heads(ranked([audit, rfm, churn, basket])) == ["value_at_risk", "core", "x", "bridge", "money"]
    assert heads(ranked([audit, rfm, churn, basket], places=3)) == ["value_at_risk", "core", "money"]
    assert heads(ranked([audit])) == ["verdicts"]
    assert ranked([]) == []


@pytest.mark.parametrize(("stake", "points"), [(None, 0), (0.0, 0), (0.001, 1), (0.01, 2), (0.1, 3), (4, 3)])
def test_bands_of_money(stake: float | None, points: int) -> None:
    assert points_of(stake) == points


def test_no_two_of_the_five_say_the_same(tmp_path: Path) -> None:
    retention = report(tmp_path, "retention", finding("staying_channel"), finding("cliff"))
    churn = report(tmp_path, "churn", finding("hazard_lives"), finding("named", head="“Gift box” sells"))
    basket = report(tmp_path, "basket_rules", finding("together", head="“Gift box” goes with “Tea”"))
    chosen = heads(ranked([retention, churn, basket]))
    assert "staying_channel" in chosen and "hazard_lives" not in chosen
    assert ("named" in chosen) + ("together" in chosen) == 1


def test_what_the_ranking_knows_of_exists_in_the_reports() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("narrative", "analysis")
        for path in sorted((Path(__file__).parents[2] / "src" / "customer_analytics" / room).rglob("*.py"))
    )
    known = [name for _, name in STAKES] + [name for group in ALIKE for _, name in group]
    assert [name for name in known if not re.search(rf'"{name.split("_")[0]}', code)] == []


def parts(*changes: float) -> list[dict[str, Any]]:
    names = ["new", "returned", "upgraded", "downgraded", "lost", "without_customer"]
    return [{"part": name, "change": change} for name, change in zip(names, changes, strict=False)]


def test_the_bridge_adds_up_to_the_cent_by_decimal_sums(tmp_path: Path) -> None:
    changes = (88315.77, 30440.91, 58263.83, -66348.89, -98215.94, -3019.63)
    rfm = report(tmp_path, "rfm", metrics={"bridge.previous": 251690.80, "bridge.now": 261126.85})
    table(rfm, "value_bridge", parts(*changes))
    assert Decimal("251690.80") + sum(Decimal(str(each)) for each in changes) == Decimal("261126.85")
    rows = steps([rfm])
    assert [row.amount for row in rows[1:-1]] == list(changes)
    assert all(abs(one.end - two.begin) < 1e-6 for one, two in itertools.pairwise(rows[:-1]))
    shown = bridge([rfm], ENGLISH)
    assert shown is not None and shown["rows"][-1]["shown"] == "£261k" and shown["rows"][1]["shown"] == "+£88.3k"
    assert all(float(row["left"]) + float(row["width"]) <= 100.01 for row in shown["rows"])


@pytest.mark.parametrize("last", [-3019.62, "", "few"])
def test_a_bridge_that_does_not_add_up_or_hides_a_part_is_not_drawn(tmp_path: Path, last: Any) -> None:
    rfm = report(tmp_path, "rfm", metrics={"bridge.previous": 251690.80, "bridge.now": 261126.85})
    table(rfm, "value_bridge", parts(88315.77, 30440.91, 58263.83, -66348.89, -98215.94, last))
    assert bridge([rfm], ENGLISH) is None


CARD = {
    "stage": "retention", "measure": "returned", "kind": "share", "value": 0.444, "low": 0.412, "high": 0.477,
    "n": 907, "before": 0.51, "change": -0.066, "together_low": -0.13, "together_high": -0.0006,
}  # fmt: skip


def test_the_scorecard_says_what_the_funnel_published_and_what_is_not_measured(tmp_path: Path) -> None:
    funnel = report(tmp_path, "funnel")
    table(funnel, "scorecard", [CARD, CARD | {"stage": "referral", "measure": "sharers", "value": ""}])
    rows = scorecard([funnel], ENGLISH)
    assert [(row["name"], row["value"]) for row in rows] == [
        ("Acquisition", "not measured"), ("Activation (key act)", "not measured"),
        ("Retention: Active people who were active again", "44.4% (41.2% to 47.7%)"),
        ("Revenue", "not measured"), ("Referral", "not measured"),
    ]  # fmt: skip
    assert [row["is_sure"] for row in rows] == [False, False, True, False, False]
    assert rows[2]["before"] == "51.0%" and rows[2]["change"].startswith("−6.6 points (−13.0")


def test_growth_is_the_last_whole_period_beside_the_one_before(tmp_path: Path) -> None:
    retention = report(tmp_path, "retention")
    kinds = ("active", "new", "returning", "resurrecting", "dormant")
    counts = {"2026-05-01": (957, 258, 433, 266, 417), "2026-06-01": (831, 199, 435, "", 522), "2026-07-01": (3,) * 5}
    rows = [
        {"period": day, "complete": str(day < "2026-07"), **dict(zip(kinds, each, strict=True))}
        for day, each in counts.items()
    ]
    table(retention, "activity", rows)
    shown = {str(row["name"]): (row["now"], row["before"]) for row in growth([retention], ENGLISH)}
    assert shown["Active people"] == ("831", "957") and shown["Active before and silent now"] == ("522", "417")
    assert shown["of these back after a pause"] == ("–", "266")  # hidden in the table, hidden here
    assert kpis([retention], ENGLISH)[0]["value"] == "831"


def test_nothing_is_said_of_a_base_that_no_report_measured(tmp_path: Path) -> None:
    assert kpis([], ENGLISH) == [] and growth([], ENGLISH) == [] and bridge([], ENGLISH) is None


def test_only_lists_that_exist_inside_the_report_are_linked(tmp_path: Path) -> None:
    rfm = report(tmp_path, "rfm")
    outside = tmp_path / "secret.csv"
    outside.write_text("x", encoding="utf-8")
    names = ["segment_lists/at_risk", "segment_lists/gone", "../../secret", str(outside.with_suffix(""))]
    table(rfm, "contact_lists", [{"list": name, "customers": 7} for name in names])
    table(rfm, "segment_lists/at_risk", [{"customer_id": "c1"}])
    assert [each["address"] for each in lists(rfm, ENGLISH)] == ["rfm/tables/segment_lists/at_risk.csv"]


def group_of(
    folder: Path, name: str, rate: float, reach: float, value: str = ""
) -> tuple[dict[str, Any], list[Results]]:
    metrics = {"base_rate": rate, "base_rate_low": rate - reach, "base_rate_high": rate + reach}
    one = report(folder / name, "churn", finding("leaving"), metrics=metrics)
    return {"value": value or name, "folder": name, "customers": 500}, [one]


def test_a_group_stands_out_only_beyond_chance_after_correction(tmp_path: Path) -> None:
    alike = [group_of(tmp_path, f"g{n}", 0.5 + 0.01 * (n % 2), 0.04) for n in range(6)]
    assert who_stands_out(panels(alike), ENGLISH) == []
    odd = [*alike[:5], group_of(tmp_path, "odd", 0.8, 0.04, NASTY)]
    found = panels(odd)
    # by hand: the others have mean 0.504 and error 0.04 / 1.96 / sqrt(5); z of the odd one
    error = 0.04 / 1.959963984540054
    z = (0.8 - 0.504) / (error**2 + error**2 / 5) ** 0.5
    assert z > 13 and found[0].points[-1].stands_out and found[0].points[-1].above
    told = [str(each) for each in who_stands_out(found, ENGLISH)]
    assert any("<img" in each and "80%" in each for each in told)


def test_one_group_alone_is_not_compared(tmp_path: Path) -> None:
    assert panels([group_of(tmp_path, "north", 0.5, 0.1)]) == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_page_shows_changes_and_alerts_as_data_and_stays_small(project: Project, language: str) -> None:
    folder = project.reports / "2026-11-23_1"
    churn = report(folder, "churn", finding("leaving", head=NASTY, rich=["a", NASTY]), metrics={})
    item = {
        "report": "churn",
        "id": "x",
        "kind": "moved",
        "head": NASTY,
        "statement": NASTY,
        "p": 0.01,
        "page": "churn.html",
    }
    record = {
        "run": "2026-11-23_1", "language": language, "created_at": "2026-11-23T00:00:00+00:00", "as_of": "2026-06-30",
        "template_version": "1", "versions": {}, "data": {"fingerprint": "f", "tables": {}, "loaded_at": None},
        "reports": [dict(churn.entry)], "changes": {"run": "2026-10-23_1", "reason": None, "items": [item]},
        "alerts": [{"statement": NASTY, "title": NASTY}],
    }  # fmt: skip
    size = write_front_page(folder, record, project)
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert "<img" not in html and html.count("&lt;img src=x") >= 4
    assert size <= {"en": 300_000, "zh_CN": 500_000}[language]
    for place in ("alerts", "top", "changes", "actions", "made"):
        assert f'id="{place}"' in html and f'href="#{place}"' in html
    assert 'id="base"' not in html and html.count("<h1>") == 1
