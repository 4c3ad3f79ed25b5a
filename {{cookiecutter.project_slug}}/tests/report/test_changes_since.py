"""The section of a report, the files that it rests on, and which earlier run it is compared with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.analysis.changes.compared import compare
from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.narrative.changes import frame
from customer_analytics.narrative.changes.rows import sentence
from customer_analytics.report import changes_page, guard
from customer_analytics.report.basis import BASIS
from customer_analytics.report.changes import cause_list, changes_table
from customer_analytics.report.changes_files import as_json, as_rows
from customer_analytics.report.states import candidates, earlier_mark, earlier_report, read_state
from customer_analytics.statistics import wilson

HOSTILE = '<script>alert(1)</script> {braces} =1+1 ../../x **b** "q" 🎈'
SETTINGS = {
    "currency": "GBP", "time_zone": "UTC", "identity": "i", "engine": "duckdb", "privacy": "analyst",
    "minimum_group": 10, "template": "0.9.0",
}  # fmt: skip


@pytest.fixture
def client(tmp_path: Path) -> Project:
    text = "client: 'Tiny {braces} & Söhne'\nconsultancy: Example\ncurrency: GBP\n"
    (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
    return Project.find(tmp_path)


def entry(name: str, share: float, n: int = 1000, **other: Any) -> dict[str, Any]:
    low, high = wilson(share * n, n)
    found = {"id": name, "head": f"Of {name}", "statement": "So it is.", "value": share, "low": low, "high": high}
    return found | {"unit": "share"} | other


def write_run(
    project: Project, name: str, *findings: dict[str, Any], report: str = "rfm", folder: str = "", **other: Any
) -> Path:
    basis = {
        "format": 1, "report": report, "language": "en", "subset": None, "identity": name, "asked": "",
        "as_of": "2024-06-30",
        "period": ["2024-01-01", "2024-06-30"], "fingerprint": name, "parameters": {"bins": 5}, "settings": SETTINGS,
        "tables": {}, "history": {}, "code": "c", "versions": {"pandas": "2"},
    } | other  # fmt: skip
    run = project.reports / name
    place = run / folder / report
    place.mkdir(parents=True, exist_ok=True)
    (run / "run.json").write_text(
        json.dumps({"created_at": f"{name[:10]}T10:00:00+00:00", "language": basis["language"], "reports": []})
    )
    (place / BASIS).write_text(json.dumps(basis), encoding="utf-8")
    (place / "findings.json").write_text(json.dumps(list(findings)), encoding="utf-8")
    (place / "metrics.json").write_text(json.dumps({"people": 100, "rate": None}), encoding="utf-8")
    return place


def chosen(
    project: Project,
    identity: str = "me",
    as_of: str | None = "2024-07-31",
    subset: str | None = None,
    asked: str = "",
) -> str:
    found = earlier_report(project, "rfm", subset, identity=identity, asked=asked, as_of=as_of)
    return "" if found is None else found.run


def test_there_is_nothing_to_compare_a_first_run_with(client: Project) -> None:
    assert chosen(client) == ""
    assert earlier_mark(client, "rfm", None, identity="me", asked="", as_of=None) == []


def test_it_is_the_run_of_the_latest_day_before_and_of_those_the_newest(client: Project) -> None:
    write_run(client, "2024-07-01_1", as_of="2024-06-30")
    write_run(client, "2024-07-01_10", as_of="2024-06-30")
    write_run(client, "2024-07-02_1", as_of="2024-05-31")
    write_run(client, "2024-09-01_1", as_of="2024-08-31")
    assert chosen(client) == "2024-07-01_10"
    assert chosen(client, as_of="2024-05-31") == "2024-07-02_1"
    assert chosen(client, as_of="2024-04-30") == ""


def test_a_rerun_is_passed_over_so_that_it_is_compared_with_the_same_one(client: Project) -> None:
    write_run(client, "2024-07-01_1", identity="old", as_of="2024-06-30")
    write_run(client, "2024-08-01_1", identity="me", asked="", as_of="2024-07-31")
    assert chosen(client, "me") == "2024-07-01_1"
    assert chosen(client, "other") == "2024-08-01_1"
    mark = earlier_mark(client, "rfm", None, identity="me", asked="", as_of="2024-07-31")
    write_run(client, "2024-07-01_2", identity="old", as_of="2024-06-30", fingerprint="2024-07-01_1")
    assert chosen(client, "me") == "2024-07-01_2"
    assert earlier_mark(client, "rfm", None, identity="me", asked="", as_of="2024-07-31") == mark, (
        "the same words, the same key"
    )
    write_run(client, "2024-07-01_3", identity="newer", as_of="2024-06-30")
    assert earlier_mark(client, "rfm", None, identity="me", asked="", as_of="2024-07-31") != mark


def test_a_trial_with_parameters_of_its_own_is_no_run_to_compare_with_but_for_the_same_trial(client: Project) -> None:
    write_run(client, "2024-07-01_1")
    write_run(client, "2024-07-02_1", asked="bins=4")
    assert chosen(client) == "2024-07-01_1"
    assert chosen(client, asked="bins=3") == "2024-07-01_1"
    assert chosen(client, asked="bins=4") == "2024-07-02_1"


def test_only_the_same_customers_are_compared(client: Project) -> None:
    write_run(client, "2024-07-01_1", subset="region=North", folder="north")
    write_run(client, "2024-07-01_2", subset="region=South", folder="south")
    assert chosen(client) == ""
    assert chosen(client, subset="region=North") == "2024-07-01_1"


@pytest.mark.parametrize(
    "damage",
    [
        {"format": 99}, {"settings": {}}, {"tables": {"orders": 5}}, {"history": []}, {"as_of": 3}, {"period": [1]},
        {"settings": SETTINGS | {"minimum_group": "x"}}, {"tables": {"orders": {"reading": [], "columns": [3]}}},
    ],
)  # fmt: skip
def test_a_run_that_was_edited_or_damaged_is_no_run_to_compare_with(client: Project, damage: dict[str, Any]) -> None:
    place = write_run(client, "2024-07-01_1", entry("a", 0.3), **damage)
    assert read_state(place) is None
    for name in (BASIS, "findings.json", "metrics.json"):
        sound = write_run(client, "2024-07-01_2", entry("a", 0.3))
        assert read_state(sound) is not None
        (sound / name).write_text("{", encoding="utf-8")
        assert read_state(sound) is None


def test_unfinished_runs_are_passed_over(client: Project) -> None:
    write_run(client, ".2024-07-01_1-partial")
    place = write_run(client, "2024-07-01_2")
    (place.parent / "run.json").unlink()
    assert list(candidates(client.reports, "rfm", None)) == []


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_a_hostile_text_is_text_in_the_section_the_page_and_the_table(client: Project, code: str) -> None:
    before = read_state(
        write_run(
            client, "2024-07-01_1", entry("a", 0.3, head=HOSTILE), entry(HOSTILE, 0.2), language=code,
            parameters={HOSTILE: 1}, tables={"orders": {"reading": [], "columns": [HOSTILE]}},
        )
    )  # fmt: skip
    now = read_state(
        write_run(
            client, "2024-08-01_1", entry("a", 0.6, head=HOSTILE), as_of="2024-07-31", language=code,
            parameters={HOSTILE: HOSTILE}, tables={HOSTILE: {"reading": [], "columns": []}},
        )
    )  # fmt: skip
    assert before is not None
    assert now is not None
    found, language = compare(before, now), Language(code, "GBP")
    shown = str(changes_table(found, language) + cause_list(found, language))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "<strong>b" not in shown
    assert "{braces}" in shown
    folder = client.folder / "out"
    changes_page.write_changes(folder, "a", HOSTILE, [found], client, language)
    guard.check((folder / "index.html").read_text(encoding="utf-8"))
    rows = as_rows([found], language)
    assert any(row["head"] == HOSTILE for row in rows)
    table = (folder / "changes.csv").read_text(encoding="utf-8")
    assert not any(line.startswith("=") or ",=" in line for line in table.splitlines())
    assert json.loads((folder / "changes.json").read_text(encoding="utf-8"))["new"] == HOSTILE


def test_a_few_people_more_are_told_nowhere(client: Project) -> None:
    people = {"low": None, "high": None, "unit": "people"}
    before = read_state(write_run(client, "2024-07-01_1", entry("a", 0.3, **people | {"value": 294})))
    now = read_state(write_run(client, "2024-08-01_1", entry("a", 0.3, **people | {"value": 297}), as_of="2024-07-31"))
    assert before is not None
    assert now is not None
    found, language = compare(before, now), Language("en", "GBP")
    told = f"{changes_table(found, language)} {as_json(found, language)}"
    told += str(sentence(language, found.rows[0], found))
    assert "294" not in told
    assert "297" not in told
    assert "fewer people" in told


@pytest.mark.parametrize(
    ("unit", "before", "now", "told"),
    [
        ("share", (0.30, 0.28, 0.32), (0.40, 0.38, 0.42), "From 30.0% to 40.0%: +10.0 points (+7.2 to +12.8)."),
        ("times", (2, 1.8, 2.2), (4, 3.6, 4.4), "From 2.00 to 4.00: × 2.00 (× 1.74 to × 2.31)."),
        ("money", (100, 90, 110), (200, 190, 210), "From £100 to £200: +£100 (+£86 to +£114)."),
        ("points", (-4, -5, -3), (4, 3, 5), "From −4.0 points to +4.0 points: +8.0 points (+6.6 to +9.4)."),
        ("days", (40, 39, 41), (50, 49, 51), "From 40 to 50: +10.0 (+8.6 to +11.4)."),
    ],
)
def test_each_unit_is_told_in_its_own_way(
    client: Project, unit: str, before: tuple[float, ...], now: tuple[float, ...], told: str
) -> None:
    sides = [
        entry("a", 0.5, unit=unit) | dict(zip(("value", "low", "high"), numbers, strict=True))
        for numbers in (before, now)
    ]
    states = [
        read_state(write_run(client, f"2024-0{place + 7}-01_1", each, as_of=f"2024-0{place + 6}-30"))
        for place, each in enumerate(sides)
    ]
    assert states[0] is not None
    assert states[1] is not None
    found = compare(states[0], states[1])
    assert str(sentence(Language("en", "GBP"), found.rows[0], found)) == told


def test_a_day_that_is_none_and_days_that_were_in_both_runs(client: Project) -> None:
    language = Language("en", "GBP")
    assert frame.day(language, "<x>") == "<x>"
    assert frame.overlap(language, {"period": None}, {"period": ["2024-01-01", "2024-01-31"]}) is None
    shared = frame.overlap(language, {"period": ["2024-01-01", "2024-06-30"]}, {"period": ["2024-01-01", "2024-07-30"]})
    assert str(shared).startswith("182 of the 212 days")
