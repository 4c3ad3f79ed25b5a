"""Reports of two clients, a hostile and the synthetic one, made by the public commands and seen in a real browser."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

_spec = importlib.util.spec_from_file_location("checks", Path(__file__).with_name("checks.py"))
assert _spec and _spec.loader
checks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(checks)

pytestmark = pytest.mark.slow
CLIENT = 'A "B" & C </title>'
PRODUCTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "{{ 7 * 7 }} {0} %s",
    "\u202eevil** </style>",
    "🎁 javascript:alert(1)",
    "+1", "-2+3", "@SUM(A1)",
)  # fmt: skip
LIMITS = {"en": 300_000, "zh_CN": 500_000}
SOURCES = """
sources:
  - table: order_lines
    files: data/raw/lines.csv
    columns: {order_id: Order, customer_id: Who, ordered_at: When, product_id: Code, product_name: Product,
              quantity: Units, unit_price: Price}
"""
CLIENTS = ("hostile", "synthetic")
CAUSAL = re.compile(
    r"\b(caus\w+|raised|lowered|because of|thanks to|drove|led to)\b|导致|造成|使得|带来了", re.IGNORECASE
)

Pages = Mapping[tuple[str, str], Path]


def analytics(project: Path, *arguments: str) -> str:
    """The output of a command in a baked project; fails with that output when the exit code is not 0."""
    environment = {**os.environ, "PYTHONPATH": str(project / "src"), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "customer_analytics", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, cwd=project, env=environment,
    )  # fmt: skip
    printed = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, printed
    return printed


def latest(project: Path) -> Path:
    return project / "reports" / (project / "reports" / "latest").read_text(encoding="utf-8").strip()


def write_hostile_lines(file: Path) -> None:
    """Four hundred orders of eighty customers in two years, with names that a page must show and never run."""
    draw = random.Random(5)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Order", "Who", "When", "Code", "Product", "Units", "Price", "=1+1", "<b>note</b>"])
        for order in range(400):
            who = f"=C{draw.randrange(80)}"
            day = f"{draw.choice((2024, 2025))}-{draw.randrange(1, 13):02}-{draw.randrange(1, 28):02} 10:00:00"
            for product in draw.sample(range(len(PRODUCTS)), 2):
                price = f"{draw.lognormvariate(3, 1):.2f}"
                writer.writerow([order, who, day, f"P{product}", PRODUCTS[product], 1, price, PRODUCTS[0], "x"])


@pytest.fixture(scope="module")
def hostile(bake: Callable[..., Path]) -> Path:
    """The hostile client's project, loaded."""
    project = bake({"client_name": CLIENT, "consultancy_name": "</script><b>& Co", "project_slug": "hostile"})
    raw = project / "data" / "raw"
    write_hostile_lines(raw / "lines.csv")
    settings = (project / "engagement.yml").read_text(encoding="utf-8")
    settings = re.sub(r"^sources: *\[\] *$", lambda _: SOURCES.strip(), settings, flags=re.MULTILINE)
    (project / "engagement.yml").write_text(settings, encoding="utf-8", newline="\n")
    analytics(project, "load")
    return project


@pytest.fixture(scope="module")
def projects(hostile: Path, demo: tuple[Path, str], chinese_demo: Path) -> dict[tuple[str, str], Path]:
    """(client, language) -> a project of that client; the synthetic one is that of the demo."""
    return {
        ("hostile", "en"): hostile, ("hostile", "zh_CN"): hostile,
        ("synthetic", "en"): demo[0], ("synthetic", "zh_CN"): chinese_demo,
    }  # fmt: skip


@pytest.fixture(scope="module")
def runs(projects: Mapping[tuple[str, str], Path]) -> dict[tuple[str, str], Path]:
    """(client, language) -> folder of a run."""
    made = {}
    for (client, language), project in projects.items():
        if client == "hostile":
            analytics(project, "run", "--language", language)
        made[client, language] = latest(project)
    return made


cases = pytest.mark.parametrize("case", [(client, language) for client in CLIENTS for language in LIMITS])


def pages_of(run: Path) -> list[Path]:
    return sorted(run.glob("*.html"))


@cases
@pytest.mark.parametrize("view", checks.VIEWS, ids=str)
def test_pages_ask_for_nothing_run_nothing_and_are_accessible(runs, visit, axe, case, view, thorough) -> None:
    if view == checks.VIEWS[-1] and not thorough:
        pytest.skip("the dark phone: with --thorough")
    for page in pages_of(runs[case]):
        checks.everything(visit, page, axe, *view)


@cases
def test_pages_resist_zoom_and_print_their_summary_on_one_sheet(runs, visit, case) -> None:
    for page in pages_of(runs[case]):
        checks.resists(visit, page)
        if page.name not in {"index.html", "glossary.html"}:
            checks.summary_on_first_sheet(visit, page)


@cases
def test_a_report_stays_below_its_size(runs, case) -> None:
    sizes = {page.name: page.stat().st_size for page in pages_of(runs[case])}
    assert {name: size for name, size in sizes.items() if size > LIMITS[case[1]]} == {}


def test_hostile_names_stand_on_the_page_as_text(runs, visit) -> None:
    run = runs["hostile", "en"]
    for page in pages_of(run):
        seen = visit(page)
        assert seen.page.title().endswith(CLIENT)
        assert seen.page.locator("script").count() == 1 and seen.dialogs == []
        assert seen.page.locator("body img, body iframe, body object").count() == 0
        assert not {"note", "& Co"} & set(seen.page.locator("body b").all_inner_texts())
    assert "=1+1" in visit(run / "data_audit.html").page.locator("main").text_content()


@cases
def test_exports_are_safe_to_open_in_a_spreadsheet(runs, case) -> None:
    formula = re.compile(r"^[=+\-@\t\r]")
    number = re.compile(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$")
    files = sorted(runs[case].glob("*/tables/*.csv"))
    assert files
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as rows:
            bad = [cell for row in csv.reader(rows) for cell in row if formula.match(cell) and not number.match(cell)]
        assert bad == [], file.name


@cases
def test_findings_claim_no_cause_without_a_randomised_comparison(runs, case) -> None:
    for file in runs[case].glob("*/findings.json"):
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        findings = found["findings"] if isinstance(found, dict) else found
        assert findings, file
        for finding in findings:
            if finding["grade"] != "A":
                assert not CAUSAL.search(finding["statement"]), finding["statement"]


@cases
def test_no_customer_of_the_client_is_on_a_page(runs, projects, case) -> None:
    client, _ = case
    people = ["=C12", "=C7"] if client == "hostile" else _addresses(projects[case])
    for page in pages_of(runs[case]):
        text = page.read_text(encoding="utf-8")
        assert [person for person in people if f">{person}<" in text or person in text] == [], page.name


def _addresses(project: Path) -> list[str]:
    """E-mail addresses and telephone numbers in the synthetic client's identities."""
    with (project / "data" / "raw" / "sample" / "identities.csv").open(encoding="utf-8", newline="") as file:
        values = {cell for row in csv.reader(file) for cell in row if "@" in cell or re.fullmatch(r"\+?\d{9,}", cell)}
    assert len(values) > 100
    return sorted(values)


def test_a_chinese_report_has_no_english_sentence(runs, visit) -> None:
    sentence = re.compile(r"(?:[A-Za-z]+ ){5,}")
    for page in pages_of(runs["synthetic", "zh_CN"]):
        text = visit(page).page.locator("main").inner_text()
        assert sentence.findall(text) == [], page.name
