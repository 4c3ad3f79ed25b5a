"""A small project in a temporary folder, with notebooks of a few lines, so that each test takes a second or two."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import ReportParameters
from customer_analytics.pipeline.run import run
from customer_analytics.tables.load import load

ENGAGEMENT = """\
client: 'Tiny {braces} & Söhne'
consultancy: Example Analytics
language: en
currency: EUR
time_zone: Europe/Berlin
industry: retail
minimum_group: 5
sources:
  - table: orders
    files: data/raw/orders.csv
    columns:
      order_id: number
      customer_id: customer
      ordered_at: day
      amount: total
"""

COMPUTE = """\
report = open_report({name!r}, as_of=as_of, language=language, subset=subset, output=output, {own})
customers = int(report.tables["orders"].customer_id.nunique().execute())"""

PUBLISH = """\
say, number = report.say, report.language.number
parts.section(say("Customers"), id="customers")
parts.paragraph(say("There are {count} customers.", count=number(customers)))
finding = Finding("customers", Grade.C, say("Customers"), say("There are {count} customers.", count=number(customers)),
                  say("They can be reached."), say("Write to them."), "customers", value=customers, n=customers)
report.publish(
    Summary(say("Customers were counted"), say("A tiny report."),
            (Kpi(say("Customers"), number(customers), say("all of them")),), (finding,), say("Count again.")),
    metrics={"customers": customers, **{name: value for name, value in report.parameters.model_dump().items()
                                        if isinstance(value, int)}},
    tables={"customers": pd.DataFrame({"customers": [customers]})},
)"""


def write_notebook(path: Path, *, before: str = "", compute: str = COMPUTE, publish: str = PUBLISH) -> None:
    """A report notebook as the real ones are cut: parameters, load, compute, show. `before` runs first."""
    name = path.stem.partition("_")[2]
    model = ReportParameters.model_fields[name].annotation
    assert model is not None
    own = list(model.model_fields)  # type: ignore[attr-defined]
    names = ["as_of", "language", "subset", "output", *own]
    imports = """\
import pandas as pd
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary
from customer_analytics.report import open_report, parts"""
    passed = ", ".join(f"{each}={each}" for each in own)
    cells = [
        nbformat.v4.new_markdown_cell(f"# {name}", id="title"),
        nbformat.v4.new_code_cell(
            "\n".join(f"{each} = None" for each in names), id="parameters", metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell("\n".join([before, imports, compute.format(name=name, own=passed)]), id="compute"),
        nbformat.v4.new_markdown_cell("## Numbers", id="numbers"),
        nbformat.v4.new_code_cell(publish, id="publish"),
    ]
    kernel = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel)), encoding="utf-8")


def write_orders(project_folder: Path, customers: int = 60, seed: int = 7) -> None:
    """A client's export: a few hundred orders of customers in regions with awkward names."""
    draw = random.Random(seed)
    regions = ["North", "../<b>x</b>", "北京", "South & West"]
    lines = ["number,customer,day,total,region"]
    number = 0
    for customer in range(customers):
        region = regions[min(customer // 18, len(regions) - 1)]
        for _ in range(draw.randint(1, 6)):
            number += 1
            day = f"20{draw.randint(23, 24)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
            lines.append(f"A{number},C{customer:03d},{day},{draw.randint(5, 400)}.{draw.randint(0, 99):02d},{region}")
    lines.append(f"A{number + 1},C999,2024-01-05,10.00,Too Small")
    raw = project_folder / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_project(folder: Path) -> Project:
    """A loaded project with two tiny reports."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8")
    write_orders(folder)
    write_notebook(folder / "notebooks" / "1_data_audit.ipynb")
    write_notebook(folder / "notebooks" / "3_rfm.ipynb")
    project = Project.find(folder)
    load(project)
    return project


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One loaded project to copy from; tests do not change it."""
    return make_project(tmp_path_factory.mktemp("loaded") / "tiny").folder


@pytest.fixture
def project(loaded: Path, tmp_path: Path) -> Project:
    """A loaded project of this test's own, under a path that would break a careless program."""
    return copy_project(loaded, tmp_path / "a {braces} 客户 project")


@pytest.fixture(scope="session")
def ran_once(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one finished run and its cache, to copy from; tests do not change it."""
    project = copy_project(loaded, tmp_path_factory.mktemp("ran") / "tiny")
    assert run(project, jobs=2).exit_code == 0
    return project.folder


@pytest.fixture
def ran(project: Project, ran_once: Path) -> Project:
    """This test's project, with one finished run."""
    for name in ("reports", ".analytics"):
        shutil.copytree(ran_once / name, project.folder / name, dirs_exist_ok=True)
    shutil.copy2(ran_once / "data" / "customer_id.key", project.folder / "data")  # the run made it, and hashed by it
    return project


@pytest.fixture
def edit(project: Project) -> Callable[..., None]:
    """Rewrite one of the project's notebooks: edit("3_rfm", before="1 / 0")."""

    def rewrite(stem: str, **changes: str) -> None:
        write_notebook(project.notebooks / f"{stem}.ipynb", **changes)

    return rewrite


def copy_project(source: Path, target: Path) -> Project:
    """A copy of a project's folder, opened."""
    shutil.copytree(source, target)
    return Project.find(target)
