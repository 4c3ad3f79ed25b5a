"""The lowest packages that pyproject.toml allows carry a load and a report; versions.py makes their environment.

Whole demos on every Python, with the newest and the lowest packages, run on request: `python3 tasks.py versions`.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((HERE / "{{cookiecutter.project_slug}}" / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
ORDERS = "order_id,customer_id,ordered_at,amount\n" + "".join(
    f"{n},c{n % 80},2025-{1 + n % 6:02d}-{1 + n % 28:02d},{n % 90}.50\n" for n in range(640)
)


@pytest.fixture(scope="module")
def versions(tasks: ModuleType) -> ModuleType:
    """versions.py as a module."""
    assert tasks
    return importlib.import_module("versions")


def test_every_dependency_has_a_lower_bound_that_is_pinned(versions: ModuleType) -> None:
    pins = versions.lower_bounds(PROJECT["dependencies"])
    assert len(pins) == len(PROJECT["dependencies"])
    assert versions.lower_bounds(["ibis-framework[duckdb]>=12,<13", "PyYAML>=6.0.2"]) == [
        "ibis-framework==12", "PyYAML==6.0.2",
    ]  # fmt: skip


def test_a_dependency_without_a_lower_bound_is_refused(versions: ModuleType, tasks: ModuleType) -> None:
    with pytest.raises(tasks.StepFailed, match=r"polars in pyproject\.toml has no lower bound"):
        versions.lower_bounds(["numpy>=2", "polars"])


def test_what_is_no_python_is_refused_in_words(versions: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert versions.main(["--python", str(HERE / "README.md")]) == 2
    assert "is no Python that can be started" in capsys.readouterr().out


def test_the_pythons_that_are_promised_are_those_of_the_guide() -> None:
    promised = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    guide = (HERE / "docs" / "guide" / "platforms.md").read_text(encoding="utf-8")
    assert promised
    assert all(f"| Python {version} |" in guide for version in promised)
    assert PROJECT["requires-python"] == f">={promised[0]}"


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="lower bounds of compiled packages have no wheels for it")
def test_the_lowest_packages_carry_a_load_and_a_report(
    versions: ModuleType, tasks: ModuleType, bake: Any, tmp_path: Path
) -> None:
    try:
        python = versions.environment(sys.executable, lowest=True, with_tests=False, folder=tmp_path / "versions")
    except tasks.StepFailed as failure:
        pytest.skip(f"the lowest packages cannot be installed here: {failure}")
    pins = dict(pin.split("==") for pin in versions.lower_bounds(PROJECT["dependencies"]))
    for name, version in installed(python, list(pins)).items():
        assert version.startswith(pins[name]), name
    project = bake({"client_name": "Acme"}, tmp_path)
    (project / "data" / "raw" / "orders.csv").write_text(ORDERS, encoding="utf-8", newline="\n")
    settings = project / "engagement.yml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("sources: []\n", "sources:\n  - table: orders\n    files: data/raw/orders.csv\n", 1)
    settings.write_text(text, encoding="utf-8", newline="\n")
    for words in (["check"], ["load"], ["run", "rfm"]):
        settled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        settled["PYTHONPATH"] = str(project / "src")
        command = [python, "-m", "customer_analytics", *words]
        done = subprocess.run(command, cwd=project, env=settled, capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode("utf-8", "replace")
    assert (project / "reports" / "latest").is_file()


def installed(python: Path, names: list[str]) -> dict[str, str]:
    code = "import importlib.metadata, sys; print(*map(importlib.metadata.version, sys.argv[1:]))"
    done = subprocess.run([python, "-c", code, *names], capture_output=True, check=True)
    return dict(zip(names, done.stdout.decode("ascii").split(), strict=True))
