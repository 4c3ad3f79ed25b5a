"""All reports of the synthetic client: `analytics run` against `papermill` and `jupyter nbconvert`, one by one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from contest import HERE, Answer, Contest, Job

CUSTOMERS = 5_000  # as `analytics demo` makes them


def _make(folder: Path, customers: int) -> None:
    """A project from the template with the synthetic client in it, loaded; with every file of Python compiled."""
    bake = (
        "import sys; from cookiecutter.main import cookiecutter;"
        "cookiecutter(sys.argv[1], no_input=True, default_config=True, output_dir=sys.argv[2])"
    )
    _run([sys.executable, "-c", bake, str(HERE.parent), str(folder / "baked")], folder)
    next((folder / "baked").iterdir()).rename(folder / "project")
    project = folder / "project"
    _run([sys.executable, "-m", "compileall", "-q", "src"], project)
    _analytics(project, "sample", "--customers", str(customers))
    _analytics(project, "load")


def _everything(folder: Path) -> Answer:
    """Every report made again, whatever the cache holds."""
    _analytics(folder / "project", "run", "--force")
    return _metrics(_latest(folder / "project"))


def _unchanged(folder: Path) -> Answer:
    """A run that finds every report in the cache."""
    _analytics(folder / "project", "run")
    return _metrics(_latest(folder / "project"))


def _one_by_one(folder: Path) -> Answer:
    """What a loop over the notebooks in a shell would do."""
    project, plain = folder / "project", folder / "plain"
    shutil.rmtree(plain, ignore_errors=True)
    scripts = Path(sys.executable).parent
    for notebook in sorted((project / "notebooks").glob("*.ipynb")):
        name = notebook.stem.partition("_")[2]
        made = plain / f"{name}.ipynb"
        (plain / name).mkdir(parents=True)
        output = ["-p", "output", str(plain / name)]
        _run([str(scripts / "papermill"), str(notebook), str(made), "--no-progress-bar", *output], project)
        _run([str(scripts / "jupyter"), "nbconvert", "--to", "html", "--no-input", str(made)], project)
    return _metrics(plain)


def _metrics(run: Path) -> Answer:
    """Every metric of every report."""
    found = {}
    for path in sorted(run.glob("*/metrics.json")):
        values = json.loads(path.read_text(encoding="utf-8"))
        found |= {f"{path.parent.name} {name}": float(value) for name, value in values.items() if value is not None}
    return found


def _latest(project: Path) -> Path:
    return project / "reports" / (project / "reports" / "latest").read_text(encoding="utf-8").strip()


def _analytics(project: Path, *arguments: str) -> None:
    _run([sys.executable, "-m", "customer_analytics", *arguments, "--quiet"], project)


def _run(command: list[str], folder: Path) -> None:
    """Run a command; in a project with the package of the project, wherever its kernels start."""
    own = {"PYTHONPATH": str(folder / "src")} if (folder / "src").is_dir() else {}
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])}: {(done.stderr or done.stdout).strip()[-300:]}")


CONTEST = Contest(
    name="whole_run",
    title="All reports of the synthetic client",
    question="Eight reports as pages with their tables and figures; every metric is compared.",
    unit="customers",
    make=_make,
    jobs=(
        Job("analytics run", _everything, "ours"),
        Job("analytics run, unchanged", _unchanged, "ours"),
        Job("papermill and nbconvert", _one_by_one, "peer", note="the commands, one notebook after another"),
    ),
    sizes=(CUSTOMERS,),
    clock="wall",
    goal=None,
    judged=CUSTOMERS,
    growth=None,
    warm_rows=0,
    other_goals={
        "analytics run": ("papermill and nbconvert", 0.15),
        "analytics run, unchanged": ("papermill and nbconvert", 0.02),
    },
)
